"""The line at the end of a run says what a person needs to know in the morning."""

from types import SimpleNamespace

import pytest

from nirecap.capture.plan import Step
from nirecap.capture.rig import Command, Taken
from nirecap.capture.summary import FAILURES_KEPT, Summary, report
from nirecap.errors import CameraError, LoginRefused, NotSettled, StreamError
from nirecap.vocabulary import Role


def picture(arrived_at: float, *commands: tuple[str, float]) -> Taken:
    settled = SimpleNamespace(frame=SimpleNamespace(arrived_at=arrived_at))
    return Taken(settled, tuple(Command(what, at, 0.1) for what, at in commands), {})  # type: ignore[arg-type]


def test_times_of_switches_are_from_the_command_to_the_picture_at_rest() -> None:
    summary = Summary(restored=True)
    for late in (0.0, 2.0, 10.0):
        summary.finished(
            {
                Step(Role.LOW): picture(100.0),  # the camera was in it already
                Step(Role.NIRE): picture(104.0 + late, ("night", 101.0)),
                Step(Role.REFERENCE): picture(110.0, ("day", 105.0), ("light on", 106.0)),
            },
            12.0 + late,
        )
    assert report(summary) == "3 shots taken, 14.0 s each (day after 5.0 s, night after 5.0 s); camera as before"


@pytest.mark.parametrize(
    ("restored", "said"), [(True, "; camera as before"), (False, "; camera NOT verified as before"), (None, "taken")]
)
def test_what_became_of_the_camera_is_the_last_word(restored: bool | None, said: str) -> None:
    assert report(Summary(restored=restored)).endswith(said)


def test_failures_are_counted_by_cause_the_most_frequent_first() -> None:
    summary = Summary()
    for error in (StreamError("a"), NotSettled("b"), NotSettled("c"), CameraError("d"), LoginRefused("e")):
        summary.failed(error)
    told = report(summary)
    assert "0 shots taken, 5 failed (picture not settled 2, " in told
    assert all(cause in told for cause in ("stream broke 1", "command failed 1", "login refused 1"))


def test_a_long_night_keeps_all_counts_and_the_last_messages() -> None:
    summary = Summary()
    for number in range(3 * FAILURES_KEPT):
        summary.failed(StreamError(str(number)))
    assert summary.causes.total() == 3 * FAILURES_KEPT
    assert summary.failures == [str(number) for number in range(2 * FAILURES_KEPT, 3 * FAILURES_KEPT)]


def test_again_and_skipped_are_told() -> None:
    summary = Summary(skipped=2)
    summary.finished({}, 3.0)
    summary.finished({}, 5.0, replaced=True)
    assert report(summary) == "2 shots taken, 4.0 s each, 1 of them again, 2 skipped"
