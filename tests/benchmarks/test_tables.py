"""Tables: what is best, how sure that is, and what is missing, in Markdown and in LaTeX."""

import math
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from nirecap.benchmarks.paper_tables import TABLES, methods_of
from nirecap.benchmarks.scores import scores_of
from nirecap.benchmarks.table import Cell, Table
from nirecap.benchmarks.tables import default_base, tables_of, write_tables

from .made_results import EVIL, rows_of

ROWS = [
    *rows_of(
        {("weak", "psnr"): [[10, 11, 12]], ("weak", "ciede2000"): [[30, 30, 30]]}, trained=False, budget_minutes=0.0
    ),
    *rows_of({("good", "psnr"): [[20, 21, 22], [20.2, 21.2, 22.2]], ("good", "ciede2000"): [[9, 9, 9], [9, 9, 9]]}),
    *rows_of({("tied", "psnr"): [[20.1, 21.1, 22.1001]], ("tied", "ciede2000"): [[8, 9, 8]]}),
    *rows_of({(name, "lpips"): [[math.nan] * 3] for name in ("weak", "good", "tied")}, note="no backbone here"),
    *rows_of({("weak", "nliee"): [[math.nan, math.nan, 9]]}, note="undefined"),
    *rows_of({("good", "nliee"): [[40, 41, 42]] * 2, ("tied", "nliee"): [[40, 41, 45]]}),
    *rows_of({("good", "entropy"): [[6, 7, 7]]}),
]


def tables() -> dict[str, Table]:
    scores = scores_of(ROWS)
    return {table.name: table for table in tables_of(scores, ROWS, "good", "Comparison")}


def row_of(table: Table, title: str) -> dict[str, Cell]:
    (row,) = [row for row in table.rows if row[0].text == title]
    return dict(zip(table.heads, row, strict=True))


def test_best_is_bold_second_underlined_and_what_looks_equal_is_equal() -> None:
    main = tables()["main"]
    ranks = {title: row_of(main, title)["PSNR ↑"].rank for title in ("Weak", "Good", "Tied")}
    assert ranks == {"Good": 1, "Tied": 1, "Weak": 2}
    assert row_of(main, "Tied")["CIEDE2000 ↓"].rank == 1
    markdown = main.markdown()
    assert "**21.10 ± 0.10**" in markdown
    assert "<u>11.00</u>" in markdown
    assert r"\textbf{21.10 $\pm$ 0.10}" in main.latex()
    assert r"\underline{11.00}" in main.latex()


def test_what_is_missing_is_said_with_its_reason() -> None:
    main = tables()["main"]
    assert row_of(main, "Good")["LPIPS ↓"].text == "n/a"
    assert "LPIPS n/a: no backbone here." in main.notes
    assert "NLIEE has no value for 2 of Weak: undefined." in main.notes


def test_what_all_methods_lack_is_said_once() -> None:
    few = [[math.nan, 0.8, 0.9]]
    rows = rows_of({("weak", "ms_ssim"): few, ("good", "ms_ssim"): few * 2}, note="too small")
    scores = scores_of(rows)
    main = tables_of(scores, rows, "good", "Comparison")[0]
    assert "MS-SSIM has no value for 1 of the 3 images: too small." in main.notes


def test_columns_of_nothing_stand_in_the_main_table_alone() -> None:
    found = tables()
    assert "LPIPS ↓" in found["main"].heads
    assert not any("LPIPS" in head for head in found["differences"].heads)
    assert row_of(found["further"], "Weak")["entropy ↑"].text == "n/a"


def test_differences_tell_value_errors_and_wins() -> None:
    differences = tables()["differences"]
    assert [row[0].text for row in differences.rows] == ["Weak", "Tied"]
    assert row_of(differences, "Weak")["Δ PSNR ↑"].text == "-10.10 ± 0.00 ± 0.10, 0%"
    assert row_of(differences, "Tied")["Δ CIEDE2000 ↓"].text == "-0.67 ± 0.22 ± 0.00, 83%"
    assert "$-$10.10" in differences.latex()


def test_what_each_method_saw_and_cost() -> None:
    methods = tables()["methods"]
    assert row_of(methods, "Good")["minutes of training"].text == "10.0"
    assert row_of(methods, "Weak")["minutes of training"].text == "-"
    assert "test images bbbbbbbbbbbbbbbb" in methods.notes[0]
    assert "threads 1" in methods.notes[0]


def test_a_method_that_took_more_than_its_time_is_named() -> None:
    rows = rows_of({("slow", "psnr"): [[1, 2, 3]]}, fit_seconds=900.0, resumed=True)
    main, methods = tables_of(scores_of(rows), rows, "slow", "Comparison")
    assert "Slow trained for 15.0 minutes of the 10 that it had." in main.notes
    assert row_of(methods, "Slow")["minutes of training"].text == "15.0 (resumed)"
    assert "another method that learns the same" in methods.notes[1]
    assert len(tables()["methods"].notes) == 1


def test_oracles_have_no_rank() -> None:
    rows = [
        *rows_of({("good", "psnr"): [[20, 21, 22]]}),
        *rows_of({("kind", "psnr"): [[30] * 3]}, title="KinD (oracle)"),
    ]
    main = tables_of(scores_of(rows), rows, "good", "Comparison")[0]
    assert row_of(main, "KinD (oracle)")["PSNR ↑"].rank == 0
    assert row_of(main, "Good")["PSNR ↑"].rank == 1


def test_the_best_is_what_others_are_compared_with() -> None:
    assert default_base(scores_of(ROWS)) == "tied"
    assert default_base(scores_of(rows_of({("one", "psnr"): [[math.nan] * 3]}))) == "one"


def test_names_are_never_markup() -> None:
    rows = rows_of({("odd", "psnr"): [[1, 2, 3]]}, title=EVIL, source=EVIL, machine=EVIL, dataset=EVIL)
    for table in tables_of(scores_of(rows), rows, "odd", EVIL):
        lines = [line for line in table.markdown().splitlines() if line.startswith("|")]
        assert {len(re.findall(r"(?<!\\)\|", line)) for line in lines} == {len(table.heads) + 1}
        assert "<img" not in table.markdown().replace(r"\<img", "")
        assert r"\$" in table.latex()
        assert re.search(r"(?<!\\)\$", table.latex().replace(r"$\uparrow$", "").replace(r"$\pm$", "")) is None


def test_tables_of_one_table_of_the_paper_are_not_written_over_those_of_another(tmp_path: Path) -> None:
    scores = scores_of(ROWS)
    for name in ("table_1", "table_2"):
        write_tables(tables_of(scores, ROWS, "good", "x", name), tmp_path, name)
    parts = ("", "_further", "_differences", "_methods")
    files = {f"table_{number}{part}.{suffix}" for number in (1, 2) for part in parts for suffix in ("md", "tex")}
    assert {file.name for file in (tmp_path / "tables").iterdir()} == files


def test_tables_are_written_as_markdown_and_latex(tmp_path: Path) -> None:
    files = write_tables(list(tables().values()), tmp_path)
    assert {file.relative_to(tmp_path).as_posix() for file in files} == {
        f"tables/{name}.{suffix}" for name in ("main", "further", "differences", "methods") for suffix in ("md", "tex")
    }
    assert (tmp_path / "tables/main.md").read_text() == tables()["main"].markdown()


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no pdflatex")
def test_latex_is_accepted_by_latex(tmp_path: Path) -> None:
    body = "\n".join(table.latex() for table in tables().values())
    (tmp_path / "all.tex").write_text(
        f"\\documentclass{{article}}\\usepackage{{booktabs}}\\begin{{document}}\n{body}\\end{{document}}\n"
    )
    subprocess.run(["pdflatex", "-halt-on-error", "all.tex"], cwd=tmp_path, check=True, capture_output=True)


def test_plain_text_lines_up() -> None:
    lines = tables()["main"].plain().splitlines()
    assert lines[1].index("PSNR") > 0
    assert len({len(line) for line in lines[1:5]}) == 1


def test_tables_of_the_paper_are_lists_of_methods() -> None:
    assert set(TABLES) == {1, 2, 3}
    assert "purification" in methods_of(2)
    assert not set(methods_of(1)) & (set(methods_of(2)) - {"purification"})
    assert len(methods_of(3)) == 4
