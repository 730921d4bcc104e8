"""Watching a camera: one thread follows its picture, another, which owns its controls, obeys the person."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from nirecap.errors import CameraError, LoginRefused
from nirecap.interrupts import wait_until
from nirecap.vocabulary import Mode

from ..camera import Camera
from ..stream import Stream
from .judge import Judge, Now, Switch

PERIOD_S = 0.1
"""Pause between two frames that are looked at."""
PAUSES_S = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Waits before each attempt to find a lost camera again; the last one goes on."""


class Request:
    """What the driver asks the person to do; shown on the page, where the pixels tell when it is done."""

    def __init__(self) -> None:
        self.text = ""

    def ask(self, text: str) -> None:
        """Show it and return at once."""
        self.text = text


class Watch:
    """A camera that is watched between `start` and `stop`, and switched meanwhile.

    Args:
        camera: open; nothing else may use it until `stop` has returned.
        request: what the camera's driver asks of the person.
    """

    def __init__(self, camera: Camera, request: Request) -> None:
        self.camera, self.request = camera, request
        self.now = Now()
        self.trouble = "connecting"
        """Why there is no live picture, "" while there is one."""
        self.switch: Switch | None = None
        """The last wish; None while nothing was switched and so nothing has to be put back."""
        self._judge = Judge()
        self._controls = ThreadPoolExecutor(1, "camera controls")
        self._ending = threading.Event()
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="preview", daemon=True)

    def start(self) -> None:
        """Begin to follow the picture."""
        self._thread.start()

    def wait(self) -> None:
        """Return when it has ended; raise what it failed of, which a lost camera is not."""
        wait_until(self._ended)
        if self._failure:
            raise self._failure

    def _ended(self, seconds: float) -> bool:
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def stop(self) -> None:
        """End, and return when the camera is in nobody's hands; a command under way is waited for."""
        self._ending.set()
        if self._thread.ident is not None:
            self._thread.join()
        self._controls.shutdown(cancel_futures=True)

    def command(self, mode: Mode) -> None:
        """Ask for a mode and return at once; only the last wish counts."""
        self.switch = switch = Switch(mode)
        self._controls.submit(self._obey, switch)

    def _obey(self, switch: Switch) -> None:
        if switch is not self.switch:
            return
        try:
            switch.advice = self.camera.advice(switch.mode)
            self.camera.set_mode(switch.mode)
        except CameraError as error:
            switch.refused = str(error)
        except Exception as error:
            self._fail(error)
        switch.answered_at = time.time()

    def _run(self) -> None:
        try:
            self._watch()
        except Exception as error:
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        self._failure = error
        self._ending.set()

    def _watch(self) -> None:
        failures = 0
        while not self._ending.is_set():
            try:
                if failures > 1:  # the stream alone was not enough: the camera may have rebooted
                    self._controls.submit(self.camera.reconnect).result()
                with self._controls.submit(self.camera.stream).result() as stream:
                    failures = 0
                    self._follow(stream)
            except LoginRefused as error:  # tried once, as cameras lock accounts
                self.trouble = f"{error}; then start the preview again"
                self._ending.wait()
            except CameraError as error:
                pause_s = PAUSES_S[min(failures, len(PAUSES_S) - 1)]
                self.trouble = f"{error}. Trying by itself in {pause_s:.0f} s"
                self.now = replace(self.now, settled=False, fps=0.0)
                failures += 1
                self._ending.wait(pause_s)

    def _follow(self, stream: Stream) -> None:
        self._judge.begin_stream()
        if self.switch:  # a camera that rebooted is in any mode
            self.command(self.switch.mode)
        number = -1
        while not self._ending.wait(PERIOD_S):
            frame = stream.next(after=number)
            number = frame.number
            self.now, self.trouble = self._judge.look(frame, self.switch, self.now), ""
            if self.now.settled:
                self.request.text = ""
