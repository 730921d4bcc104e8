"""The simulated camera in a process of its own, so that its work does not slow down the program that looks at it."""

import json
import os
import select
import subprocess
import sys
import tempfile
from types import TracebackType
from typing import IO

from nirecap.errors import CameraError, UsageMistake

from .addresses import CameraAddresses

PASSWORD_VARIABLE = "NIRECAP_SIM_PASSWORD"  # noqa: S105  the name of the variable
DEFAULT_PASSWORD = "nirecap"  # noqa: S105  public: it guards a simulator on loopback
_STOP_S = 5.0


class SimulatedCameraProcess:
    """Run `nirecap simulate` with the given options as a child between `start` and `close`.

    A context manager. The child holds the other end of a pipe and ends when this process does, however it does.

    Args:
        options: of `nirecap simulate`, such as "--fps", "5".
        user: that the camera asks for.
        password: that the camera asks for; it is handed over in the environment.
        start_s: how long the child may take to come up, in seconds.
    """

    def __init__(
        self, *options: str, user: str = "admin", password: str = DEFAULT_PASSWORD, start_s: float = 60.0
    ) -> None:
        fixed = ("--json", "--until-stdin-closes", "--user", user)
        self._command = [sys.executable, "-P", "-m", "nirecap", "simulate", *options, *fixed]
        self._environment = {**os.environ, PASSWORD_VARIABLE: password}
        self._start_s = start_s
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> CameraAddresses:
        """Start the child and return where it is reached.

        Raises:
            CameraError: it ended or did not answer in time; the message repeats its last line.
        """
        pipe = subprocess.PIPE
        with tempfile.TemporaryFile() as complaints:
            self._child = subprocess.Popen(
                self._command,
                stdin=pipe,
                stdout=pipe,
                stderr=complaints,
                env=self._environment,
                start_new_session=True,  # Ctrl-C reaches only us, who may still have to restore the camera
            )
            try:
                return self._read_addresses(self._child, complaints)
            except BaseException:
                self.close()
                raise

    def _read_addresses(self, child: subprocess.Popen[bytes], complaints: IO[bytes]) -> CameraAddresses:
        if child.stdout is None or not select.select([child.stdout], [], [], self._start_s)[0]:
            raise CameraError(f"the simulated camera did not start in {self._start_s:g} s; try `nirecap simulate`")
        if line := child.stdout.readline():
            try:
                return CameraAddresses(**json.loads(line))
            except (ValueError, TypeError):
                raise CameraError(f"the simulated camera said {line[:100]!r} in place of its addresses") from None
        complaints.seek(0)
        last = complaints.read().decode(errors="replace").strip().rpartition("\n")[2].removeprefix("Error: ")[:500]
        kind = UsageMistake if child.wait(_STOP_S) == UsageMistake.exit_code else CameraError
        raise kind(f"the simulated camera did not start: {last or 'it said nothing; try `nirecap simulate`'}")

    def close(self) -> None:
        """End the child, by force where it does not end by itself; safe to call twice."""
        child, self._child = self._child, None
        if child is None:
            return
        for pipe in (child.stdin, child.stdout):
            if pipe:
                pipe.close()
        try:
            child.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()

    def __enter__(self) -> CameraAddresses:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
