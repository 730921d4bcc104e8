"""The report in a real browser, opened as a file."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from nirecap.curate.manifest import write_manifest
from nirecap.curate.report import write_report
from nirecap.curate.thresholds import load_thresholds

from ...capture.command_line import wait_until
from ..judged import EVIL, change, many_rows, report_of

expect.set_options(timeout=30_000)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page; fails the test when anything on it does."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    made = context.new_page()
    complaints: list[str] = []
    made.on("pageerror", lambda error: complaints.append(str(error)))
    made.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
    yield made
    context.close()
    assert complaints == []


@pytest.fixture
def report(page: Page, curated: Path) -> Page:
    page.goto(report_of(curated).as_uri())
    expect(page.locator(".shot")).to_have_count(6)
    return page


def value(group: str, name: str) -> str:
    return f"[data-value='{group}={name}']"


def test_grid_shows_the_shots_with_their_thumbnails(report: Page) -> None:
    wait_until(
        lambda: report.evaluate(
            "[...document.querySelectorAll('.shot img')].every(image => image.naturalWidth === 160)"
        )
    )
    assert report.locator(".shot img").count() == 18
    expect(report.locator(".shot").first).to_contain_text("bright spot")
    expect(report.locator(".shot").last).to_contain_text(EVIL)  # as text
    assert report.title() == "night #1 100% · nirecap"


def test_filters_count_combine_and_outlive_a_reload(report: Page) -> None:
    expect(report.locator(value("flag", "misaligned")).locator("output")).to_have_text("1")
    report.click(value("decision", "review"))
    expect(report.locator("#shown")).to_have_text("2 of 6 shots")
    expect(report.locator(".shot")).to_have_count(2)
    expect(report.locator(value("flag", "bright_spot")).locator("output")).to_have_text("1")
    report.click(value("flag", "bright_spot"))
    expect(report.locator("#shown")).to_have_text("1 of 6 shots")
    report.reload()
    expect(report.locator("#shown")).to_have_text("1 of 6 shots")
    report.click("#pills button >> nth=0")
    report.click("#pills button >> nth=0")
    expect(report.locator("#shown")).to_have_text("6 shots")
    report.fill("#search", "ONERROR")
    expect(report.locator("#shown")).to_have_text("1 of 6 shots")
    report.fill("#search", "no such thing")
    expect(report.locator(".nothing")).to_be_visible()


def test_sorting_by_a_score(report: Page) -> None:
    report.select_option("#sort", "align_shift_px")
    expect(report.locator(".shot").first).to_contain_text("misaligned")
    report.click("#direction")
    expect(report.locator(".shot").last).to_contain_text("misaligned")


def test_full_picture_is_that_of_the_collection_and_flickers_by_key(report: Page) -> None:
    report.click(".shot >> nth=1")
    wait_until(lambda: report.evaluate("document.querySelector('.layer.seen img.full')?.naturalWidth === 320"))
    frame = report.locator("#frame")
    expect(frame).to_have_attribute("data-front", "low")
    report.keyboard.press("Space")
    expect(frame).to_have_attribute("data-front", "nire")
    report.keyboard.press("Space")
    report.keyboard.press("3")
    expect(frame).to_have_attribute("data-front", "reference")
    report.keyboard.press("1")
    report.keyboard.press("a")
    expect(frame).to_have_attribute("data-front", "nire")
    expect(frame).to_have_attribute("data-front", "low")
    report.keyboard.press("a")
    report.keyboard.press("n")
    expect(report.locator("#place")).to_have_text("3 of 6")
    report.reload()
    expect(report.locator("#place")).to_have_text("3 of 6")
    report.keyboard.press("Escape")
    expect(report.locator(".shot.current")).to_contain_text("structure vanishing")


def test_wipe_cuts_where_the_edge_is_dragged(report: Page) -> None:
    report.click(".shot >> nth=1")
    report.keyboard.press("w")
    box = report.locator("#frame").bounding_box()
    assert box is not None
    report.mouse.move(box["x"] + box["width"] / 2, box["y"] + 50)
    report.mouse.down()
    report.mouse.move(box["x"] + box["width"] / 4, box["y"] + 50)
    report.mouse.up()
    assert (
        report.locator(".layer[data-role=nire]")
        .evaluate("layer => layer.style.clipPath")
        .startswith("inset(0px 0px 0px 25")
    )
    expect(report.locator("#frame .name.second")).to_have_text("N nire")


def test_brightness_changes_only_the_dark_image(report: Page) -> None:
    report.click(".shot >> nth=3")
    report.keyboard.press("0")
    report.keyboard.press("+")
    assert "brightness" in report.locator(".layer[data-role=low] img.full").evaluate("image => image.style.filter")
    assert report.locator(".layer[data-role=nire] img.full").evaluate("image => image.style.filter") == ""


def test_lamp_is_circled_where_the_check_saw_it(report: Page) -> None:
    report.click(".shot >> nth=0")
    circle = report.locator("svg.evidence circle")
    expect(circle).to_be_visible()
    assert [float(circle.get_attribute(name) or 0) for name in ("cx", "cy")] == [240, 48]
    expect(report.locator(".why")).to_contain_text("bright spot strength is 2, limit")
    expect(report.locator("tr.over")).to_contain_text("strength")
    report.keyboard.press("e")
    expect(circle).to_be_hidden()


def test_vanished_structure_is_tinted(report: Page) -> None:
    report.click(".shot >> nth=2")
    canvas = report.locator("canvas.evidence")
    expect(canvas).to_be_visible()
    alpha = "(canvas, x) => canvas.getContext('2d').getImageData(x * canvas.width, 0.37 * canvas.height, 1, 1).data[3]"
    assert [canvas.evaluate(alpha.replace("x *", f"{x} *")) > 0 for x in (0.25, 0.62, 0.9)] == [False, True, False]


def test_move_of_the_camera_is_drawn_and_said(report: Page) -> None:
    report.click(".shot >> nth=1")
    expect(report.locator("svg.evidence polygon")).to_be_visible()
    expect(report.locator("#frame .label")).to_contain_text("shift 9 px")


def test_distributions_show_limits_and_lead_to_shots(report: Page) -> None:
    report.click("[data-view=distributions]")
    plot = report.locator("[data-score=align_shift_px]")
    expect(plot.locator("line.above")).to_have_count(1)
    expect(plot).to_contain_text(re.compile(r"misaligned: over \S+ px · 1"))
    plot.locator(".hit").last.click()
    expect(report.locator("#shown")).to_have_text("1 of 6 shots")
    expect(report.locator(".shot")).to_contain_text("misaligned")


def test_scenes_count_their_shots_and_lead_to_them(report: Page) -> None:
    report.click("[data-view=scenes]")
    line = report.locator("#scenes tbody tr", has_text="onerror")
    expect(line.locator("td").nth(1)).to_have_text("1")
    line.locator("button").click()
    expect(report.locator("#shown")).to_have_text("1 of 6 shots")
    assert report.title() == "night #1 100% · nirecap"


def test_report_without_the_pictures_shows_thumbnails_and_says_so(page: Page, curated: Path, tmp_path: Path) -> None:
    alone = report_of(curated).rename(tmp_path / "report.html")
    page.goto(alone.as_uri())
    page.click(".shot >> nth=0")
    expect(page.locator("#frame .name.first")).to_contain_text("thumbnail only")
    wait_until(lambda: page.evaluate("document.querySelector('.layer.seen img.small').naturalWidth === 160"))


def test_picture_with_an_odd_name_is_found(page: Page, curated: Path) -> None:
    odd = "sessions/a b#c?d%41&é/low.png"
    first = next(curated.glob("sessions/*/0001/low.png"))
    (curated / odd).parent.mkdir()
    (curated / odd).write_bytes(first.read_bytes())
    change(curated, lambda rows: rows[1].update(low_file_name=odd))
    page.goto(report_of(curated).as_uri())
    page.click(".shot >> nth=1")
    wait_until(lambda: page.evaluate("document.querySelector('.layer.seen img.full')?.naturalWidth === 320"))


def test_ten_thousand_shots_open_filter_and_scroll(page: Page, tmp_path: Path) -> None:
    write_manifest(tmp_path, many_rows(10_000), load_thresholds())
    page.goto(write_report(tmp_path, load_thresholds(), lambda _: {}).as_uri())
    expect(page.locator("#shown")).to_have_text("10,000 shots")
    page.click(value("flag", "misaligned"))
    expect(page.locator("#shown")).to_have_text("1,000 of 10,000 shots")
    page.fill("#search", "scene 249")
    expect(page.locator("#shown")).to_have_text("4 of 10,000 shots")
    page.fill("#search", "")
    expect(page.locator("#shown")).to_have_text("1,000 of 10,000 shots")
    page.evaluate("document.querySelector('#shots').scrollTop = 1e9")
    expect(page.locator("[data-shot='night/09990']")).to_be_visible()
    assert page.locator(".shot").count() < 100
