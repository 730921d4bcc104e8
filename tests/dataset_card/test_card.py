"""The card says what is in the set, and nothing that a stranger's name could make of it."""

from datetime import date
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from datasets import load_dataset
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from nirecap.cli import cli
from nirecap.dataset_card.card import fenced, markdown
from nirecap.dataset_card.changelog import changes_between, next_version, write_changelog
from nirecap.dataset_card.earlier import Publication
from nirecap.vocabulary import Plan

from .small_collections import Wanted, make_collection

HOSTILE = [
    "--- \nlicense: mit\n---",
    "a | b | c",
    "`x` **bold** <script>alert(1)</script>",
    "{{ facts }} {% raw %}",
    "![x](http://evil.example/pixel.png) [y](javascript:alert(1))",
    "&lt;img src=x&gt; &amp;",
    "# heading",
    "\u202eevil\u0000",
    "x" * 5000,
]


def card_of(out: Path, dest: Path, *options: str) -> tuple[dict[str, object], str]:
    result = CliRunner().invoke(cli, ["publish", str(out), str(dest), *options])
    assert result.exit_code == 0, result.output
    text = (dest / "README.md").read_text()
    _, head, body = text.split("---\n", 2)
    return yaml.safe_load(head), body


def test_hostile_names_stay_text(tmp_path: Path) -> None:
    shots = [Wanted(f"{number} {text[:150]}", row={"consent": text}) for number, text in enumerate(HOSTILE)]
    make_collection(tmp_path / "night", shots)
    head, body = card_of(tmp_path / "night", tmp_path / "set", "--name", "".join(HOSTILE[:6]))
    assert head["license"] == "other"
    html = MarkdownIt("gfm-like", {"linkify": False, "html": True}).render(body)
    assert "<script" not in html
    assert html.count("<img") == 1  # the contact sheet
    assert "<strong>bold" not in html
    assert html.count("<h1") == 1
    assert "javascript:" not in "".join(part.partition('"')[0] for part in html.split('href="')[1:])
    assert "{{ facts }}" in html
    assert load_dataset(str(tmp_path / "set"), "pairs", cache_dir=str(tmp_path / "c"))["train"].num_rows == len(HOSTILE)


@given(st.text(max_size=60))
def test_any_text_is_one_line_that_reads_as_it_is(text: str) -> None:
    shown = markdown(f"a{text}b")
    assert isinstance(shown, str)
    assert "\n" not in shown
    tokens = MarkdownIt("gfm-like", {"linkify": False}).renderInline(f"| {shown} |")
    assert "<" not in tokens


@pytest.mark.parametrize("text", ["```\n# out", "a ```` b", "@misc{x}"])
def test_citation_cannot_end_its_block(text: str) -> None:
    html = MarkdownIt().render(str(fenced(text, "bibtex")))
    assert html.count("<pre>") == 1
    assert html.rstrip().endswith("</code></pre>")
    assert "<h1>" not in html


def test_card_tells_how_it_was_made(tmp_path: Path) -> None:
    out = tmp_path / "night"
    make_collection(
        out,
        [
            Wanted("a", Plan.TRIPLET, "porch", {"consent": "signed", "bracket_path": "x.png"}),
            Wanted("b", Plan.TRIPLET, "porch", {"flags": ["people"], "verdict": "keep"}),
            Wanted("c", Plan.PAIR, "import", {"driver": "import", "lamp_nm": 940}),
            Wanted("d", Plan.PAIR, "synth", {"driver": "synth", "lamp_nm": None}),
            Wanted("e", Plan.PAIR, "porch", {"status": "reject", "flags": ["misaligned", "noisy"]}),
        ],
    )
    head, body = card_of(out, tmp_path / "set")
    assert head["task_categories"] == ["image-to-image"]
    assert head["size_categories"] == ["n<1K"]
    for said in (
        "850 nm, 940 nm",
        "| `lamp_nm` | int64 | wavelength of the IR lamp, nanometres |",
        "Taken by nirecap: 2 shots",
        "Imported: 1 shot,",
        "Synthetic: 1 shot,",
        "For 1 shot the first picture was taken again",
        '"signed" (1). For 3 shots nothing was recorded',
        "Of 5 shots 4 were kept and 1 left out (1 reject)",
        "| `noisy` | 1 |",
        "| `people` | 1 |",
        "align\\_shift\\_px 1.3",
        "No licence was chosen",
        "@misc{set,",
    ):
        assert said in body, said


def test_card_says_plainly_that_no_consent_was_recorded(tmp_path: Path) -> None:
    make_collection(tmp_path / "night", [Wanted("a"), Wanted("b")])
    assert "**Nothing was recorded about the consent" in card_of(tmp_path / "night", tmp_path / "set")[1]


def test_changelog_keeps_older_entries(tmp_path: Path) -> None:
    first = Publication("1.0.0", date(2026, 1, 1), "0.1.0", {"noisy": 1}, {"seed": 0})
    second = Publication(next_version(first.version), date(2026, 2, 1), "0.1.0", {"noisy": 2}, {"seed": 0})
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    write_changelog(tmp_path / "one", None, first, None)
    old = {("pairs", "a"): b"1", ("pairs", "b"): b"1"}
    changes = changes_between(old, {("pairs", "b"): b"2", ("pairs", "`c`"): b"1"}, first, second)
    write_changelog(tmp_path / "two", tmp_path / "one", second, changes)
    assert (tmp_path / "two/CHANGELOG.md").read_text() == (
        "# Changes\n\n## 1.1.0 (2026-02-01)\n\n- pairs: 1 added (`c`)\n- pairs: 1 removed (`a`)\n"
        "- pairs: 1 changed (`b`)\n- threshold `noisy`: `1` is now `2`\n\n## 1.0.0 (2026-01-01)\n\nFirst version.\n"
    )
