"""Every step's metrics as JSON columns, as lines of JSON or as CSV, in pieces: a piece is made of some ``Steps`` as the
log has them."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from app.events import Steps

COLUMNS = ("step", "epoch", "loss", "accuracy", "learning_rate", "gradient_norm", "milliseconds")

CSV_HEAD = (",".join(COLUMNS) + "\r\n").encode()


_FIELDS: list[tuple[str, Any]] = [(name, field.annotation) for name, field in Steps.model_fields.items()]

_STEPS: msgspec.json.Decoder[Any] = msgspec.json.Decoder(msgspec.defstruct("Steps", _FIELDS))

_COLUMN: dict[str, msgspec.json.Decoder[Any]] = {
    name: msgspec.json.Decoder(msgspec.defstruct(name, [(name, type)])) for name, type in _FIELDS
}
"""One column alone is read in a third of the time."""


def epoch_of(step: int, steps_per_epoch: int) -> int:
    """The epoch, from 1, in which a step, from 1, is made."""
    return -(-step // steps_per_epoch)


def json_numbers(name: str, steps: Iterable[bytes], steps_per_epoch: int) -> bytes:
    """Column ``name`` of these ``Steps``, joined by commas. What is not a finite number is null."""
    column = "step" if name == "epoch" else name
    numbers = [number for each in steps for number in getattr(_COLUMN[column].decode(each), column)]
    if name == "epoch":
        numbers = [epoch_of(step, steps_per_epoch) for step in numbers]
    return msgspec.json.encode(numbers)[1:-1]


def csv_rows(steps: Iterable[bytes], steps_per_epoch: int) -> bytes:
    """One line a step, in the order of ``COLUMNS``. What is not a finite number is empty."""
    text = io.StringIO()
    csv.writer(text).writerows(_rows(steps, steps_per_epoch))
    return text.getvalue().encode()


def json_lines(steps: Iterable[bytes], steps_per_epoch: int) -> bytes:
    """One object a step and line, its keys ``COLUMNS``. What is not a finite number is null."""
    rows = _rows(steps, steps_per_epoch)
    return msgspec.json.Encoder().encode_lines(dict(zip(COLUMNS, row, strict=True)) for row in rows)


def _rows(steps: Iterable[bytes], steps_per_epoch: int) -> Iterator[tuple[Any, ...]]:
    """The numbers of each step, in the order of ``COLUMNS``; None for what is not a finite number."""
    for each in steps:
        read = _STEPS.decode(each)
        epochs = [epoch_of(step, steps_per_epoch) for step in read.step]
        yield from zip(*(epochs if name == "epoch" else getattr(read, name) for name in COLUMNS), strict=True)
