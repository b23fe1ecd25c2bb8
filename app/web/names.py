"""What people may name a run: something that can be seen, all of it."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field

UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode's: control, format (zero width, direction), surrogates, separators of lines and paragraphs."""
UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\U0001d159") | frozenset(
    chr(code)
    for first, last in ((0x180B, 0x180F), (0xFE00, 0xFE0F), (0xFFF0, 0xFFF8), (0xE0000, 0xE0FFF))
    for code in range(first, last + 1)
)
"""Of what Unicode calls ignorable by default, and of its blanks, all that is of no such category: fillers, and what
chooses a variant of the sign before it."""
JOINER = "\u200d"
"""Joins pictures into one: 👩 and 🔬 into 👩‍🔬."""
VARIANTS = "\ufe0e\ufe0f"
"""Show the sign before them as text, or as a picture: ❤️, and the 3 of 3️⃣."""


def visible(name: str) -> str:
    """The name as it is. Raises ValueError, naming the character, where one of it cannot be seen."""
    for before, each, after in zip(f" {name}", name, f"{name[1:]} ", strict=False):
        if each in UNSEEN or unicodedata.category(each) in UNSEEN_CATEGORIES:
            if each == JOINER and _pictured(before) and unicodedata.category(after) == "So":
                continue
            if each in VARIANTS and unicodedata.category(before) in ("So", "Sm", "Po", "Pd", "Nd"):
                continue
            raise ValueError(f"the character U+{ord(each):04X} cannot be seen: leave it out")
    if name.strip() and all(unicodedata.category(each)[0] in "MZ" for each in name):
        raise ValueError("it holds nothing but marks that stand on other signs")
    return name


def _pictured(sign: str) -> bool:
    """Whether a picture may end in it: 🧑🏽 in a tone of skin, 🏳️ in what makes a picture of it."""
    return sign in VARIANTS or unicodedata.category(sign) in ("So", "Sk")


SEEN = r"\S"
"""What a name has to hold, for the OpenAPI document too."""

Name = Annotated[str, Field(min_length=1, max_length=80, pattern=SEEN), AfterValidator(visible)]
