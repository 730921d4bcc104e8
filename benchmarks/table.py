"""A table of cells that can be laid out as Markdown, as LaTeX, or as plain text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

LATEX = {
    **{letter: f"\\{letter}" for letter in "&%$#_{}"},
    "[": "{[}",  # which after the end of a row would be an option
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "↑": r"$\uparrow$",
    "↓": r"$\downarrow$",
    "±": r"$\pm$",
    "Δ": r"$\Delta$",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
}
MARKDOWN = re.compile(r"([\\`*_|\[\]<>#~])")
MINUS = re.compile(r"(?<!\S)-(?=\d)")


@dataclass(frozen=True)
class Cell:
    """What stands in one place."""

    text: str
    rank: int = 0
    """1 where it is the best of its column, 2 for the second."""


@dataclass(frozen=True)
class Table:
    """Rows of cells under heads; the first column is of names."""

    name: str
    """Of its files."""
    title: str
    heads: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]
    notes: tuple[str, ...] = ()
    sides: str = ""
    """Letters l and r, the side on which each column is aligned; empty: numbers, after one of names."""

    @property
    def alignment(self) -> str:
        """The letters, one for each column."""
        return self.sides or "l" + "r" * (len(self.heads) - 1)

    def markdown(self) -> str:
        """Lay it out as Markdown: the best in bold, the second underlined."""
        lines = [
            [_markdown(head) for head in self.heads],
            [":--" if side == "l" else "--:" for side in self.alignment],
            *[
                [_ranked(_markdown(cell.text), cell.rank, "**", "**", "<u>", "</u>") for cell in row]
                for row in self.rows
            ],
        ]
        table = "\n".join("| " + " | ".join(line) + " |" for line in lines)
        return "\n\n".join([f"**{_markdown(self.title)}**", table, *(_markdown(note) for note in self.notes)]) + "\n"

    def latex(self) -> str:
        """Lay it out as a LaTeX table; it needs the package booktabs."""
        rows = [
            [_ranked(_latex(cell.text), cell.rank, r"\textbf{", "}", r"\underline{", "}") for cell in row]
            for row in self.rows
        ]
        body = "\n".join(" & ".join(row) + r" \\" for row in rows)
        notes = "".join(f"\n\n{_latex(note)}" for note in self.notes)
        return (
            "\\begin{table}\n\\centering\n"
            f"\\caption{{{_latex(self.title)}}}\n\\label{{tab:{self.name}}}\n"
            f"\\begin{{tabular}}{{{self.alignment}}}\n\\toprule\n"
            f"{' & '.join(map(_latex, self.heads))} \\\\\n\\midrule\n{body}\n\\bottomrule\n\\end{{tabular}}\n"
            f"\\par\\smallskip\\footnotesize{notes}\n\\end{{table}}\n"
        )

    def plain(self) -> str:
        """Lay it out with spaces for a terminal; * is the best."""
        lines = [self.heads, *[[cell.text + "*" * (cell.rank == 1) for cell in row] for row in self.rows]]
        widths = [max(len(line[place]) for line in lines) for place in range(len(self.heads))]
        laid = [
            "  ".join(
                cell.ljust(width) if side == "l" else cell.rjust(width)
                for cell, width, side in zip(line, widths, self.alignment, strict=True)
            )
            for line in lines
        ]
        return "\n".join([self.title, *(line.rstrip() for line in laid), *self.notes])


def _ranked(text: str, rank: int, *marks: str) -> str:
    return f"{marks[2 * rank - 2]}{text}{marks[2 * rank - 1]}" if rank else text


def _markdown(text: str) -> str:
    return MARKDOWN.sub(r"\\\1", text)


def _latex(text: str) -> str:
    return MINUS.sub("$-$", "".join(LATEX.get(letter, letter) for letter in text))
