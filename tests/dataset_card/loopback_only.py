"""Run a program in which every connection, and every look-up of a name, other than to loopback fails.

python loopback_only.py SCRIPT [ARGUMENT ...]
python loopback_only.py -m MODULE [ARGUMENT ...]
"""

import runpy
import socket
import sys
from ipaddress import ip_address
from typing import Any

TRIED = "tried to reach"


def guard(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.sendto") and arguments[0].family in (socket.AF_INET, socket.AF_INET6):
        allow(arguments[1][0])
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        allow(arguments[0])


def allow(host: object) -> None:
    try:
        if host in (None, "localhost", "") or ip_address(str(host)).is_loopback:
            return
    except ValueError:
        pass
    sys.stderr.write(f"{TRIED} {host}\n")  # also where the program passes over the error
    raise PermissionError(f"{TRIED} {host}")


if __name__ == "__main__":
    sys.addaudithook(guard)  # it can't be taken away again
    module = sys.argv[1] == "-m"
    sys.argv = sys.argv[2 if module else 1 :]
    if module:
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    else:
        runpy.run_path(sys.argv[0], run_name="__main__")
