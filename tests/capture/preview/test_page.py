"""The page in a real browser, in front of the simulated camera."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from nirecap.vocabulary import Mode

from ..command_line import wait_until
from .conftest import Preview

CHROMIUM = Path("/usr/bin/chromium")
QUIET = "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync"
PATIENCE_MS = 30_000

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="no Chromium at /usr/bin/chromium")
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def browser_page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        arguments = [*QUIET.split(), "--no-first-run"]
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=arguments)
        yield browser.new_page(viewport={"width": 1280, "height": 800})
        browser.close()


@pytest.fixture
def page(browser_page: Page, preview: Preview) -> Iterator[Page]:
    complaints: list[str] = []
    browser_page.on("console", lambda message: complaints.append(message.text))
    browser_page.on("pageerror", lambda error: complaints.append(str(error)))
    browser_page.goto(preview.address)
    yield browser_page
    assert [complaint for complaint in complaints if "Content Security Policy" in complaint] == []
    browser_page.goto("about:blank")


def test_picture_moves_and_the_mirrored_lamp_is_circled(page: Page, preview: Preview) -> None:
    night = page.locator("#panel-night")
    expect(night).to_have_class(re.compile(r"\blive\b"))
    expect(night.locator("li.spot")).to_contain_text("Hot spot")
    expect(night.locator("circle")).to_be_visible()
    sources = set()

    def moved() -> bool:
        sources.add(night.locator("img").get_attribute("src"))
        return len(sources) >= 5

    wait_until(moved)
    wait_until(lambda: night.locator("img").evaluate("image => image.naturalWidth") == 320)
    circle = night.locator("circle")
    assert float(circle.get_attribute("cx") or 0) == pytest.approx(0.6 * 320, abs=10)
    assert float(circle.get_attribute("cy") or 0) == pytest.approx(0.4 * 180, abs=8)
    assert page.url == f"{preview.base}/"


def test_button_and_keys_switch_and_both_modes_stand_side_by_side(page: Page, preview: Preview) -> None:
    expect(page.locator("#status")).to_contain_text("night picture")
    page.click("#day")
    expect(page.locator("#status")).to_contain_text(
        re.compile(r"day commanded .* day picture .* switched in \d+\.\d s")
    )
    assert preview.device.truth()["ir_cut"] == "ON"
    expect(page.locator("#panel-day")).to_have_class(re.compile(r"\blive\b"))
    expect(page.locator("#panel-day li")).to_contain_text("Nothing to mend")
    expect(page.locator("#panel-night output")).to_contain_text("ago")
    expect(page.locator("#panel-night img")).to_be_visible()
    page.keyboard.press("n")
    expect(page.locator("#status")).to_contain_text(re.compile(r"night commanded .* night picture .* switched in"))
    assert preview.device.truth()["ir_cut"] == "OFF"


def test_brighten_and_grid_change_only_what_is_shown(page: Page, preview: Preview) -> None:
    page.keyboard.press("d")
    expect(page.locator("#status")).to_contain_text("switched in")
    image = page.locator("#panel-day img")
    expect(page.locator("#panel-day .grid")).to_be_hidden()
    page.keyboard.press("b")
    page.click("#grid")
    expect(page.locator("#panel-day .grid")).to_be_visible()
    wait_until(lambda: "brightness" in (image.get_attribute("style") or ""))
    assert preview.watch.now.pictures[Mode.DAY].sight.look.mean < 60


def test_lost_stream_is_told_and_no_secret_with_it(page: Page, preview: Preview) -> None:
    expect(page.locator("#status")).to_contain_text("night picture")
    preview.simulated.stop()
    expect(page.locator("#banner")).to_contain_text("No live picture")
    assert "s3cret" not in (page.text_content("body") or "")


def test_end_of_the_command_is_told(page: Page, preview: Preview) -> None:
    expect(page.locator("#status")).to_contain_text("night picture")
    page.route("**/state", lambda route: route.abort())
    expect(page.locator("#banner")).to_contain_text("has ended")
    page.unroute("**/state")
