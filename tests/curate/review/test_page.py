"""The review in real browsers: verdicts by key, reloads, a second reviewer, and a server that dies in between."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from nirecap.curate.verdicts import read_verdicts

from ...capture.command_line import started, wait_until
from ..judged import rows_of
from .conftest import Served

expect.set_options(timeout=30_000)


@pytest.fixture
def contexts(browser: Browser) -> Iterator[list[BrowserContext]]:
    opened: list[BrowserContext] = []
    yield opened
    for context in opened:
        context.close()


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    found: list[str] = []
    yield found
    assert found == []


def opened(browser: Browser, contexts: list[BrowserContext], complaints: list[str], address: str) -> Page:
    """Open the review in a browser of its own."""
    contexts.append(browser.new_context(viewport={"width": 1280, "height": 800}))
    page = contexts[-1].new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
    page.goto(address)
    expect(page.locator(".shot")).to_have_count(6)
    return page


@pytest.fixture
def page(browser: Browser, contexts: list[BrowserContext], complaints: list[str], served: Served) -> Page:
    return opened(browser, contexts, complaints, served.address)


def spoken(collection: Path, place: int) -> tuple[str | None, str] | None:
    word = read_verdicts(collection).get(rows_of(collection)[place]["shot"])
    return (word.verdict, word.reviewer) if word else None


def test_verdict_by_key_is_saved_and_there_after_a_reload(page: Page, served: Served) -> None:
    collection = served.review.collection
    assert page.url == f"{served.base}/"  # the token does not stay in the address
    page.click(".shot >> nth=0")
    page.keyboard.press("k")
    expect(page.locator("#place")).to_have_text("2 of 6")  # on to the next
    expect(page.locator("#toast")).to_have_text("keep: saved")
    assert spoken(collection, 0) == ("keep", "ada")
    page.keyboard.press("r")
    wait_until(lambda: spoken(collection, 1) == ("reject", "ada"))
    page.keyboard.press("p")
    page.keyboard.press("p")
    page.reload()
    expect(page.locator("#decision")).to_contain_text("keep")
    expect(page.locator("#decision")).to_contain_text("said by ada")
    wait_until(lambda: [row["verdict"] for row in rows_of(collection)][:2] == ["keep", "reject"])


def test_undo_goes_back_and_withdraws(page: Page, served: Served) -> None:
    page.click(".shot >> nth=0")
    page.keyboard.press("r")
    expect(page.locator("#toast")).to_have_text("reject: saved")
    page.keyboard.press("u")
    expect(page.locator("#place")).to_have_text("1 of 6")
    expect(page.locator("#decision")).to_contain_text("by the checks")
    expect(page.locator("#toast")).to_have_text("withdrawn: saved")
    wait_until(lambda: spoken(served.review.collection, 0) == (None, "ada"))


def test_flags_are_picked_by_key(page: Page, served: Served) -> None:
    page.click(".shot >> nth=1")
    page.keyboard.press("f")
    chosen = page.locator(".pick [data-flag=misaligned]")
    expect(chosen).to_have_attribute("aria-pressed", "true")
    page.keyboard.press(re.sub(r"^misaligned", "", chosen.text_content() or ""))
    expect(chosen).to_have_attribute("aria-pressed", "false")
    expect(page.locator("#saved")).to_have_text("1 saved")
    expect(page.locator(".why")).to_contain_text("taken away by ada")
    page.click(".pick [data-flag=bright_spot]")
    expect(page.locator("#saved")).to_have_text("2 saved")
    wait_until(lambda: rows_of(served.review.collection)[1]["flags"] == ["bright_spot"])
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.click("[data-value='person=flags changed']")
    expect(page.locator(".shot")).to_have_count(1)


def test_keys_work_in_the_grid_and_are_explained(page: Page, served: Served) -> None:
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_contain_text("reject")
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.keyboard.press("n")
    page.keyboard.press("r")
    wait_until(lambda: spoken(served.review.collection, 1) == ("reject", "ada"))
    expect(page.locator(".shot >> nth=1")).to_contain_text("reject (ada)")
    page.focus("#search")
    page.keyboard.type("kr")  # typing is no verdict
    expect(page.locator("#shown")).to_contain_text("of 6 shots")
    assert spoken(served.review.collection, 2) is None


def test_pictures_come_from_the_server(page: Page) -> None:
    wait_until(
        lambda: page.evaluate("[...document.querySelectorAll('.shot img')].every(image => image.naturalWidth === 160)")
    )
    page.click(".shot >> nth=2")
    wait_until(lambda: page.evaluate("document.querySelector('.layer.seen img.full')?.naturalWidth === 320"))
    expect(page.locator("canvas.evidence")).to_be_visible()


def test_two_reviewers_see_each_other_and_do_not_overwrite_what_they_have_not_seen(
    page: Page, browser: Browser, contexts: list[BrowserContext], complaints: list[str], served: Served
) -> None:
    other = opened(browser, contexts, complaints, served.address)
    other.fill("#reviewer", "bo")
    other.keyboard.press("Enter")
    other.click(".shot >> nth=3")
    other.keyboard.press("r")
    expect(page.locator(".shot >> nth=3")).to_contain_text("reject (bo)")  # heard, with nothing done here

    page.route("**/words*", lambda route: route.abort())  # now they do not hear each other
    other.click("#previous")
    other.click("#next")
    other.keyboard.press("r")
    expect(other.locator("#saved")).to_have_text("2 saved")
    page.click(".shot >> nth=4")
    page.keyboard.press("k")
    dialog = page.locator("#contradiction")
    expect(dialog).to_contain_text("bo judged this shot meanwhile")
    expect(dialog).to_contain_text("Theirs: reject")
    assert spoken(served.review.collection, 4) == ("reject", "bo")
    dialog.get_by_text("Save mine instead").click()
    wait_until(lambda: spoken(served.review.collection, 4) == ("keep", "ada"))
    expect(page.locator("#saved")).to_have_text("1 saved")
    expect(other.locator(".shot >> nth=4")).to_contain_text("keep (ada)")


def test_killed_server_loses_no_verdict_that_was_shown_as_saved(
    browser: Browser, contexts: list[BrowserContext], complaints: list[str], curated: Path
) -> None:
    first = started("review", str(curated), "--reviewer", "ada")
    page = opened(browser, contexts, complaints, address_of(first))
    page.click(".shot >> nth=0")
    page.keyboard.press("k")
    expect(page.locator("#saved")).to_have_text("1 saved")
    first.kill()
    first.communicate()
    page.keyboard.press("r")
    expect(page.locator("#banner")).to_contain_text("1 verdict not saved")
    assert (spoken(curated, 0), spoken(curated, 1)) == (("keep", "ada"), None)
    page.close(run_before_unload=False)

    second = started("review", str(curated), "--reviewer", "ada")
    page = opened(browser, contexts, complaints, address_of(second))
    expect(page.locator(".shot >> nth=0")).to_contain_text("keep (ada)")
    assert rows_of(curated)[0]["verdict"] == "keep"  # merged at the start
    second.kill()
    second.communicate()


def address_of(running: "object") -> str:
    """Read the lines until the one with the address."""
    for line in running.stdout:  # type: ignore[attr-defined]
        if found := re.search(r"http://127\.0\.0\.1:\d+/\?token=[\w-]{40,}", line):
            return found[0]
    raise AssertionError("no address was printed")
