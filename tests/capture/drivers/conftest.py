"""Fixtures for the drivers' tests."""

from collections.abc import Iterator

import pytest

from .scripted_camera import ScriptedCamera


@pytest.fixture
def scripted() -> Iterator[ScriptedCamera]:
    camera = ScriptedCamera()
    yield camera
    camera.stop()


@pytest.fixture
def bystander() -> Iterator[ScriptedCamera]:
    """Another server, which nothing may ever reach."""
    camera = ScriptedCamera()
    yield camera
    camera.stop()
    assert camera.requests == []
