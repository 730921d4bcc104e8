"""The search for cameras, in a network of its own; and its answers, which come from strangers."""

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nirecap.capture.discovery import MAX_MATCHES, MAX_TEXT, read_answer

from .discovery_room import match

ROOM = Path(__file__).with_name("discovery_room.py")
NETWORK = (
    "link set lo up",
    "link add room0 type veth peer name room1",
    "addr add 10.9.8.1/24 dev room0",
    "link set room0 up",
    "link set room1 up",
)
ASKED_AS = "1f2e"


def namespace() -> list[str]:
    """Return the command that runs another in a network namespace; skips where that can't be had."""
    if not shutil.which("ip") or not shutil.which("unshare"):
        pytest.skip("no `ip` and `unshare` to make a network namespace with")
    for command in (["unshare", "-n"], ["unshare", "-rn"]):
        made = [*command, "ip", "link", "add", "room0", "type", "veth", "peer", "name", "room1"]
        if subprocess.run(made, capture_output=True, check=False).returncode == 0:
            return command
    pytest.skip("no right to make a network namespace")


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    """What a search in a room with cameras and troublemakers found and sent."""
    start = time.monotonic()
    run = [*namespace(), sys.executable, str(ROOM), *NETWORK]
    result = subprocess.run(run, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    assert time.monotonic() - start < 30
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


def test_cameras_are_found_with_what_they_say(told: dict[str, Any]) -> None:
    porch = {"address": "10.9.8.1", "port": 8080, "advertised": "10.9.8.1", "name": "Porch Cam", "model": "OWL-1"}
    assert porch in told["found"]
    assert {camera["address"] for camera in told["found"]} == {"10.9.8.1"}  # where it came from, whatever it says


def test_troublemakers_are_left_out_or_cut_short(told: dict[str, Any]) -> None:
    names = {camera["name"] for camera in told["found"]}
    assert names - {"Broken"} == {"Porch Cam", "Elsewhere", f"[31mEvil{'x' * 5000}"[:MAX_TEXT]}
    assert next(camera["advertised"] for camera in told["found"] if camera["name"] == "Elsewhere") == "192.0.2.7"


def test_nothing_but_probes_is_sent(told: dict[str, Any]) -> None:
    assert 1 <= len(told["heard"]) <= 4  # twice, on either end of the cable
    assert all("Probe>" in heard and "NetworkVideoTransmitter" in heard for heard in told["heard"])
    assert not told["visited"]


def test_a_computer_without_a_network_is_told() -> None:
    search = [*namespace(), sys.executable, "-m", "nirecap", "cameras", "discover", "--seconds", "1"]
    result = subprocess.run(search, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 1
    assert result.stderr.startswith("Error: no network can be asked for cameras; ")


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.data())
def test_no_answer_does_harm(data: st.DataObject) -> None:
    whole = match(f"urn:uuid:{ASKED_AS}", "http://10.0.0.9:8080/", "onvif://www.onvif.org/name/A")
    start = data.draw(st.integers(0, len(whole)))
    junk = data.draw(st.binary(max_size=20))
    for datagram in (junk, whole[:start] + junk + whole[start + data.draw(st.integers(0, 20)) :]):
        for camera in read_answer(datagram, "10.0.0.9", ASKED_AS):
            assert camera.address == "10.0.0.9"
            assert max(len(camera.name), len(camera.model), len(camera.advertised)) <= MAX_TEXT


def test_one_answer_is_of_few_cameras() -> None:
    whole = match(f"urn:uuid:{ASKED_AS}", "http://10.0.0.9:8080/", "onvif://www.onvif.org/name/A").decode()
    one = whole.partition("<d:ProbeMatches>")[2].partition("</d:ProbeMatches>")[0]
    many = whole.replace(one, one * 50)
    assert len(read_answer(many.encode(), "10.0.0.9", ASKED_AS)) == MAX_MATCHES
