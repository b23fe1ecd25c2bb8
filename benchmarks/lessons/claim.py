"""One thing that a lesson says, with the number behind it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

Value: TypeAlias = "float | str | Sequence[Value] | Mapping[str, Value] | None"
"""What JSON can hold."""


@dataclass(frozen=True)
class Claim:
    """``key`` is unique within the lesson and stays, for pages and tests to look numbers up by. ``source``: the recipe,
    seeds and step, or the images, that ``value`` comes from. ``form``: how fractions are written, as for ``format``."""

    key: str
    words: str
    value: Value
    source: str
    form: str = ".2%"

    @property
    def shown(self) -> str:
        return _shown(self.value, self.form)


Claims = Iterator[Claim]


def _shown(value: Value, form: str) -> str:
    match value:
        case None:
            return "–"
        case bool():
            return "yes" if value else "no"
        case str():
            return value
        case int():
            return f"{value:,}"
        case float():
            return format(value, form)
        case Mapping():
            return "; ".join(f"{name}: {_shown(each, form)}" for name, each in value.items())
        case _:
            return ", ".join(_shown(each, form) for each in value)
