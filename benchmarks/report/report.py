"""Write `report.html`: tables and previews in one file; full pictures are shown from beside it where they are."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from nirecap.errors import ImageError
from nirecap.files import whole_file
from nirecap.report_page import block, one_script, source_hash
from nirecap.vocabulary import Role

from .. import held_out
from ..fairness import inequalities
from ..held_out import TestImage
from ..layout import REPORT
from ..metrics import METRICS
from ..scores import Scores
from ..table import Table
from .contents import contents
from .previews import THUMBNAIL, data_of, previews

HERE = Path(__file__).parent
SCRIPTS = ("sorting", "data", "results", "viewer", "scatter", "images", "page")
"""Files of `js/` in the order in which they stand in the page; they are one script."""
POLICY = (
    "default-src 'none'; script-src {script}; style-src {style}; img-src 'self' file: data:; base-uri 'none'; "
    "form-action 'none'"
)
HERE_THE_DATA = "<!-- data -->"


def write_report(out: Path, images: Sequence[TestImage], scores: Scores, tables: Sequence[Table], base: str) -> Path:
    """Write the page and return its file; one preview is in memory at a time.

    Args:
        out: the folder of the benchmark, with its pictures.
        images: the test images.
        scores: what is shown.
        tables: of the scores; their notes, and that of the methods, stand in the page.
        base: the method that the others are compared with at first.

    Raises:
        OSError: the disk is full or not writable.
    """
    shown = [image for image in images if image.name in scores.images]
    path = out / REPORT
    head, tail = _page(scores, tables).split(HERE_THE_DATA)
    with whole_file(path) as file:
        file.write(head.encode())
        file.write(block(contents(scores, shown, _thumbnails(out, shown), base), id="contents").encode())
        for place, pictures in enumerate(previews(out, shown, scores)):
            file.write(block(pictures, id=f"pictures-{place}").encode())
        file.write(tail.encode())
    return path


def _page(scores: Scores, tables: Sequence[Table]) -> str:
    script, style = one_script(HERE / "js", SCRIPTS), (HERE / "style.css").read_text(encoding="utf-8")
    policy = POLICY.format(script=source_hash(script), style=source_hash(style))
    environment = Environment(loader=FileSystemLoader(HERE), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.get_template("page.html.jinja").render(
        policy=Markup(policy),  # noqa: S704 - ours, and hashes
        style=Markup(style),  # noqa: S704 - ours
        script=Markup(script),  # noqa: S704 - ours
        data=Markup(HERE_THE_DATA),  # noqa: S704 - ours
        dataset=next(iter(scores.facts.values())).dataset,
        images=len(scores.images),
        seeds=max(map(len, scores.runs.values())),
        scenes=len(set(scores.scenes)),
        methods=next(table for table in tables if table.name == "methods"),
        notes=list(_notes(tables)),
        same=not any(inequalities(scores)),
        metrics=[METRICS[name] for name in scores.metrics],
    )


def _notes(tables: Sequence[Table]) -> Iterator[str]:
    """Yield the notes of all tables but that of the methods, each once."""
    yield from dict.fromkeys(note for table in tables if table.name != "methods" for note in table.notes)


def _thumbnails(out: Path, images: Sequence[TestImage]) -> dict[str, str]:
    found: dict[str, str] = {}
    for image in images:
        try:
            found[image.name] = data_of(held_out.read(out, Role.REFERENCE, image), THUMBNAIL)
        except ImageError:
            continue
    return found
