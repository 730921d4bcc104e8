"""The report: the results of a benchmark on one page that opens without a network."""

from .report import write_report

__all__ = ["write_report"]
