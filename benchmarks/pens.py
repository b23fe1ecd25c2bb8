"""Real pen strokes of digits, by writers that no network here has seen: UCI's pen-based handwritten digits."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FOLDER = Path(__file__).parent.parent / ".bench"
FILE = FOLDER / "pendigits-orig.tra"
FETCH = f"""\
{FILE.relative_to(FOLDER.parent)} is missing. It is in the archive that
https://archive.ics.uci.edu/dataset/81/pen+based+recognition+of+handwritten+digits gives, compressed:
gzip -d pendigits-orig.tra.Z"""

Strokes = list[NDArray[np.float64]]


def drawn(path: Path) -> Iterator[tuple[int, Strokes]]:
    """Digits and strokes ``[n, 2]``, y down, of a file in UNIPEN's format, as UCI has them, or of gzipped JSON lines,
    ``{"digit": d, "strokes": [[[x, y], …], …]}``. Raises ValueError for a file that is neither."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    if not packed:
        yield from _unipen(path)
        return
    with gzip.open(path, "rt") as lines:
        for line in lines:
            drawing = json.loads(line)
            yield drawing["digit"], [np.array(stroke, np.float64)[:, :2] for stroke in drawing["strokes"]]


def _unipen(path: Path) -> Iterator[tuple[int, Strokes]]:
    """Each drawing follows its ``.SEGMENT DIGIT … "d"``, each stroke a ``.PEN_DOWN``; y points up there."""
    digit: int | None = None
    strokes: list[list[tuple[float, float]]] = []
    for number, line in enumerate(path.read_text("ascii").splitlines(), 1):
        words = line.split()
        if words[:2] == [".SEGMENT", "DIGIT"]:
            if digit is not None:
                yield digit, _points(strokes)
            digit, strokes = int(line.split('"')[1]), []
        elif words[:1] == [".PEN_DOWN"]:
            strokes.append([])
        elif words and not words[0].startswith("."):
            if not strokes or len(words) != 2:
                raise ValueError(f"{path}, line {number}: no point of a stroke: {line[:40]!r}")
            strokes[-1].append((float(words[0]), -float(words[1])))
    if digit is None:
        raise ValueError(f"{path} has no drawing: it is neither in UNIPEN's format nor gzipped")
    yield digit, _points(strokes)


def _points(strokes: list[list[tuple[float, float]]]) -> Strokes:
    return [np.array(stroke, np.float64) for stroke in strokes if stroke]
