"""The colours of static/css/tokens.css: what is drawn in them can be told from what it is drawn on."""

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).parent.parent / "static/css/tokens.css"
AA_TEXT = 4.5
"""WCAG's least contrast for text, which series also are: their names stand in their colours."""

PAIRS = dict(re.findall(r"(--[\w-]+): light-dark\((#\w{6}, #\w{6})\)", TOKENS.read_text()))
SERIES = [name for name in PAIRS if name.startswith("--series-")]


def luminance(colour: str) -> float:
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("ink", ["--ink", "--ink-soft", "--three", "--seven", *SERIES])
@pytest.mark.parametrize("ground", ["--paper", "--raised"])
def test_inks_keep_their_contrast(ink: str, ground: str) -> None:
    for theme in (0, 1):
        assert contrast(PAIRS[ink].split(", ")[theme], PAIRS[ground].split(", ")[theme]) >= AA_TEXT


def test_there_are_series_to_compare_by() -> None:
    assert len(SERIES) == 4
