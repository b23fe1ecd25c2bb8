"""What kept a picture's digit from being read well: other ink around it, the edge, and lines too light or too thin."""

from typing import NamedTuple

RULED = "ruled or framed"
FAINT = "too faint"
CUT = "cut by the picture's edge"


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
    cut: bool = False
    """The digit goes on beyond the picture's edge."""
    underlined: bool = False
    """A line about as thick as a stroke, and thicker at places, was taken away at the digit's lowest end. The foot of a
    2 or a 3 may have gone with it, without which either looks like a 7."""


UNHINDERED = Hindrances()
