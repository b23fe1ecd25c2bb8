"""A picture of one digit, a phone's photo included → the 28 × 28 image that MNIST would have made of it."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageOps, UnidentifiedImageError

from app.handwriting import container, paper, placing
from app.handwriting.components import label
from app.handwriting.ink import SIDE, Image

MOST_PIXELS = 25_000_000
"""Declared by the file, before anything of it is decoded. A PNG of that many needs 100 MB for a moment."""
WORKING_SIDE = 256
"""Pixels of the longer side to which larger pictures are shrunk; a digit a tenth as high is still 26 pixels high."""
PNG, JPEG = container.PNG, container.JPEG
"""What such files begin with."""

HEAVY_PNG_PIXELS = 2_000_000
HEAVY_JPEG_BYTES = 1_000_000
HEAVY_JPEG_SCANS = 12
"""A picture beyond one of these may take more than some 100 ms to decode. A JPEG is scaled while it is decoded."""

FAINTEST = 0.08
"""Contrast of ink to paper, below which a picture counts as blank. A hard pencil has 0.2."""
_NOISE = 5.0
"""Ink must stand out from the paper by so many standard deviations of the paper's own unevenness."""

Floats = NDArray[np.float32]


class PictureError(ValueError):
    """The bytes are no picture that can be read; the message says why, in a sentence for the sender."""


def read(data: bytes) -> Image:
    """PNG or JPEG → ``[28, 28]``, ink bright on 0, placed as :func:`app.handwriting.ink.draw` places it; all zero where
    the picture shows no ink. A picture that already is an image like MNIST's comes back as it is.

    The digit is the largest piece of ink, with what lies close by; pieces that touch the picture's border count only
    where there is no other. Not covered: a digit crossed by ruled lines as dark as itself, or several digits.

    Raises PictureError for other formats, damaged or animated files and those of more than ``MOST_PIXELS``.
    """
    pixels = _decode(data)
    ready = placing.as_it_is(pixels.mean(axis=2))
    if ready is not None:
        return ready
    contrast, strength = paper.contrast(pixels)
    level = float(np.median(contrast))
    noise = 1.4826 * float(np.median(np.abs(contrast - level)))
    if strength < FAINTEST or 1 - level < _NOISE * noise:
        return np.zeros((SIDE, SIDE), np.uint8)
    digit = _digit(contrast, max(_otsu(contrast), level + _NOISE * noise))
    full = float(np.quantile(contrast[digit], 0.6))
    faint = min(level + 3 * noise, full / 2)
    near = paper.slide(paper.slide(digit.astype(np.float32), 2, 0, np.maximum), 2, 1, np.maximum)
    return placing.place(np.clip((contrast - faint) / (full - faint), 0, 1) * near)


def heavy(data: bytes) -> bool:
    """Whether reading it may take longer than a tenth of a second, by what the file says of itself: in microseconds,
    for any bytes."""
    if data.startswith(PNG):  # then come length and name of the first chunk, width and height
        width, height = int.from_bytes(data[16:20]), int.from_bytes(data[20:24])
        return HEAVY_PNG_PIXELS < width * height <= MOST_PIXELS
    return len(data) > HEAVY_JPEG_BYTES or data.count(b"\xff\xda") > HEAVY_JPEG_SCANS


def _decode(data: bytes) -> Floats:
    """``[h, w, 1 or 3]`` of 0-1, upright, at most ``WORKING_SIDE`` long."""
    try:
        container.check(data)
        with Pillow.open(io.BytesIO(data), formats=("PNG", "JPEG")) as image:
            width, height = image.size
            if width * height > MOST_PIXELS:
                raise PictureError(f"The picture has {width:,} × {height:,} pixels; at most {MOST_PIXELS:,} are read.")
            if image.format == "PNG" and getattr(image, "is_animated", False):
                raise PictureError("The picture is animated: send a still one.")
            decoded = _decoded(image)
    except PictureError:
        raise
    except container.ContainerError as error:
        raise PictureError(f"The picture cannot be read: {error}.") from None
    except (Pillow.DecompressionBombError, Pillow.DecompressionBombWarning):
        raise PictureError(f"The picture has too many pixels; at most {MOST_PIXELS:,} are read.") from None
    except UnidentifiedImageError:
        raise PictureError("This is neither a PNG nor a JPEG picture.") from None
    except Exception as error:  # whatever hostile bytes make a decoder raise: Pillow names no closed set
        raise PictureError(f"The picture is damaged: {error}.") from error
    if decoded.mode in ("LA", "RGBA"):
        return _on_paper(_fractions(decoded))
    pixels = _fractions(decoded if decoded.mode == "L" else decoded.convert("RGB"))
    return pixels.reshape(*pixels.shape[:2], -1)


def _decoded(image: Pillow.Image) -> Pillow.Image:
    """Upright and small, in a mode of 8 bits."""
    if image.mode.startswith("I"):  # 16 bits of grey, of which Pillow's own conversion would keep the lower 8
        image = Pillow.fromarray((np.asarray(image, np.float32) / 257).clip(0, 255).astype(np.uint8))
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


def _otsu(values: Floats) -> float:
    """The threshold that leaves the two sides most alike within themselves (Otsu 1979)."""
    counts, edges = np.histogram(values, bins=128, range=(0, 1.2))
    middle = (edges[:-1] + edges[1:]) / 2
    below = counts.cumsum()
    above = below[-1] - below
    sums = (counts * middle).cumsum()
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (sums / below - (sums[-1] - sums) / above) ** 2
    return float(edges[1:][np.nan_to_num(between).argmax()])


def _digit(contrast: Floats, threshold: float) -> NDArray[np.bool_]:
    """The mask of the pieces above the threshold that make the digit; of the darkest pixel alone if none are."""
    labels, count = label(contrast >= min(threshold, float(contrast.max())))
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
    inside = (top > 0) & (left > 0) & (bottom < height - 1) & (right < width - 1)
    candidates = inside if (mass * inside).max() > 0.02 * mass.max() else np.ones(count, bool)
    main = int((mass * candidates).argmax())
    side = max(bottom[main] - top[main], right[main] - left[main]) + 1
    gap = np.maximum(
        np.maximum(top - bottom[main], top[main] - bottom), np.maximum(left - right[main], left[main] - right)
    )
    kept = candidates & (mass >= 0.05 * mass[main]) & (gap <= 0.2 * side)
    return np.isin(labels, np.flatnonzero(kept) + 1)
