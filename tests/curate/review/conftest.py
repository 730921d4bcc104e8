"""A review that is being served."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from nirecap.curate.review.review import Review
from nirecap.curate.review.web_app import web_app
from nirecap.gate import Gate
from nirecap.web_server import WebServer

TOKEN = "only-who-knows-this"


@dataclass(frozen=True)
class Served:
    """A running review."""

    review: Review
    port: int

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def address(self) -> str:
        return f"{self.base}/?token={TOKEN}"

    def session(self) -> requests.Session:
        """Return one that the gate lets in."""
        session = requests.Session()
        session.get(self.address, timeout=30)
        return session


@pytest.fixture
def served(curated: Path) -> Iterator[Served]:
    with Review(curated) as review, WebServer(Gate(web_app(review, "ada"), TOKEN)) as server:
        yield Served(review, server.port)
