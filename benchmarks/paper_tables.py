"""The paper's tables as lists of methods, each to be made by one command: `nirecap benchmark --table 1`."""

from dataclasses import dataclass

from .methods import names


@dataclass(frozen=True)
class PaperTable:
    """A table of the paper."""

    title: str
    methods: tuple[str, ...]
    """Empty: all that belong to no other table."""


TABLES = {
    1: PaperTable("Table I, of the methods that we have", ()),
    2: PaperTable(
        "Table II: without parts of the method",
        (
            "purification_without_cem",
            "purification_without_ccl",
            "purification_without_scl",
            "purification_without_structure",
            "purification",
        ),
    ),
    3: PaperTable(
        "Table III: iterations of colour extraction",
        ("purification_t1", "purification_t3", "purification_t4", "purification_t7"),
    ),
}
"""By number."""
VARIANTS = {name for table in TABLES.values() for name in table.methods} - {"purification"}


def methods_of(number: int) -> tuple[str, ...]:
    """Return the methods of a table, in its order.

    >>> "gain" in methods_of(1), "purification_t1" in methods_of(1)
    (True, False)
    """
    return TABLES[number].methods or tuple(name for name in names() if name not in VARIANTS)
