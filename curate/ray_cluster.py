"""Examine shots on a Ray cluster whose nodes read the collection by the same path."""

import os
import socket
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2

from nirecap.errors import CollectionError, UsageMistake, WorkersLost
from nirecap.places import SESSIONS

from .cache.check_version import check_version
from .workers import AHEAD, Found, Task, look_at

CONNECT_S = 5.0


def look_at_there(collection: Path, tasks: Sequence[Task], checks: str) -> list[Found]:
    """Examine a batch of shots on a node.

    Raises:
        CollectionError: the node does not have the collection at this path.
        WorkersLost: the node's checks are not those of version `checks`.
    """
    node = socket.gethostname()
    if not (collection / SESSIONS).is_dir():
        raise CollectionError(f"the Ray node {node} has no {collection}; every node must reach it by that path")
    if check_version() != checks:
        raise WorkersLost(f"the Ray node {node} has other versions of nirecap or its libraries; install the same there")
    cv2.setNumThreads(1)
    return look_at(collection, tasks)


class RayWorkers:
    """The processes of a Ray cluster."""

    def __init__(self, ray: Any, collection: Path) -> None:  # noqa: ANN401 - a module that may be absent
        self._ray, self._collection = ray, collection.resolve()
        self._work = ray.remote(num_cpus=1)(look_at_there)
        self.most = AHEAD * max(1, int(ray.cluster_resources().get("CPU", 1)))

    def start(self, tasks: Sequence[Task]) -> Any:  # noqa: ANN401 - an object of Ray's
        """Begin a batch."""
        return self._work.remote(self._collection, list(tasks), check_version())

    def wait(self, running: Collection[Any]) -> Iterable[Any]:
        """Return those that are done, at least one."""
        done, _ = self._ray.wait(list(running), num_returns=1)
        return list(done)

    def result(self, done: Any) -> list[Found]:  # noqa: ANN401
        """Return what was found."""
        errors = self._ray.exceptions
        try:
            found: list[Found] = self._ray.get(done)
        except errors.RayTaskError as error:
            raise error.cause if isinstance(error.cause, CollectionError | WorkersLost) else _lost(error) from None
        except errors.RayError as error:
            raise _lost(error) from None
        return found

    def cancel(self, running: Any) -> bool:  # noqa: ANN401
        """Take a batch back; Ray forgets it, whether a node has begun it or not."""
        self._ray.cancel(running)
        return True


@contextmanager
def ray_workers(collection: Path, address: str) -> Iterator[RayWorkers]:
    """Connect to a cluster for the block.

    Args:
        collection: the folder, at the same path on every node.
        address: `HOST:PORT` of the head, or `auto` for the cluster of this computer.

    Raises:
        UsageMistake: Ray is not installed, or no cluster is there.
    """
    ray = _ray()
    _reach(address)
    try:
        ray.init(address, log_to_driver=False, logging_level="ERROR")
    except (ConnectionError, ValueError, RuntimeError, TimeoutError) as error:
        raise _no_cluster(address, error) from None
    try:
        yield RayWorkers(ray, collection)
    finally:
        ray.shutdown()


def _reach(address: str) -> None:
    """Try a HOST:PORT for a few seconds; Ray itself would try for minutes."""
    host, colon, port = address.rpartition(":")
    if not colon or "/" in host or not port.isdecimal():
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), CONNECT_S).close()
    except (OSError, OverflowError) as error:
        raise _no_cluster(address, error) from None


def _no_cluster(address: str, error: Exception) -> UsageMistake:
    return UsageMistake(f"no Ray cluster answers at {address} ({_first_line(error)}); `ray start --head` starts one")


def _ray() -> Any:  # noqa: ANN401
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray  # noqa: PLC0415 - an extra, and large
    except ImportError:
        raise UsageMistake("--ray needs the package ray; install it: pip install 'nirecap[ray]'") from None
    return ray


def _lost(error: Exception) -> WorkersLost:
    return WorkersLost(
        f"the Ray cluster failed ({_first_line(error)}); what was examined is kept: run the same command again"
    )


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines or [type(error).__name__])[-1][:200]
