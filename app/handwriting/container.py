"""What a picture file says of itself, looked at before anything of it is decoded.

Decoders take what they are given: a file of a few kilobytes can keep one busy for minutes by having it pass over the
same pixels a thousand times, or for seconds by a million pieces of nothing.
"""

import re
from collections.abc import Iterator
from itertools import islice

MOST_SCANS = 50
"""Of a progressive JPEG. Encoders make some ten; each is a pass over all pixels, which takes 15 ms at the most."""
MOST_PIECES = 20_000
"""Chunks of a PNG, segments of a JPEG. 10 MB in the usual chunks of 8 kB are 1,300."""

PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8"

_MARKER = re.compile(rb"\xff[^\x00\x01\xd0-\xd7\xff]")
"""A JPEG's next marker that begins a segment or ends the picture. Among coded pixels FF stands before 00 or D0-D7."""
_SCAN, _END = b"\xff\xda", b"\xff\xd9"


class ContainerError(ValueError):
    """The file is cut short, or made to keep a decoder busy. The message says which."""


def check(data: bytes) -> None:
    """Raises ContainerError. What is neither PNG nor JPEG is left to the decoder to name."""
    pieces = list(islice(_pieces(data), MOST_PIECES + 1))
    if len(pieces) > MOST_PIECES:
        raise ContainerError(f"it has more than {MOST_PIECES:,} pieces")
    if data.startswith(PNG) and pieces[-1:] != [b"IEND"]:
        raise ContainerError("it is cut short")
    if (scans := pieces.count(_SCAN)) > MOST_SCANS:
        raise ContainerError(f"it has {scans:,} scans; at most {MOST_SCANS} are read")


def scans(data: bytes) -> int:
    """Of a JPEG: how often a decoder passes over its pixels. One that does so once need not hold them all."""
    return sum(piece == _SCAN for piece in islice(_segments(data), MOST_PIECES))


def _pieces(data: bytes) -> Iterator[bytes]:
    """The type of each PNG chunk that is whole, or the marker of each JPEG segment, to the picture's end."""
    if data.startswith(PNG):
        yield from _chunks(data)
    elif data.startswith(JPEG):
        yield from _segments(data)


def _chunks(data: bytes) -> Iterator[bytes]:
    at, name = len(PNG), b""
    while at + 12 <= len(data) and name != b"IEND":
        length, name = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        at += 12 + length
        if at <= len(data):
            yield name


def _segments(data: bytes) -> Iterator[bytes]:
    found = _MARKER.search(data, len(JPEG))
    while found is not None and found[0] != _END:
        yield found[0]
        length = int.from_bytes(data[found.end() : found.end() + 2])
        found = _MARKER.search(data, found.end() + length)
