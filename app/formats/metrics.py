"""Every step's metrics as JSON columns or as CSV, in pieces of bounded work."""

import csv
import io
from array import array
from collections.abc import Iterator
from math import nan

import msgspec

from app.events import Steps

COLUMNS = ("step", "epoch", "loss", "accuracy", "learning_rate", "gradient_norm", "milliseconds")

PIECE = 50_000
"""Numbers of a column that are written as JSON at a time: some milliseconds' work, a megabyte of text."""

_WHOLE = frozenset({"step", "epoch"})


def epoch_of(step: int, steps_per_epoch: int) -> int:
    """The epoch, from 1, in which a step, from 1, is made."""
    return -(-step // steps_per_epoch)


class JsonColumns:
    """One column stands after the other in the JSON object, so every step is held until the last has come: as plain
    doubles, 56 bytes a step."""

    def __init__(self, steps_per_epoch: int) -> None:
        self._steps_per_epoch = steps_per_epoch
        self._columns = {name: array("d") for name in COLUMNS}

    def add(self, steps: Steps) -> None:
        for name, column in self._columns.items():
            if name == "epoch":
                column.extend(epoch_of(step, self._steps_per_epoch) for step in steps.step)
            else:
                column.extend(nan if value is None else value for value in getattr(steps, name))

    def pieces(self) -> Iterator[bytes]:
        """The object, ``PIECE`` numbers at a time. What is not a finite number is null."""
        before = b"{"
        for name, column in self._columns.items():
            yield before + f'"{name}":['.encode()
            for start in range(0, len(column), PIECE):
                numbers = column[start : start + PIECE].tolist()
                listed = msgspec.json.encode([int(n) for n in numbers] if name in _WHOLE else numbers)
                yield (b"," if start else b"") + listed[1:-1]
            before = b"],"
        yield b"]}"


CSV_HEAD = (",".join(COLUMNS) + "\r\n").encode()


def csv_rows(steps: Steps, steps_per_epoch: int) -> bytes:
    """One line a step, in the order of ``COLUMNS``. What is not a finite number is empty."""
    epochs = [epoch_of(step, steps_per_epoch) for step in steps.step]
    columns = (epochs if name == "epoch" else getattr(steps, name) for name in COLUMNS)
    rows = io.StringIO()
    csv.writer(rows).writerows(zip(*columns, strict=True))
    return rows.getvalue().encode()
