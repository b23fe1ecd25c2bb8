"""A class's code: six letters or digits that one can read from a wall, say and type."""

import secrets

ALPHABET = "CDFGHJKMNPQRTVWXY34679"
"""No sign that looks like another (0 and O, 1, I and L, 2 and Z, 5 and S, 8 and B), and no vowel: codes spell no words.
There are 113 million codes."""
LENGTH = 6


def new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def read_code(typed: str) -> str | None:
    """The code as it is kept, however it was typed; None where it can be none."""
    code = "".join(typed.upper().split()).replace("-", "")
    return code if len(code) == LENGTH and set(code) <= set(ALPHABET) else None


def spoken(code: str) -> str:
    """As people read it: ``CDF GHJ``."""
    return f"{code[:3]} {code[3:]}"
