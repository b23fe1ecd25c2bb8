"""Files that are cut short, or made to keep a decoder busy, are known before they are decoded."""

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from app.handwriting.container import MOST_PIECES, MOST_SCANS, ContainerError, check


def encoded(image, format="PNG", **options):
    file = io.BytesIO()
    Image.fromarray(image).save(file, format, **options)
    return file.getvalue()


PIXELS = np.random.RandomState(0).randint(0, 256, (40, 56, 3), np.uint8)
PROGRESSIVE = encoded(PIXELS, "JPEG", progressive=True)


@settings(max_examples=30)
@given(
    shape=st.tuples(st.integers(1, 90), st.integers(1, 90)),
    quality=st.integers(1, 100),
    progressive=st.booleans(),
    format=st.sampled_from(["PNG", "JPEG"]),
)
def test_what_encoders_write_passes(shape, quality, progressive, format):
    image = np.random.RandomState(quality).randint(0, 256, (*shape, 3), np.uint8)
    check(encoded(image, format, quality=quality, progressive=progressive))


def test_what_follows_a_picture_does_not_count():
    """Phones put a second picture, or a film, behind the first."""
    check(PROGRESSIVE + PROGRESSIVE * MOST_SCANS)


def test_a_thumbnail_inside_does_not_count():
    thumbnail = PROGRESSIVE * MOST_SCANS
    assert len(thumbnail) > 2**16
    segments = (thumbnail[at : at + 2**15] for at in range(0, len(thumbnail), 2**15))
    inside = b"".join(b"\xff\xe1" + struct.pack(">H", len(part) + 2) + part for part in segments)
    check(PROGRESSIVE[:2] + inside + PROGRESSIVE[2:])


@given(st.integers(0, 2**16))
def test_a_png_that_is_cut_short(missing):
    whole = encoded(PIXELS)
    with pytest.raises(ContainerError, match="cut short"):
        check(whole[: max(8, len(whole) - 1 - missing % len(whole))])


def test_a_jpeg_that_scans_again_and_again():
    first = PROGRESSIVE.index(b"\xff\xda")
    second = PROGRESSIVE.index(b"\xff\xda", first + 1)
    scan = PROGRESSIVE[first:second]
    with pytest.raises(ContainerError, match="scans"):
        check(PROGRESSIVE[:first] + scan * (MOST_SCANS + 1) + PROGRESSIVE[second:])
    with pytest.raises(ContainerError, match="scans"):  # nor with rubbish in between, which decoders pass over
        check(PROGRESSIVE[:first] + (b"rubbish" + scan) * (MOST_SCANS + 1) + PROGRESSIVE[second:])


def test_a_million_pieces_of_nothing():
    nothing = struct.pack(">I4sI", 0, b"noNe", zlib.crc32(b"noNe"))
    whole = encoded(PIXELS)
    with pytest.raises(ContainerError, match="pieces"):
        check(whole[:33] + nothing * (MOST_PIECES + 1) + whole[33:])
    with pytest.raises(ContainerError, match="pieces"):
        check(PROGRESSIVE[:2] + b"\xff\xe5\x00\x02" * (MOST_PIECES + 1) + PROGRESSIVE[2:])


def test_other_formats_are_left_to_the_decoder():
    check(b"")
    check(encoded(PIXELS, "GIF"))
