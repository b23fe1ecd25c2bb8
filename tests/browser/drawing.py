"""How tests draw: strokes on a page's paper, and photos of strokes."""

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw
from playwright.sync_api import Locator, Page, expect

from tests.browser.waiting import painted, until

Points = Sequence[tuple[float, float]]

# Shares of the canvas' side.
THREE: Points = [
    (0.30, 0.25), (0.44, 0.15), (0.62, 0.19), (0.67, 0.32), (0.58, 0.43), (0.44, 0.48), (0.60, 0.53), (0.70, 0.66),
    (0.64, 0.80), (0.47, 0.87), (0.29, 0.80),
]  # fmt: skip
SEVEN: Points = [(0.28, 0.20), (0.50, 0.20), (0.73, 0.20), (0.63, 0.40), (0.53, 0.61), (0.44, 0.86)]


def opened(page: Page, address: str = "/draw") -> None:
    page.goto(address)
    expect(page.get_by_role("button", name="a 5")).to_be_visible()


def headline(page: Page) -> Locator:
    return page.locator("#verdict .verdict-headline")


def on_canvas(page: Page, x: float, y: float, canvas: str = "#ink") -> tuple[float, float]:
    box = page.locator(canvas).bounding_box()
    assert box is not None
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def draw(page: Page, points: Points, canvas: str = "#ink") -> None:
    """``canvas``: on the screen."""
    page.mouse.move(*on_canvas(page, *points[0], canvas))
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*on_canvas(page, *point, canvas), steps=4)
    page.mouse.up()


OPACITY = """([x, y]) => {
  const canvas = document.getElementById("ink");
  const at = (share) => Math.round(share * canvas.width);
  return canvas.getContext("2d").getImageData(at(x), at(y), 1, 1).data[3];
}"""


def inked(page: Page, x: float, y: float) -> None:
    """Wait until there is ink at this place of the canvas."""
    until(page, f"(place) => ({OPACITY})(place) > 0", [x, y])


def blank(page: Page, x: float, y: float) -> None:
    """Wait until there is no ink at this place of the canvas, and what was due has been painted."""
    painted(page)
    until(page, f"(place) => ({OPACITY})(place) === 0", [x, y])


def photo(shape: Points, kind: str = "PNG", ink: int = 40) -> bytes:
    """Dark ink on light paper, off-centre, far from 28 × 28."""
    image = Image.new("L", (640, 480), 225)
    line = [(60 + 400 * x, 20 + 400 * y) for x, y in shape]
    ImageDraw.Draw(image).line(line, fill=ink, width=34, joint="curve")
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()
