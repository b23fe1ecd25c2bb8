"""Figures as Markdown, medians with their spread."""

from collections.abc import Iterable, Sequence
from math import ceil
from statistics import median


def markdown(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *([str(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def spread(values: Sequence[float], unit: str = "", digits: int = 2) -> str:
    """``median (min–max)``."""
    return f"{median(values):.{digits}f}{unit} ({min(values):.{digits}f}–{max(values):.{digits}f})"


def quantile(values: Sequence[float], q: float) -> float:
    """The smallest value that at least a share ``q`` of them does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, ceil(q * len(ordered)) - 1)]
