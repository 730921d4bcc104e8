"""The report: one file without a network, proof against names, and usable in a real browser."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from nirecap.benchmarks import held_out
from nirecap.benchmarks.layout import pictures
from nirecap.benchmarks.rendering import render
from nirecap.benchmarks.report.previews import WIDTHS, width_for
from nirecap.errors import BenchmarkError, UsageMistake
from nirecap.images import encode_png

from .dusk import view
from .made_results import EVIL, rows_of

expect.set_options(timeout=30_000)
SCENES = ("loft", EVIL, "cellar")
ROWS = [
    *rows_of({("input", "psnr"): [[8.0, 9.0, 10.0]], ("input", "entropy"): [[3.0, 3.0, 3.0]]}, SCENES, trained=False),
    *rows_of({("gain", "psnr"): [[20.0, 19.0, 18.0]], ("gain", "entropy"): [[7.0, 6.0, 7.0]]}, SCENES, title=EVIL),
    *rows_of({("lime", "psnr"): [[15.0, 21.0, 12.0], [15.5, 21.5, 12.5]]}, SCENES),
]


def fill(out: Path) -> None:
    for number in range(3):
        image = held_out.TestImage(f"night/{number}", SCENES[number])
        for role, pixels in view(number, 48, 64).items():
            path = held_out.file_of(out, role, image)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(encode_png(pixels))
        for level, method in ((30, "input"), (120, "gain"), (200, "lime")):
            pictures(out, method, 0).mkdir(parents=True, exist_ok=True)
            (pictures(out, method, 0) / image.file).write_bytes(encode_png(np.full((48, 64, 3), level, np.uint8)))


@pytest.fixture
def report(tmp_path: Path) -> Path:
    fill(tmp_path)
    (file,) = render(tmp_path, ROWS).files["report"]
    return file


def block_of(page: str, name: str) -> Any:
    return json.loads(page.partition(f'<script type="application/json" id="{name}">')[2].partition("</script>")[0])


def test_page_holds_all_numbers_and_previews_and_nothing_from_elsewhere(report: Path) -> None:
    page = report.read_text()
    contents = block_of(page, "contents")
    assert contents["numbers"]["lime"]["psnr"] == [15.25, 21.25, 12.25]
    assert contents["base"] == "gain"
    assert contents["means"]["lime"]["psnr"] == [16.25, 0.25, 0]
    assert set(block_of(page, "pictures-2")) == {"low", "nire", "reference", "input", "gain", "lime"}
    assert "default-src 'none'" in page
    assert re.findall(r"(?:src|href|url)\s*[=(]\s*[\"']?(?:https?:)?//", page) == []
    assert page.count("<script>") == 1


def test_names_never_become_html(report: Path) -> None:
    page = report.read_text()
    assert EVIL not in page
    assert "<img src=x" not in page
    assert block_of(page, "contents")["methods"][1]["title"] == EVIL


def test_methods_stand_in_the_order_of_the_registry_and_a_users_own_last(tmp_path: Path) -> None:
    names = ["mine:Method", "purification_plus", "gain", "purification"]
    rendered = render(tmp_path, rows_of({(name, "psnr"): [[1.0, 2.0, 3.0]] for name in names}))
    assert list(rendered.scores.methods) == ["gain", "purification", "purification_plus", "mine:Method"]


def test_without_the_pictures_there_are_tables_and_a_page_all_the_same(tmp_path: Path) -> None:
    rendered = render(tmp_path, ROWS)
    assert "no figures" in rendered.problems[0]
    assert block_of((tmp_path / "report.html").read_text(), "pictures-0") == {}
    assert (tmp_path / "tables/main.md").is_file()


def test_what_can_not_be_shown_is_told(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match="no results of these methods"):
        render(tmp_path, ROWS, methods=["scalemap"])
    with pytest.raises(UsageMistake, match="--against scalemap"):
        render(tmp_path, ROWS, against="scalemap")
    with pytest.raises(BenchmarkError, match="different test images"):
        render(tmp_path, [*ROWS, *rows_of({("other", "psnr"): [[1.0, 2.0, 3.0]]}, test_fingerprint="c" * 64)])


def test_previews_of_many_pictures_are_small() -> None:
    widths = [width_for(count, 0.7) for count in (1, 500, 1500, 5000, 10**6)]
    assert widths == sorted(widths, reverse=True)
    assert (widths[0], widths[-1]) == (WIDTHS[0], WIDTHS[-1])


@pytest.fixture
def page(browser: Browser, report: Path) -> Iterator[Page]:
    """The report in a browser; fails the test when anything on it does."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    made = context.new_page()
    complaints: list[str] = []
    made.on("pageerror", lambda error: complaints.append(str(error)))
    made.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
    made.goto(report.as_uri())
    yield made
    context.close()
    assert complaints == []


def methods_shown(page: Page) -> list[str]:
    return page.locator("#results-table tbody th").all_inner_texts()


def test_table_sorts_by_a_click_and_back_by_another(page: Page) -> None:
    assert methods_shown(page) == ["Input", EVIL, "Lime"]
    page.get_by_role("button", name="PSNR ↑").first.click()
    assert methods_shown(page) == [EVIL, "Lime", "Input"]
    expect(page.locator("#results-table [aria-sort=descending]")).to_have_text("PSNR ↑")
    page.get_by_role("button", name="PSNR ↑").first.click()
    assert methods_shown(page) == ["Input", "Lime", EVIL]
    expect(page.locator("#results-table td.best")).to_have_text("19.00")


def test_differences_against_any_method(page: Page) -> None:
    page.select_option("#show", "differences")
    assert methods_shown(page) == ["Input", "Lime"]
    page.select_option("#against", "input")
    expect(page.locator("#results-table tbody tr").first).to_contain_text("+10.00")
    page.select_option("#which", "further")
    expect(page.locator("#results-table thead")).to_contain_text("entropy")


def test_pictures_are_compared_by_flicker_and_by_an_edge(page: Page) -> None:
    page.select_option("#a", "reference")
    page.select_option("#b", "lime")
    expect(page.locator(".pane img")).to_have_count(2)
    page.click("[data-mode=flicker]")
    over = page.locator(".pane img.over")
    expect(over).to_be_hidden()
    page.focus("#stage")
    page.keyboard.down("b")
    expect(over).to_be_visible()
    expect(page.locator(".pane .name")).to_have_text("B Lime")
    page.keyboard.up("b")
    expect(over).to_be_hidden()
    page.click("[data-mode=wipe]")
    page.locator("#wipe").fill("25")
    assert over.evaluate("image => image.style.clipPath") == "inset(0px 0px 0px 25%)"
    page.keyboard.press("ArrowRight")  # of the slider, which has the focus
    page.focus("#stage")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#image")).to_have_value("1")


def test_full_pictures_are_shown_from_beside_the_page_else_previews(page: Page, report: Path) -> None:
    first = page.locator(".pane img").first
    assert first.evaluate("image => image.src").startswith("file:")
    for file in pictures(report.parent, "gain", 0).iterdir():
        file.unlink()
    page.reload()
    page.select_option("#a", "gain")
    page.wait_for_function("document.querySelector('.pane img').src.startsWith('data:image/webp')")


def test_a_point_or_a_row_opens_its_image(page: Page) -> None:
    page.locator("#scatter circle").nth(2).click()
    expect(page.locator("#image")).to_have_value("2")
    expect(page.locator("#images-table tr.chosen")).to_contain_text("night/2")
    expect(page.locator("#scatter-caption")).to_contain_text("better")
    page.locator("#images-table tbody tr").nth(1).locator("td").first.click()
    expect(page.locator("#image")).to_have_value("1")
    page.select_option("#a", "low")
    expect(page.locator("#scatter-caption")).to_contain_text("Choose two methods")
