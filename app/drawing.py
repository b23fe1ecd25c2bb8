"""A labelled drawing that somebody has told the server to keep."""

import hashlib
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

Label = Literal[3, 7] | None
"""What it is; None: neither."""

Fraction = Annotated[float, Field(ge=0, le=1)]
Byte = Annotated[int, Field(ge=0, le=255)]

PIXELS = 784
MOST_STROKES = 200
MOST_POINTS = 2000
"""Of a drawing's strokes together. A 3 has some sixty; the page keeps up to 1,200."""

Strokes = Annotated[
    tuple[Annotated[tuple[tuple[Fraction, Fraction], ...], Field(min_length=1, max_length=MOST_POINTS)], ...],
    Field(max_length=MOST_STROKES),
]


class Drawing(BaseModel):
    """``strokes`` are fractions of the canvas' side, y pointing down, none where it was a picture. ``pixels`` are what
    the network saw, 28 rows of 28, ink bright on 0. ``id`` is made of the pixels: with another label it is the same
    drawing."""

    model_config = ConfigDict(frozen=True)

    id: str
    label: Label
    strokes: Strokes
    pixels: Annotated[tuple[Byte, ...], Field(min_length=PIXELS, max_length=PIXELS)]

    @classmethod
    def of(cls, label: Label, strokes: Strokes, pixels: tuple[int, ...]) -> Self:
        id = hashlib.sha256(bytes(pixels)).hexdigest()[:32]
        return cls(id=id, label=label, strokes=strokes, pixels=pixels)
