"""What people may name a run: something that can be seen, all of it."""

import unicodedata
from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, Field

UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode's: control, format (zero width, direction), surrogates, separators of lines and paragraphs."""
UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Fillers and blanks that Unicode counts among letters, marks and symbols."""
JOINER = "\u200d"
"""Joins pictures into one: 👩 and 🔬 into 👩‍🔬."""


def visible(name: str) -> str:
    """The name as it is. Raises ValueError, naming the character, where one of it cannot be seen."""
    for before, each in pairwise(f" {name}"):
        if each in UNSEEN or unicodedata.category(each) in UNSEEN_CATEGORIES:
            if each == JOINER and unicodedata.category(before) in ("So", "Sk", "Mn"):
                continue
            raise ValueError(f"the character U+{ord(each):04X} cannot be seen: leave it out")
    return name


Name = Annotated[str, Field(min_length=1, max_length=80, pattern=r"\S"), AfterValidator(visible)]
