"""What kept a picture's digit from being read well: other ink around it, and lines too light or too thin."""

from typing import NamedTuple

RULED = "ruled or framed"
FAINT = "too faint"


class Hindrances(NamedTuple):
    surrounded: bool = False
    """Lines or a frame that touched the ink were taken away."""
    thin: bool = False
    """The lines were about a pixel thick where the picture was read."""
    faint: bool = False
    """The ink is so light against its paper that it may be none: read as no digit, whatever it looks like."""

    framed: bool = False
    """A frame, or most of one, is still around the ink, or lines across it are left, or cut it in two: read as no
    digit."""


UNHINDERED = Hindrances()
