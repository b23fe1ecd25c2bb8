"""What stands on the tensors lesson's page without a script is what was measured."""

import re
from html import unescape
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = unescape((ROOT / "templates" / "lessons" / "tensors.html").read_text(encoding="utf-8"))


def rows() -> list[list[str]]:
    lines = (ROOT / "docs" / "lessons.md").read_text(encoding="utf-8").splitlines()
    return [[cell.strip() for cell in line.split("|")[2:4]] for line in lines if line.startswith("| tensors |")]


@pytest.mark.parametrize(("claim", "measured"), [each for each in rows() if each[0].startswith(("np.", "torch."))])
def test_each_librarys_words_are_its_own(claim: str, measured: str) -> None:
    said = PAGE[PAGE.index(claim) + len(claim) :]
    assert re.sub(r"^\W+", "", said).startswith(measured.strip("\"'"))


def test_accuracies_are_the_measured_ones() -> None:
    found = dict(rows())
    for claim in (
        "accuracy by seed, pixels where they belong",
        "all images' pixels shuffled by one permutation",
        "each image's pixels shuffled by a permutation of its own (its ink is left)",
    ):
        cells = "".join(f"<td>{each.replace('%', ' %')}</td>" for each in found[claim].split(", "))
        assert cells in PAGE, claim
