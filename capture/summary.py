"""What a run of one camera came to, and how it is told."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median

from nirecap.errors import CameraError, LoginRefused, NotSettled, StreamError
from nirecap.progress import shots
from nirecap.vocabulary import Mode

from .plan import Step
from .rig import Taken

FAILURES_KEPT = 100
"""Messages that are kept of a long night; the causes are all counted."""
CAUSES = {LoginRefused: "login refused", NotSettled: "picture not settled", StreamError: "stream broke"}
"""Of failures by their class; the rest is the control's, the camera's or the light's."""


@dataclass
class Summary:
    """Counts and times of a run."""

    taken: int = 0
    replaced: int = 0
    """Shots that replaced others because a person wanted them again; counted among the taken too."""
    skipped: int = 0
    failures: list[str] = field(default_factory=list)
    """The last messages."""
    causes: Counter[str] = field(default_factory=Counter)
    restored: bool | None = None
    """Whether reading back confirmed the settings from before; None where there are none to put back."""
    seconds: list[float] = field(default_factory=list)
    """Seconds of each finished shot."""
    switches: dict[Mode, list[float]] = field(default_factory=lambda: {Mode.DAY: [], Mode.NIGHT: []})
    """Seconds from each command of a mode to the picture at rest."""

    def failed(self, error: CameraError) -> None:
        """Count a failure."""
        self.causes[next((cause for kind, cause in CAUSES.items() if isinstance(error, kind)), "command failed")] += 1
        self.failures = [*self.failures, str(error)][-FAILURES_KEPT:]

    def finished(self, taken: Mapping[Step, Taken], seconds: float, *, replaced: bool = False) -> None:
        """Count a finished shot."""
        self.taken += 1
        self.replaced += replaced
        self.seconds.append(seconds)
        for image in taken.values():
            for command in image.commands:
                if command.what in list(Mode):
                    waited = image.settled.frame.arrived_at - command.at
                    self.switches[Mode(command.what)].append(waited)


def report(summary: Summary) -> str:
    """Say in one line what a run came to.

    >>> report(Summary(taken=2, seconds=[3.0, 5.0], restored=True))
    '2 shots taken, 4.0 s each; camera as before'
    """
    pace = f", {median(summary.seconds):.1f} s each" if summary.seconds else ""
    switched = ", ".join(
        f"{mode} after {median(seconds):.1f} s" for mode, seconds in summary.switches.items() if seconds
    )
    replaced = f", {summary.replaced} of them again" if summary.replaced else ""
    skipped = f", {summary.skipped} skipped" if summary.skipped else ""
    causes = ", ".join(f"{cause} {count}" for cause, count in summary.causes.most_common())
    failed = f", {summary.causes.total()} failed ({causes})" if causes else ""
    restored = {True: "; camera as before", False: "; camera NOT verified as before", None: ""}[summary.restored]
    return (
        f"{shots(summary.taken)} taken{pace}{replaced}{f' ({switched})' if switched else ''}{skipped}{failed}{restored}"
    )
