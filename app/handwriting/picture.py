"""A picture of one digit, a phone's photo included → the 28 × 28 image that MNIST would have made of it."""

import io
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageOps, UnidentifiedImageError

from app.handwriting import container, paper, placing
from app.handwriting.components import label
from app.handwriting.crossings import crossed, without_crossings
from app.handwriting.hindrances import UNHINDERED, Hindrances
from app.handwriting.ink import SIDE, Image, thickness
from app.handwriting.squares import meshed, without_mesh, without_squares
from app.handwriting.surroundings import nearly_framed, panel, without_bars, without_frame, without_lines

MOST_PIXELS = 25_000_000
"""Declared by the file, before anything of it is decoded. One of that many needs some 400 MB for a moment."""
MOST_JPEG_PIXELS = 60_000_000
"""Of a JPEG with one scan, as cameras make them: it is scaled while it is decoded, and never held whole."""
WORKING_SIDE = 256
"""Pixels of the longer side to which larger pictures are shrunk; a digit a tenth as high is still 26 pixels high."""
PNG, JPEG, RIFF = container.PNG, container.JPEG, b"RIFF"
"""What such files begin with. RIFF is WebP's, and some sounds'."""

HEAVY_PNG_PIXELS = 2_000_000
HEAVY_JPEG_BYTES = 1_000_000
HEAVY_JPEG_SCANS = 2
"""A picture beyond one of these may take more than some 100 ms, or much memory, to decode; so may any WebP, whose bytes
tell little of that. A JPEG's thumbnail counts as a scan."""

FAINTEST = 0.08
"""Contrast of ink to paper, below which no digit is read. A hard pencil has 0.2."""
LIGHTEST = 0.02
"""Contrast below which there is no ink."""
_NOISE, _CLEAR = 5.0, 9.0
"""Ink must stand out from the paper by so many standard deviations of the paper's own unevenness; where it does by
fewer than the second, the picture is averaged."""

BLURS = 1, 2, 4
"""Pixels to either side over which a noisy picture is averaged, one after another, until ink stands out."""
SHADOWED = 0.6
"""Of the paper's unevenness: what is left of it, at most, once noise is averaged. Of shadows more is left."""
SURELY = 0.75
"""Contrast that is ink on however uneven a paper."""
MOST_INKED = 0.25
"""Of the picture: with more ink than that it may be squared paper's."""

MOST_AT_BORDER = 0.5
"""Pixels of a piece of ink at the picture's border, over the piece's longer side: beyond, it is no digit."""
LEAST_AT_BORDER = 0.02
"""Of the largest piece's ink: with less than that inside, what lies along the border is all there is."""
SMALLEST_PART, FURTHEST_PART = 0.05, 0.2
"""Of the digit's largest piece, the ink and the distance, by its longer side, of others that belong to it."""
NEXT_PART, WIDENED = 0.08, 1.25
"""The same distance between two parts of which one belongs to it, and by how much the other may widen what is then
wider than high. With a word beside it a digit is much wider."""
MOST_PARTS = 100
"""Pieces that may be parts of a digit: more are a pattern around it, of which only what lies next to it is taken."""
THIN = 1.3
"""Pixels of thickness where it is read: below, a line has gaps. A pen of 1/200 of the picture's side has 1.5."""
TOUCHED = 0.004
"""Pixels of lines and frames taken away that lie at the digit, over the digit's own."""
MOST_TORN = 0.2
"""Of the digit: ink apart from it, at most, where lines across it were taken away; with more, they cut it in two."""
FOOT, AS_THICK = 0.15, 0.45
"""Of the digit's height, where its lowest end is; of its thickness, that of a line with which a foot may go."""
BULGE, BULGING = 1.15, 0.4
"""Of a line's usual thickness, beyond which something else lies along it; of the digit's thickness, on what length, at
least, that is a foot. Where the stem of a 7 ends on a line it is shorter."""
DIRECTIONS = 72
AROUND = 0.65
"""Of all directions from a piece's middle: in how many another piece lies, at least, that goes around it."""
LEAST_ENCLOSED = 0.15
"""Of the largest piece's ink: how much a piece that it goes around has, at least, to be the digit."""
SMALLEST_INSIDE, LEAST_WITHIN = 0.25, 0.1
"""Of the ink of a piece that the picture's border cuts, and of an inner piece's longer side: an inner piece of more
ink, whose bounds overlap with it by more both ways, comes before it."""

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]
Whole = NDArray[np.intp]


class PictureError(ValueError):
    """The bytes are no picture that can be read; the message says why, in a sentence for the sender."""


class Seen(NamedTuple):
    image: Image
    """``[28, 28]``, ink bright on 0, placed as :func:`app.handwriting.ink.draw` places it; all zero where the picture
    shows no ink."""
    hindrances: Hindrances = UNHINDERED


def read(data: bytes) -> Image:
    """The image that :func:`look` sees; all zero where the ink is faint."""
    seen = look(data)
    return np.zeros_like(seen.image) if seen.hindrances.faint else seen.image


def look(data: bytes) -> Seen:
    """PNG, JPEG or WebP → what it shows. A picture that already is an image like MNIST's comes back as it is.

    The digit is the largest piece of ink, with what lies close by, without ruled or squared paper's lines, an
    underline, a frame around it and bars beside the picture (:mod:`app.handwriting.surroundings`), and lines across it
    (:mod:`app.handwriting.crossings`); pieces that lie along the picture's border count only where there is no other.
    Not covered: several digits.

    Raises PictureError for other formats, damaged or animated files and those of more pixels than are read.
    """
    pixels = _decode(data)
    ready = placing.as_it_is(pixels.mean(axis=2))
    if ready is not None:
        return Seen(ready)
    grey = pixels.mean(axis=2)
    within = panel(grey) or without_bars(grey)
    if within is not None:
        seen = _look(pixels[within])
        if seen.image.any() and not seen.hindrances.faint:
            return seen
    return _look(pixels)


def _look(pixels: Floats, squared: bool = False) -> Seen:
    """``squared``: dense squares were taken away from them."""
    contrast, strength = paper.contrast(pixels)
    level, noise = _unevenness(contrast)
    told = strength >= LIGHTEST and 1 - level >= _NOISE * noise
    if not squared and (not told or strength > 1 or (contrast >= paper.otsu(contrast)[0]).mean() > MOST_INKED):
        rest = without_squares(pixels)
        if rest is not None:
            return _look(rest, squared=True)
    as_it_is = contrast, strength, level, noise
    for radius in BLURS:
        if strength >= LIGHTEST and 1 - level >= _CLEAR * noise:
            break
        contrast, strength = paper.contrast(paper.blur(pixels, radius))
        level, noise = _unevenness(contrast)
    if told and noise > SHADOWED * as_it_is[3]:
        contrast, strength, level, noise = as_it_is
    if strength < LIGHTEST or 1 - level < _NOISE * noise:
        return Seen(np.zeros((SIDE, SIDE), np.uint8), Hindrances(squared))
    digit, surrounded, framed, underlined = _digit(
        contrast, max(paper.otsu(contrast)[0], min(level + _NOISE * noise, SURELY))
    )
    if not digit.any():
        return Seen(np.zeros((SIDE, SIDE), np.uint8), Hindrances(True))
    full = float(np.quantile(contrast[digit], 0.6))
    faint = min(level + 3 * noise, full / 2)
    near = paper.grown(paper.grown(digit, 0, 2), 1, 2)
    image = placing.place(np.clip((contrast - faint) / (full - faint), 0, 1) * near)
    cut = any(side.any() for side in (digit[0], digit[-1], digit[:, 0], digit[:, -1]))
    thin, light = thickness(digit) < THIN, strength < FAINTEST
    return Seen(image, Hindrances(surrounded or squared, thin, light, framed, cut, underlined))


def _unevenness(contrast: Floats) -> tuple[float, float]:
    """Of the paper: its level, and the standard deviation of what is no ink."""
    level = float(np.median(contrast))
    return level, 1.4826 * float(np.median(np.abs(contrast - level)))


def heavy(data: bytes) -> bool:
    """Whether reading it may take longer than a tenth of a second, by what the file says of itself: in microseconds,
    for any bytes."""
    if data.startswith(PNG):  # then come length and name of the first chunk, width and height
        width, height = int.from_bytes(data[16:20]), int.from_bytes(data[20:24])
        return HEAVY_PNG_PIXELS < width * height <= MOST_PIXELS
    return data.startswith(RIFF) or len(data) > HEAVY_JPEG_BYTES or data.count(b"\xff\xda") > HEAVY_JPEG_SCANS


def _decode(data: bytes) -> Floats:
    """``[h, w, 1 or 3]`` of 0-1, upright, at most ``WORKING_SIDE`` long."""
    try:
        container.check(data)
        with Pillow.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP")) as image:
            width, height = image.size
            most = MOST_JPEG_PIXELS if image.format == "JPEG" and container.scans(data) == 1 else MOST_PIXELS
            if width * height > most:
                raise PictureError(f"The picture has {width:,} × {height:,} pixels; at most {most:,} are read.")
            if image.format != "JPEG" and getattr(image, "is_animated", False):
                raise PictureError("The picture is animated: send a still one.")
            decoded = _decoded(image)
    except PictureError:
        raise
    except container.ContainerError as error:
        raise PictureError(f"The picture cannot be read: {error}.") from None
    except (Pillow.DecompressionBombError, Pillow.DecompressionBombWarning):
        raise PictureError(f"The picture has too many pixels; at most {MOST_PIXELS:,} are read.") from None
    except UnidentifiedImageError:
        raise PictureError("This is neither a PNG nor a JPEG nor a WebP picture.") from None
    except Exception as error:  # whatever hostile bytes make a decoder raise: Pillow names no closed set
        raise PictureError(f"The picture is damaged: {error}.") from error
    if decoded.mode in ("LA", "RGBA"):
        return _on_paper(_fractions(decoded))
    pixels = _fractions(decoded if decoded.mode == "L" else decoded.convert("RGB"))
    return pixels.reshape(*pixels.shape[:2], -1)


def _decoded(image: Pillow.Image) -> Pillow.Image:
    """Upright and small, in a mode of 8 bits."""
    if image.mode.startswith("I"):  # 16 bits of grey, of which Pillow would keep the lower 8
        values = np.asarray(image, np.float32)
        deep = values.max() > 255  # what was 8 bits may come in 16 with its values as they were
        image = Pillow.fromarray((values / (257 if deep else 1)).clip(0, 255).astype(np.uint8))
    elif image.mode in ("L", "RGB") and image.has_transparency_data:  # one colour of a PNG that stands for none
        image = image.convert("LA" if image.mode == "L" else "RGBA")
    elif image.mode not in ("L", "RGB", "CMYK", "LA", "RGBA"):
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    image.thumbnail((WORKING_SIDE, WORKING_SIDE), Pillow.Resampling.BOX)  # a JPEG is decoded at a fraction already
    return ImageOps.exif_transpose(image)


def _fractions(image: Pillow.Image) -> Floats:
    return np.asarray(image, np.float32) / np.float32(255)


def _on_paper(pixels: Floats) -> Floats:
    """Lay a transparent picture on white, or on black where what it shows is bright."""
    colour, opaque = pixels[..., :-1], pixels[..., -1:]
    mean = float((colour * opaque).sum() / max(opaque.sum() * colour.shape[2], 1e-9))
    return colour * opaque + (1 - opaque) * (0 if mean > 0.5 else 1)


def _digit(contrast: Floats, threshold: float) -> tuple[Mask, bool, bool, bool]:
    """The mask of the ink above the threshold that makes the digit, of the darkest pixel alone if none does; whether
    lines or a frame that touched it were taken away; whether a frame is still around it or lines hide it; and whether
    what was taken away was a thick line at its lowest end."""
    inked = contrast >= min(threshold, float(contrast.max()))
    unruled = without_lines(inked)
    unlined = without_crossings(unruled)
    if meshed(unlined):
        digit = without_mesh(unlined)
        return (_pieces(contrast, digit) if digit.any() else digit), True, False, False
    pieces = _pieces(contrast, unlined)
    torn = unlined is not unruled and bool((unlined & ~pieces).sum() > MOST_TORN * pieces.sum())
    rows, columns = (slice(found[0], found[-1] + 1) for found in (np.flatnonzero(pieces.any(axis=a)) for a in (1, 0)))
    inside = without_frame(pieces[rows, columns])
    alone = without_lines(inside)
    ruling, gone = inked & ~unruled, inked & ~unlined
    ruling[rows, columns] |= inside & ~alone
    gone[rows, columns] |= pieces[rows, columns] & ~alone
    digit = np.zeros_like(pieces)
    digit[rows, columns] = _pieces(np.pad(contrast[rows, columns], 1), np.pad(alone, 1))[1:-1, 1:-1]  # none at a border
    touched = gone & paper.grown(paper.grown(digit, 0), 1)
    surrounded, framed = touched.sum() >= TOUCHED * digit.sum(), torn or nearly_framed(alone) or crossed(digit)
    return digit, bool(surrounded), framed, _underlined(digit, ruling, touched)


def _underlined(digit: Mask, ruling: Mask, touched: Mask) -> bool:
    """Whether ``ruling``, which was taken away and ``touched`` the ``digit``, did so at its lowest end, is about as
    thick as it, and thicker at places. Not covered: a foot that lies in the line with all its thickness."""
    ends = np.flatnonzero(digit.any(axis=1))
    if len(ends) == 0:
        return False
    foot = slice(round(ends[-1] - FOOT * (ends[-1] - ends[0])), None)
    line, pen = ruling[foot], thickness(digit)
    if not (line & touched[foot]).any() or thickness(line) < AS_THICK * pen:
        return False
    down = line.sum(axis=0)
    own = np.quantile(down[down > 0], 0.25)  # a foot may be as long as half of the line
    return bool((down >= BULGE * own + 1).sum() >= BULGING * pen)


def _pieces(contrast: Floats, mask: Mask) -> Mask:
    """The largest piece of ``mask``, with what lies close by."""
    labels, count = label(mask)
    rows, columns = np.nonzero(labels)
    piece = labels[rows, columns] - 1
    mass = np.bincount(piece, contrast[rows, columns], count)
    top, left = (np.full(count, 10**6) for _ in range(2))
    bottom, right = (np.full(count, -1) for _ in range(2))
    for bound, values, operation in (
        (top, rows, np.minimum), (left, columns, np.minimum), (bottom, rows, np.maximum), (right, columns, np.maximum),
    ):  # fmt: skip
        operation.at(bound, piece, values)
    height, width = labels.shape
    sides = np.maximum(bottom - top, right - left) + 1
    at_border = (rows == 0) | (columns == 0) | (rows == height - 1) | (columns == width - 1)
    # A stroke that leaves the picture touches its border with its own width, a table's edge with all its length.
    on_border = np.bincount(piece, at_border, count)
    candidates = on_border <= MOST_AT_BORDER * sides
    if (mass * candidates).max() <= LEAST_AT_BORDER * mass.max():
        candidates = np.ones(count, bool)
    inside = candidates & (on_border == 0)
    main = int((mass * candidates).argmax())
    within = int((mass * inside).argmax())
    down = min(bottom[main], bottom[within]) - max(top[main], top[within])
    across = min(right[main], right[within]) - max(left[main], left[within])
    # A digit's two pieces stand one beside the other, a frame that is cut goes around the digit.
    around = min(down, across) > LEAST_WITHIN * sides[within]
    if around and not inside[main] and inside[within] and mass[within] > SMALLEST_INSIDE * mass[main]:
        main = within
    places = piece, rows, columns
    largest = np.argsort(-(mass * candidates))
    if count > 1:
        second = int(largest[largest != main][0])
        if _around(places, count, (top + bottom)[second] / 2, (left + right)[second] / 2)[main] >= AROUND:
            encloses = sides[main] > sides[second] and mass[second] >= LEAST_ENCLOSED * mass[main]
            main = second if encloses else main
    rings = _around(places, count, (top + bottom)[main] / 2, (left + right)[main] / 2) >= AROUND
    possible = inside & ~(rings & (sides > sides[main])) & (mass >= SMALLEST_PART * mass[main])
    bounds = top, left, bottom, right
    kept = (np.arange(count) == main) | (possible & (_gaps(bounds, main) <= FURTHEST_PART * sides[main]))
    added = np.flatnonzero(kept)
    while len(added) > 0 and possible.sum() <= MOST_PARTS:  # a digit that lines cut into several pieces
        near = np.any([_gaps(bounds, one) <= NEXT_PART * sides[main] for one in added], axis=0)
        tall = np.maximum(bottom, bottom[kept].max()) - np.minimum(top, top[kept].min())
        wide = np.maximum(right, right[kept].max()) - np.minimum(left, left[kept].min())
        upright = wide <= np.maximum(tall, WIDENED * (right[kept].max() - left[kept].min()))
        added = np.flatnonzero(possible & ~kept & near & upright)
        kept[added] = True
    return np.isin(labels, np.flatnonzero(kept) + 1)


def _gaps(bounds: tuple[Whole, Whole, Whole, Whole], one: int | np.intp) -> Whole:
    """Pixels between the bounds of one piece and those of each; below 1 where they overlap."""
    top, left, bottom, right = bounds
    gaps: Whole = np.maximum(
        np.maximum(top - bottom[one], top[one] - bottom), np.maximum(left - right[one], left[one] - right)
    )
    return gaps


def _around(places: tuple[Whole, Whole, Whole], count: int, row: float, column: float) -> NDArray[np.float64]:
    """Of all directions from a place, in how many each piece lies. ``places``: each pixel's piece, row, column."""
    piece, rows, columns = places
    towards = np.floor((np.arctan2(rows - row, columns - column) / (2 * np.pi) + 0.5) * DIRECTIONS).astype(np.intp)
    met = np.unique(piece * DIRECTIONS + towards.clip(0, DIRECTIONS - 1)) // DIRECTIONS
    shares: NDArray[np.float64] = np.bincount(met, minlength=count) / DIRECTIONS
    return shares
