"""How well pictures of digits are read, against the strokes that they were drawn from. Prints a table.

    python -m benchmarks.pictures [PENS] [--digits 150]

PENS is a file of real pen strokes (:mod:`benchmarks.pens`), by default .bench/pendigits-orig.tra. Every picture is made
of it by program: sizes and pens, papers and inks, photos, and ink that is not the digit.
"""

import argparse
import io
from collections.abc import Callable
from math import cos, radians, sin, tan
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from app.handwriting import ink, picture
from app.handwriting.picture import Seen
from app.handwriting.reader import Reader, Reading
from benchmarks.pens import FETCH, FILE, Strokes, drawn

Floats = NDArray[np.float64]
Random = np.random.Generator
Make = Callable[[Strokes, Random], bytes]

SIDE = 320
"""Pixels of the sheet on which most pictures are drawn."""
BOX = (0.2, 0.2, 0.8, 0.8)
"""Of the sheet: where the digit stands (left, top, right, bottom)."""
DARK = 30


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("file", type=Path, nargs="?", default=FILE)
    arguments.add_argument("--digits", type=int, default=150, help="3s and 7s, and as many others (default: 150)")
    arguments.add_argument("--only", default="", help="pictures whose name begins so")
    given = arguments.parse_args()
    if not given.file.is_file():
        arguments.error(FETCH)
    drawings = list(drawn(given.file))
    ours = [drawing for drawing in drawings if drawing[0] in (3, 7)][-given.digits :]
    others = [strokes for digit, strokes in drawings if digit not in (3, 7)][-given.digits :]
    reader = Reader.built_in()
    print("| picture | told 3 from 7 | kept and right | sure and wrong | others taken for 3 or 7 |")
    print("| --- | --- | --- | --- | --- |")
    table: dict[str, Callable[[Strokes, Random], Seen]] = {"strokes": lambda strokes, _: Seen(ink.draw(strokes))}
    table |= {name: shown(make) for name, make in PICTURES.items()}
    for name, image in table.items():
        if not name.startswith(given.only):
            continue
        random = np.random.default_rng(37)
        read = [(digit, reading(image(strokes, random), reader)) for digit, strokes in ours]
        told = np.mean([(found.logit > 0) == (digit == 3) for digit, found in read])
        right = np.mean([found.digit == digit for digit, found in read])
        wrong = np.mean([found.digit not in (None, digit) for digit, found in read])
        taken = np.mean([reading(image(strokes, random), reader).digit is not None for strokes in others])
        print(f"| {name} | {told:.1%} | {right:.1%} | {wrong:.1%} | {taken:.1%} |", flush=True)


def shown(make: Make) -> Callable[[Strokes, Random], Seen]:
    return lambda strokes, random: picture.look(make(strokes, random))


def reading(seen: Seen, reader: Reader) -> Reading:
    return reader.read(seen.image, hindrances=seen.hindrances)


def written(
    strokes: Strokes, side: int = SIDE, pen: float = 0.04, box: tuple[float, ...] = BOX, matrix: Floats | None = None
) -> Floats:
    """``[side, side]`` of 0-1, how much ink is where: lines of ``pen`` times the box's longer side."""
    scale = 4 if side < 600 else 2  # drawn larger, so that edges are soft
    points = [stroke[:, :2] @ (np.eye(2) if matrix is None else matrix).T for stroke in strokes]
    low, high = np.min([p.min(0) for p in points], axis=0), np.max([p.max(0) for p in points], axis=0)
    left, top, right, bottom = (value * side * scale for value in box)
    factor = min((right - left) / max(high[0] - low[0], 1e-9), (bottom - top) / max(high[1] - low[1], 1e-9))
    shift = np.array([left + right, top + bottom]) / 2 - factor * (low + high) / 2
    sheet = Image.new("L", (side * scale, side * scale))
    draw = ImageDraw.Draw(sheet)
    width = max(round(pen * side * scale), 1)
    for stroke in points:
        placed = [tuple(point) for point in factor * stroke + shift]
        draw.line(placed * (2 if len(placed) == 1 else 1), 255, width, joint="curve")
        for x, y in placed:
            draw.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), 255)
    return np.asarray(sheet.resize((side, side), Image.Resampling.BOX), np.float64) / 255


def encoded(pixels: Floats | NDArray[np.uint8], format: str = "PNG", **options: int) -> bytes:
    """Fractions 0-1, or pixels of 8 bits."""
    if pixels.dtype != np.uint8:
        pixels = np.rint(pixels.clip(0, 1) * 255).astype(np.uint8)
    data = io.BytesIO()
    Image.fromarray(pixels).save(data, format, **options)
    return data.getvalue()


def dark(inked: Floats) -> bytes:
    return encoded(0.97 - 0.9 * inked)


def with_lines(inked: Floats, draw: Callable[[ImageDraw.ImageDraw, int], None], strength: float = 0.9) -> bytes:
    """With what ``draw`` draws as further ink."""
    sheet = Image.new("L", (inked.shape[1] * 4, inked.shape[0] * 4))
    draw(ImageDraw.Draw(sheet), inked.shape[0] * 4)
    lines = np.asarray(sheet.resize(inked.shape[::-1], Image.Resampling.BOX), np.float64) / 255
    return encoded(0.97 - np.maximum(0.9 * inked, strength * lines))


def coloured(inked: Floats, pen: tuple[int, ...], paper: tuple[int, ...]) -> bytes:
    part = inked[..., None]
    return encoded((np.array(paper) * (1 - part) + np.array(pen) * part) / 255)


def photo(inked: Floats, random: Random, hard: bool) -> bytes:
    """By a lamp at one side, out of focus, with noise and a shadow across."""
    side = len(inked)
    y, x = np.mgrid[:side, :side] / side - 0.5
    towards = random.uniform(0, 6.28)
    across = x * cos(towards) + y * sin(towards) - random.uniform(-0.2, 0.2)
    shadow = 1 - random.uniform(0.3, 0.5) / (1 + np.exp(-across / (0.004 if hard else 0.05)).clip(0, 1e9))
    soft = np.asarray(Image.fromarray(np.uint8(255 * inked)).filter(ImageFilter.GaussianBlur(1.2)), np.float64) / 255
    lit = (0.85 - 0.65 * soft) * shadow * (1 + 0.3 * x)
    return encoded(lit + random.normal(0, 0.02, lit.shape), "JPEG", quality=80)


def ruled(step: float, strength: float, both: bool, turn: float = 0.0, pen: float = 1 / 160) -> Make:
    """Lines each ``step`` of the sheet, across and, where ``both``, down."""

    def make(strokes: Strokes, random: Random) -> bytes:
        begin = random.uniform(0, step)

        def draw(on: ImageDraw.ImageDraw, side: int) -> None:
            lean = tan(radians(turn)) * side
            for at in np.arange(begin - 1, 2, step) * side:
                on.line([(0, at), (side, at + lean)], 255, round(pen * side))
                if both:
                    on.line([(at, 0), (at - lean, side)], 255, round(pen * side))

        return with_lines(written(strokes), draw, strength)

    return make


def framed(gap: float, pen: float = 0.012, round_: bool = False, sketched: bool = False) -> Make:
    """In a box or circle, ``gap`` of the sheet around the digit's own box; below 0 the digit goes across it below."""

    def make(strokes: Strokes, random: Random) -> bytes:
        inked = written(strokes)
        rows, columns = (np.flatnonzero((inked > 0.3).any(axis=axis)) / len(inked) for axis in (1, 0))
        away = max(gap, 0.05)
        box = np.array([columns[0] - away, rows[0] - away, columns[-1] + away, rows[-1] + gap])
        if round_:
            middle, half = (box[:2] + box[2:]) / 2, np.hypot(*(box[2:] - box[:2])) / 2 + min(gap, 0.02)
            box = np.concatenate([middle - half, middle + half])

        def draw(on: ImageDraw.ImageDraw, side: int) -> None:
            left, top, right, bottom = box * side
            width = round(pen * side)
            if round_:
                on.ellipse((left, top, right, bottom), outline=255, width=width)
                return
            corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
            if sketched:
                corners = [(x + random.normal(0, 0.012) * side, y + random.normal(0, 0.012) * side) for x, y in corners]
            on.line([*corners, corners[0]], 255, width)

        return with_lines(inked, draw)

    return make


def underlined(gap: float, pen: float = 0.03) -> Make:
    """With a line below it, ``gap`` of the sheet beneath its end; below 0 they touch."""

    def make(strokes: Strokes, random: Random) -> bytes:
        inked = written(strokes)
        rows, columns = (np.flatnonzero((inked > 0.3).any(axis=axis)) / len(inked) for axis in (1, 0))

        def draw(on: ImageDraw.ImageDraw, side: int) -> None:
            y, tilt = (rows[-1] + gap) * side, random.normal(0, 0.01) * side
            left, right = (columns[0] - 0.1) * side, (columns[-1] + 0.1) * side
            on.line([(left, y - tilt), (right, y + tilt)], 255, round(pen * side))

        return with_lines(inked, draw)

    return make


def cut(strokes: Strokes, random: Random) -> bytes:
    """Its foot leaves the picture, and a crumb lies beside it."""
    inked = written(strokes, box=(0.25, 0.3, 0.75, 1.03))
    inked[30:40, 20:30] = 1
    return dark(inked)


def axes(strokes: Strokes, random: Random) -> bytes:
    """As a plotting program shows an image: a box of pixels, ticks and numbers around."""
    sheet = Image.new("RGB", (400, 340), "white")
    small = Image.fromarray(ink.draw(strokes)).resize((260, 260), Image.Resampling.NEAREST)
    grey = np.asarray(small, np.float64)[..., None] / 255
    sheet.paste(Image.fromarray(np.uint8((1 - grey) * [68, 1, 84] + grey * [253, 231, 37])), (80, 30))
    draw = ImageDraw.Draw(sheet)
    draw.rectangle((80, 30, 340, 290), outline="black")
    for at in range(6):
        draw.line([(80 + 46 * at, 290), (80 + 46 * at, 296)], "black")
        draw.line([(74, 30 + 46 * at), (80, 30 + 46 * at)], "black")
        draw.text((76 + 46 * at, 300), str(5 * at), "black")
        draw.text((54, 24 + 46 * at), str(5 * at), "black")
    data = io.BytesIO()
    sheet.save(data, "PNG")
    return data.getvalue()


def striped(strokes: Strokes, random: Random) -> bytes:
    """Half of the paper is darker, in stripes nearly as wide as a stroke."""
    dark_there = (np.arange(SIDE) + random.integers(20)) % 20 < 10
    paper = np.broadcast_to(np.where(dark_there, 0.5, 0.97), (SIDE, SIDE))
    inked = written(strokes)
    return encoded(paper * (1 - inked) + 0.05 * inked)


def barred(strokes: Strokes, random: Random) -> bytes:
    """As a screen of another shape shows it."""
    return encoded(np.pad(0.97 - 0.9 * written(strokes), ((40, 40), (0, 0))), "JPEG", quality=80)


def black_and_white(strokes: Strokes, random: Random) -> bytes:
    """Of pixels that are one or the other: grey is scattered dots."""
    data = io.BytesIO()
    Image.fromarray(np.uint8(255 * (0.97 - 0.9 * written(strokes)))).convert("1").save(data, "PNG")
    return data.getvalue()


def transparent(shade: int, side: int) -> Make:
    def make(strokes: Strokes, random: Random) -> bytes:
        opaque = np.uint8(255 * written(strokes, side))
        return encoded(np.stack([np.full_like(opaque, shade)] * 3 + [opaque], axis=2))

    return make


def moved(matrix: list[list[float]]) -> Make:
    return lambda strokes, _: dark(written(strokes, matrix=np.array(matrix, np.float64)))


def turned(degrees: float) -> Make:
    a = radians(degrees)
    return moved([[cos(a), -sin(a)], [sin(a), cos(a)]])


PICTURES: dict[str, Make] = {
    "28 px": lambda strokes, _: dark(written(strokes, 28, 0.07, (0.15, 0.15, 0.85, 0.85))),
    "60 px": lambda strokes, _: dark(written(strokes, 60)),
    "1,200 px": lambda strokes, _: dark(written(strokes, 1200)),
    "a thin pen": lambda strokes, _: dark(written(strokes, pen=0.008)),
    "a thick pen": lambda strokes, _: dark(written(strokes, pen=0.09)),
    "small, in a corner": lambda strokes, _: dark(written(strokes, pen=0.012, box=(0.05, 0.05, 0.25, 0.25))),
    "white on black": lambda strokes, _: encoded(0.02 + 0.95 * written(strokes)),
    "red on white": lambda strokes, _: coloured(written(strokes), (200, 30, 40), (250, 250, 245)),
    "red on green, as light": lambda strokes, _: coloured(written(strokes), (200, 60, 60), (60, 160, 60)),
    "blue on red, as light": lambda strokes, _: coloured(written(strokes), (60, 60, 220), (220, 50, 50)),
    "pencil": lambda strokes, random: encoded(
        0.92
        - 0.3 * written(strokes, pen=0.02) * random.uniform(0.6, 1, (SIDE, SIDE))
        + random.normal(0, 0.01, (SIDE, SIDE))
    ),
    "faint, in noise": lambda strokes, random: encoded(
        0.85 * (1 - 0.12 * written(strokes, pen=0.03)) + random.normal(0, 0.03, (SIDE, SIDE)), "JPEG", quality=80
    ),
    "JPEG at 10": lambda strokes, _: encoded(0.97 - 0.9 * written(strokes), "JPEG", quality=10),
    "in black and white": black_and_white,
    "photo, soft shadow": lambda strokes, random: photo(written(strokes), random, hard=False),
    "photo, hard shadow": lambda strokes, random: photo(written(strokes), random, hard=True),
    "white on transparent": transparent(255, SIDE),
    "black on transparent": transparent(0, SIDE),
    "white on transparent, 1,200 px": transparent(255, 1200),
    "ruled": ruled(0.16, 0.25, both=False),
    "squared": ruled(0.08, 0.25, both=True),
    "squared, dark": ruled(0.08, 0.7, both=True),
    "squared, dark, turned by 3°": ruled(0.08, 0.7, both=True, turn=3),
    "squared, dark and dense": ruled(0.04, 0.8, both=True, pen=0.01),
    "striped, dark": striped,
    "between black bars": barred,
    "in a frame": framed(0.08),
    "in a frame by hand": framed(0.08, 0.035, sketched=True),
    "in a frame that it touches": framed(-0.03),
    "in a circle": framed(0.04, 0.03, round_=True),
    "in a circle that it touches": framed(-0.05, 0.03, round_=True),
    "underlined": underlined(0.06),
    "underlined, touching": underlined(-0.01),
    "cut by the edge, beside a crumb": cut,
    "plotted with axes": axes,
    "slanted by 20°": moved([[1, -tan(radians(20))], [0, 1]]),
    "slanted by 30°": moved([[1, -tan(radians(30))], [0, 1]]),
    "turned by 20°": turned(20),
    "turned by -20°": turned(-20),
    "squeezed to 60 %": moved([[0.6, 0], [0, 1]]),
    "stretched to 160 %": moved([[1.6, 0], [0, 1]]),
}

if __name__ == "__main__":
    main()
