"""The camera over time, with the clock in the test's hand: nothing sleeps here."""

import json

import numpy as np
import pytest

from nirecap.capture.sim.body import Body, FrameTruth
from nirecap.capture.sim.optics import Optics
from nirecap.capture.sim.quirks import Quirk
from nirecap.capture.sim.renderer import SceneLights
from nirecap.capture.sim.scene import Scene
from nirecap.errors import UsageMistake
from nirecap.vocabulary import Mode

START = 1_000_000.0


def lights(brightness: float = 0.3) -> SceneLights:
    grey = np.full((36, 64), brightness, np.float32)
    scene = Scene("grey", np.repeat(grey[..., None], 3, axis=2), grey, np.full_like(grey, 2.0))
    return SceneLights(scene, Optics())


def quirky(*quirks: Quirk) -> Body:
    optics = Optics()
    return Body(lights(), optics, transition_s=1.0, time_constant_s=0.15, now=START, quirks=frozenset(quirks))


@pytest.fixture
def body() -> Body:
    return quirky()


def day(body: Body) -> Body:
    body.ir_cut = "ON"
    watch(body, START, START + 10)
    return body


def watch(body: Body, start: float, end: float, fps: float = 100) -> list[FrameTruth]:
    seen = []
    for now in np.arange(start, end, 1 / fps):
        body.advance(float(now))
        seen.append(body.frame_truth())
    return seen


def test_it_wakes_at_night_in_the_dark(body: Body) -> None:
    frame = body.frame_truth()
    assert (frame.filter_in, frame.colour, frame.lamp) == (False, False, True)
    assert frame.exposure_settled


def test_to_night_is_colour_then_purple_then_grey(body: Body) -> None:
    day(body)
    body.ir_cut = "OFF"
    frames = watch(body, START + 10, START + 13)
    paths = list(dict.fromkeys((frame.filter_in, frame.colour, frame.lamp) for frame in frames))
    assert paths == [(True, True, False), (False, True, True), (False, False, True)]
    purple = [frame.captured_at for frame in frames if frame.colour and not frame.filter_in]
    assert purple[-1] == pytest.approx(START + 11, abs=0.02)
    assert all(frame.in_transit for frame in frames if frame.captured_at in purple)


def test_to_day_is_grey_then_purple_then_colour(body: Body) -> None:
    body.ir_cut = "ON"
    frames = watch(body, START, START + 3)
    paths = list(dict.fromkeys((frame.filter_in, frame.colour, frame.lamp) for frame in frames))
    assert paths == [(False, False, True), (False, True, True), (True, True, False)]


def test_history_tells_when_it_was_commanded_switched_and_settled(body: Body) -> None:
    body.ir_cut = "ON"
    watch(body, START, START + 4)
    (transition,) = json.loads(json.dumps(body.truth()))["transitions"]
    assert (transition["to"], transition["commanded_at"], transition["switched_at"]) == ("day", START, START + 1)
    assert START + 1.2 < transition["settled_at"] < START + 2.5


def test_exposure_goes_a_known_share_of_its_way_in_the_time_constant(body: Body) -> None:
    day(body)
    body.advance(START + 10)
    goal = np.log(body.lights.exposure_goal(body.view))
    body.exposure /= 8
    body.advance(START + 10.15)
    assert goal - np.log(body.exposure) == pytest.approx(np.log(8) * np.exp(-1), rel=0.01)


def test_exposure_settles_whatever_the_frame_rate(body: Body) -> None:
    settled = []
    for fps in (5, 15, 60):
        body = Body(lights(), Optics(), transition_s=0.3, time_constant_s=0.15, now=START)
        body.ir_cut = "ON"
        frames = watch(body, START, START + 5, fps)
        settled.append(next(f.captured_at for f in frames[1:] if f.exposure_settled and not f.in_transit))
    assert np.ptp(settled) < 0.25


def test_a_new_command_overtakes_an_unfinished_one(body: Body) -> None:
    body.ir_cut = "ON"
    watch(body, START, START + 0.5)
    body.ir_cut = "OFF"
    watch(body, START + 0.5, START + 4)
    overtaken, last = body.truth()["transitions"]
    assert (overtaken["switched_at"], overtaken["settled_at"]) == (None, None)
    assert last["switched_at"] == START + 1.5
    assert not body.frame_truth().colour


def test_a_command_for_where_it_is_changes_nothing(body: Body) -> None:
    body.ir_cut = "OFF"
    assert all(not frame.in_transit for frame in watch(body, START, START + 2))
    assert body.truth()["transitions"] == []


def test_auto_follows_the_light_both_ways(body: Body) -> None:
    body.room.switch(lit=True, now=START)
    assert watch(body, START, START + 4)[-1].filter_in
    body.room.switch(lit=False, now=START + 4)
    assert not watch(body, START + 4, START + 8)[-1].filter_in
    assert [t["to"] for t in body.truth()["transitions"]] == [Mode.DAY, Mode.NIGHT]


def test_manual_mode_does_not_care_about_the_light(body: Body) -> None:
    body.ir_cut = "OFF"
    body.room.switch(lit=True, now=START)
    assert not any(frame.filter_in for frame in watch(body, START, START + 4))


@pytest.mark.parametrize(("word", "lamp"), [("ON", True), ("OFF", False), ("AUTO", False)])
def test_lamp_obeys_its_word_by_day(body: Body, word: str, lamp: bool) -> None:
    body.ir_lamp = word
    assert day(body).frame_truth().lamp is lamp


def test_lighting_the_room_unsettles_and_settles_again(body: Body) -> None:
    day(body)
    body.room.switch(lit=True, now=START + 10)
    frames = watch(body, START + 10, START + 13)
    assert not frames[5].exposure_settled
    assert frames[-1].exposure_settled
    assert frames[-1].room_lit
    assert not any(frame.in_transit for frame in frames)


def test_no_frame_is_settled_while_the_light_still_rises() -> None:
    body = day(Body(lights(), Optics(), transition_s=1.0, time_constant_s=1e-4, now=START))
    body.room.switch(lit=True, now=START + 10)
    frames = watch(body, START + 10, START + 11)
    assert all(frame.exposure_settled == (frame.captured_at > START + 10.2) for frame in frames)


def test_another_scene_is_metered_anew(body: Body) -> None:
    body.room.switch(lit=True, now=START)
    body.ir_cut = "ON"
    watch(body, START, START + 5)
    body.lights = lights(brightness=0.03)
    frames = watch(body, START + 5, START + 8)
    assert not frames[0].exposure_settled
    assert frames[-1].exposure_settled


def test_a_clock_set_back_does_no_harm(body: Body) -> None:
    body.ir_cut = "ON"
    watch(body, START, START + 0.5)
    body.advance(START - 100)
    watch(body, START + 0.5, START + 4)
    assert body.frame_truth().filter_in


def test_unknown_words_are_refused_and_change_nothing(body: Body) -> None:
    with pytest.raises(UsageMistake, match="ON, OFF or AUTO, not 'day'"):
        body.ir_cut = "day"
    with pytest.raises(UsageMistake, match="ir_lamp"):
        body.ir_lamp = "on"
    assert (body.ir_cut, body.ir_lamp) == ("AUTO", "AUTO")


def test_ignored_auto_leaves_the_word_and_the_filter_as_they_were() -> None:
    body = day(quirky(Quirk.AUTO_IGNORED))
    body.ir_cut = "AUTO"
    assert watch(body, START + 10, START + 13)[-1].filter_in
    assert body.ir_cut == "ON"


def test_every_fifth_command_is_a_lie() -> None:
    body = quirky(Quirk.LYING_SUCCESS)
    obeyed = []
    for at, word in enumerate(["ON", "OFF"] * 6):
        body.ir_cut = word
        shown = watch(body, START + 5 * at, START + 5 * at + 5, fps=10)[-1]
        obeyed.append(shown.filter_in == (word == "ON"))
        assert body.ir_cut == word
    assert [number for number, well in enumerate(obeyed, 1) if not well] == [5, 10]


def test_stuck_filter_stays_whatever_is_said_or_lit() -> None:
    body = day(quirky(Quirk.STUCK_FILTER))
    body.room.switch(lit=True, now=START + 10)
    body.ir_cut = "AUTO"
    assert not any(frame.filter_in or frame.colour for frame in watch(body, START + 10, START + 14))
    assert body.ir_cut == "AUTO"


def test_purple_mode_is_purple_throughout() -> None:
    body = quirky(Quirk.PURPLE_MODE)
    frames = [*watch(body, START, START + 2), *watch(day(body), START + 10, START + 12)]
    assert all(frame.colour and not frame.filter_in and frame.lamp for frame in frames)


def test_lamp_fades_from_when_it_was_lit_and_only_under_its_quirk(body: Body) -> None:
    fading = quirky(Quirk.FADING_LAMP)
    fading.advance(START + 3)
    assert fading.view.lamp == pytest.approx(0.3 + 0.7 / np.e, abs=0.01)
    fading.advance(START + 60)
    assert fading.view.lamp == pytest.approx(0.3, abs=0.01)
    fading.ir_lamp = "OFF"
    fading.advance(START + 61)
    assert fading.view.lamp == 0
    fading.ir_lamp = "ON"
    fading.advance(START + 61.01)
    assert fading.view.lamp > 0.99
    body.advance(START + 60)
    assert body.view.lamp == 1


def test_boot_forgets_the_settings_and_suits_the_room(body: Body) -> None:
    day(body)
    body.boot(START + 10)
    assert (body.ir_cut, body.frame_truth().colour, body.settled) == ("AUTO", False, True)
    body.room.switch(lit=True, now=START + 10)
    body.advance(START + 20)
    body.ir_cut = "OFF"
    body.advance(START + 30)
    body.boot(START + 31)
    assert body.frame_truth().filter_in


def test_astray_it_obeys_nobody_and_then_returns(body: Body) -> None:
    body.astray = Mode.DAY
    body.ir_cut = "OFF"
    assert watch(body, START, START + 3)[-1].filter_in
    body.astray = None
    assert not watch(body, START + 3, START + 6)[-1].filter_in


def test_deaf_it_keeps_the_word_and_does_nothing_even_later(body: Body) -> None:
    body.deaf = True
    body.ir_cut = "ON"
    body.deaf = False
    assert not any(frame.colour for frame in watch(body, START, START + 3))
    assert body.ir_cut == "ON"
