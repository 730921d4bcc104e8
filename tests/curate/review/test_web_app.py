"""What the server of a review gives and takes, and to what it says no."""

import io
import os
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import requests
from PIL import Image

from nirecap.curate.review.review import Review
from nirecap.curate.review.web_app import web_app
from nirecap.curate.verdicts import read_verdicts
from nirecap.gate import Gate
from nirecap.web_server import WebServer

from ..judged import blocks_of, change, is_webp, rows_of
from .conftest import TOKEN, Served

CODES = requests.codes


def word(served: Served, place: int = 0, **more: Any) -> dict[str, Any]:
    shot = rows_of(served.review.collection)[place]["shot"]
    return {"shot": shot, "verdict": "keep", "flags_on": [], "flags_off": [], "reviewer": "ada", "seen": None, **more}


def test_nothing_is_served_without_the_token(served: Served) -> None:
    image = rows_of(served.review.collection)[0]["low_file_name"]
    for path in ("", "words", "pictures/x/0", f"image/{image}"):
        assert requests.get(f"{served.base}/{path}", timeout=30).status_code == CODES.forbidden
    assert requests.post(f"{served.base}/verdict", json=word(served), timeout=30).status_code == CODES.forbidden
    assert read_verdicts(served.review.collection) == {}


def test_page_holds_rows_but_no_token_and_no_pictures(served: Served) -> None:
    page = served.session().get(served.base, timeout=30).text
    assert blocks_of(page, "rows")[0]["count"] == 6
    assert blocks_of(page, "about")[0]["review"] == {"reviewer": "ada", "heard": 0, "words": []}
    assert "UklGR" not in page
    assert TOKEN not in page


def test_thumbnails_and_maps_come_in_blocks(served: Served) -> None:
    session, edition = served.session(), served.review.index.edition
    block = session.get(f"{served.base}/pictures/{edition}/0", timeout=30).json()
    assert len(block) == 6
    assert is_webp(block[0]["low"])
    assert "structure_vanishing_map" in block[2]
    assert session.get(f"{served.base}/pictures/{edition}/7", timeout=30).json() == []
    assert session.get(f"{served.base}/pictures/older/0", timeout=30).status_code == CODES.gone


def test_thumbnails_without_a_cache_are_missing_and_nothing_else(served: Served) -> None:
    for left in (served.review.collection / "curate").glob("cache*"):
        left.write_bytes(b"no cache")
    answer = served.session().get(f"{served.base}/pictures/{served.review.index.edition}/0", timeout=30)
    assert [set(shot) - {"structure_vanishing_map"} for shot in answer.json()] == [set()] * 6


def test_images_of_the_manifest_are_served_as_they_are(served: Served) -> None:
    session, collection = served.session(), served.review.collection
    name = rows_of(collection)[0]["nire_file_name"]
    answer = session.get(f"{served.base}/image/{quote(name)}", timeout=30)
    assert answer.content == (collection / name).read_bytes()
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "name",
    [
        "metadata.parquet",
        "curate/verdicts.jsonl",
        "../../../../etc/passwd",
        "/etc/passwd",
        "sessions",
        "",
        "%00",
        "a\nb",
    ],
)
def test_nothing_else_of_the_disk_is_served(served: Served, name: str) -> None:
    address = f"{served.base}/image/{quote(name, safe='')}"
    assert served.session().get(address, timeout=30).status_code == CODES.not_found


@pytest.mark.parametrize("name", ["../outside.png", "link.png", "curate/secret.png", "pipe.png", "gone.png"])
def test_hostile_manifest_serves_no_file_of_elsewhere_and_none_that_is_no_image(
    curated: Path, tmp_path: Path, name: str
) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "outside.png")
    (curated / "link.png").symlink_to(tmp_path / "outside.png")
    (curated / "curate/secret.png").write_text("a secret")
    os.mkfifo(curated / "pipe.png")
    change(curated, lambda rows: rows[0].update(low_file_name=name))
    with Review(curated) as review, WebServer(Gate(web_app(review, "ada"), TOKEN)) as server:
        answer = (
            Served(review, server.port)
            .session()
            .get(f"http://127.0.0.1:{server.port}/image/{quote(name, safe='')}", timeout=30)
        )
    assert answer.status_code == CODES.not_found
    assert "secret\n" not in answer.text


def test_image_that_no_browser_shows_is_shown(served: Served) -> None:
    collection = served.review.collection
    Image.new("RGB", (20, 10), (1, 2, 3)).save(collection / "sessions/a.tif")
    change(collection, lambda rows: rows[0].update(low_file_name="sessions/a.tif"))
    served.review._land()
    answer = served.session().get(f"{served.base}/image/sessions/a.tif", timeout=30)
    assert answer.headers["content-type"] == "image/png"
    assert Image.open(io.BytesIO(answer.content)).getpixel((3, 3)) == (1, 2, 3)


def test_word_is_on_disk_when_it_is_answered(served: Served) -> None:
    answer = served.session().post(f"{served.base}/verdict", json=word(served, flags_on=["noisy"]), timeout=30)
    assert answer.status_code == CODES.ok, answer.text
    kept = read_verdicts(served.review.collection)[answer.json()["shot"]]
    assert (kept.verdict, kept.flags_on, kept.reviewer) == ("keep", ("noisy",), "ada")
    assert answer.json()["at"] == kept.at.isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize(
    "wrong",
    [
        {"verdict": "review"},
        {"verdict": 7},
        {"flags_on": ["no_such_flag"]},
        {"flags_on": "noisy"},
        {"reviewer": ""},
        {"reviewer": "a\u0000"},
        {"reviewer": "a" * 101},
        {"shot": "night/0001"},
        {"seen": "yesterday"},
        {"at": "2026-01-01T00:00:00Z"},
        {"note": "a" * 20_000},
    ],
)
def test_wrong_word_is_refused_in_one_line_and_not_kept(served: Served, wrong: dict[str, Any]) -> None:
    answer = served.session().post(f"{served.base}/verdict", json=word(served, **wrong), timeout=30)
    assert answer.status_code in (CODES.bad_request, CODES.not_found)
    assert "\n" not in answer.text
    assert len(answer.text) < 300
    assert read_verdicts(served.review.collection) == {}


@pytest.mark.parametrize("body", [b"", b"[", b"null", b"\xff", b"[" * 15_000])
def test_body_that_is_no_word_is_refused(served: Served, body: bytes) -> None:
    answer = served.session().post(f"{served.base}/verdict", data=body, timeout=30)
    assert answer.status_code == CODES.bad_request


def test_word_of_another_that_was_not_seen_is_answered_with_theirs(served: Served) -> None:
    session = served.session()
    theirs = session.post(f"{served.base}/verdict", json=word(served, reviewer="bo", verdict="reject"), timeout=30)
    answer = session.post(f"{served.base}/verdict", json=word(served), timeout=30)
    assert (answer.status_code, answer.json()) == (CODES.conflict, theirs.json())
    mine = word(served, seen=theirs.json()["at"])
    assert session.post(f"{served.base}/verdict", json=mine, timeout=30).status_code == CODES.ok
    news = session.get(f"{served.base}/words?since=1", timeout=30).json()
    assert [said["reviewer"] for said in news["words"]] == ["ada"]
    assert news["heard"] == 2


@pytest.mark.parametrize("since", ["", "-1", "x", "9" * 30, "²"])
def test_odd_questions_for_words_are_answered(served: Served, since: str) -> None:
    answer = served.session().get(f"{served.base}/words", params={"since": since}, timeout=30)
    assert answer.json()["words"] == []
