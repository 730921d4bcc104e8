"""Run one camera, or several at once, into one collection."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait

from nirecap.interrupts import later_interrupts

from .goal import Goal
from .shoot import Shooting
from .store import Collection
from .wishes import Stopped


def run_together(
    shootings: Sequence[Shooting], collection: Collection, goal: Goal, progress: Callable[[], None] = lambda: None
) -> None:
    """Run every camera to its end; one that fails does not end the others.

    A single camera runs in this thread, where Ctrl-C reaches it at once; several have a thread each.

    Raises:
        NirecapError: the first failure that ended a camera's run, when all have ended.
        KeyboardInterrupt: after every camera has been put back as it was.
    """
    if len(shootings) == 1:
        shootings[0].run(collection, goal, progress)
        return
    with ThreadPoolExecutor(len(shootings), "camera") as pool:
        try:
            with later_interrupts():  # a thread whose start is interrupted is not waited for
                runs = [pool.submit(shooting.run, collection, goal, progress) for shooting in shootings]
            wait(runs)
        except BaseException:
            for shooting in shootings:
                shooting.wishes.stop()
            raise
    failures = [failure for run in runs if (failure := run.exception())]
    for failure in failures:
        if not isinstance(failure, Stopped):
            raise failure
