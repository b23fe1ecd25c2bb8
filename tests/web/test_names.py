"""A name holds nothing that cannot be seen."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.web.names import visible


@pytest.mark.parametrize("name", ["Añejo 7", "три", "семь — 7", "٧", "👩‍🔬 and 🏳️‍🌈", "a  b", "3️⃣", "❤️ 7", "e\u0301"])
def test_what_can_be_seen_is_taken(name):
    assert visible(name) == name


@pytest.mark.parametrize(
    "unseen",
    [
        "\0", "\x1b[31m", "\n", "\u200b", "\u202e", "\ufeff", "\u2028", "\u3164", "\u200d", "\ufe00", "\ufe0f",
        "\u180b", "\U000e0100", "\U0001d159",
    ],
)  # fmt: skip
def test_what_cannot_be_seen_is_named(unseen):
    with pytest.raises(ValueError, match=f"U\\+{ord(unseen[0]):04X}"):
        visible(f"run{unseen}1")


@pytest.mark.parametrize("name", ["\ufe0f", "👩\u200dX", "👩\u200d", "7\ufe0f\ufe0f", "\u0301", " \u0301\u0302"])
def test_a_name_of_what_only_changes_others_is_none(name):
    with pytest.raises(ValueError, match=r"cannot be seen|nothing but marks"):
        visible(name)


@given(st.text(st.characters(categories=["L", "N", "P"], exclude_characters="\u115f\u1160\u3164\uffa0")))
def test_any_letters_and_digits_are_taken(name):
    assert visible(name) == name


@given(st.text(), st.characters(categories=["Cc"]), st.text())
def test_no_control_character_passes(before, control, after):
    assert unicodedata.category(control) == "Cc"
    with pytest.raises(ValueError, match="cannot be seen"):
        visible(before + control + after)
