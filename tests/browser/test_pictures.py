"""Pictures that are chosen, pasted or dropped."""

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from tests.browser.drawing import SEVEN, THREE, Points, draw, headline, inked, photo


@pytest.mark.parametrize(("digit", "points", "kind"), [("3", THREE, "PNG"), ("7", SEVEN, "JPEG")])
def test_a_chosen_picture_is_read(draw_page: Page, digit: str, points: Points, kind: str) -> None:
    file = {"name": "digit", "mimeType": f"image/{kind.lower()}", "buffer": photo(points, kind)}
    draw_page.set_input_files("#picture", file)  # type: ignore[arg-type]
    expect(headline(draw_page)).to_have_text(digit)
    inked(draw_page, 0.5, 0.5)


def carry(page: Page, event: str, *files: bytes) -> None:
    """Paste or drop these pictures, or a text where there are none."""
    page.evaluate(
        """([event, files]) => {
          const carried = new DataTransfer();
          const type = "image/png";
          for (const bytes of files) carried.items.add(new File([new Uint8Array(bytes)], "7.png", { type }));
          if (!files.length) carried.setData("text/plain", "a seven");
          const options = { bubbles: true, cancelable: true };
          document.body.dispatchEvent(event === "paste"
            ? new ClipboardEvent("paste", { ...options, clipboardData: carried })
            : new DragEvent("drop", { ...options, dataTransfer: carried }));
        }""",
        [event, [list(file) for file in files]],
    )


def test_a_picture_is_pasted_or_dropped(draw_page: Page, finished_run: str) -> None:
    carry(draw_page, "paste")
    expect(draw_page.locator(".toast")).to_contain_text("No picture was pasted")
    carry(draw_page, "paste", photo(SEVEN))
    expect(headline(draw_page)).to_have_text("7")
    expect(draw_page.locator(".toast")).to_have_count(0)
    carry(draw_page, "drop", photo(THREE))
    expect(headline(draw_page)).to_have_text("3")
    draw_page.goto(f"/runs/{finished_run}")  # as on any page with a pad
    expect(draw_page.locator("#pad .verdict-headline")).to_have_text("3")
    carry(draw_page, "drop", photo(SEVEN))
    expect(draw_page.locator("#pad .verdict-headline")).to_have_text("7")


def test_a_file_that_is_no_picture_is_said_to_be_none(draw_page: Page) -> None:
    draw_page.set_input_files(
        "#picture", {"name": "notes.png", "mimeType": "image/png", "buffer": b"not a picture at all"}
    )
    expect(draw_page.locator(".toasts")).to_contain_text("That is no picture. notes.png could not be opened")
    expect(headline(draw_page)).to_have_text("Nothing drawn yet")
    draw(draw_page, SEVEN)
    expect(draw_page.locator(".toast")).to_have_count(0)


def test_a_picture_without_a_digit_is_said_to_have_none(draw_page: Page) -> None:
    file = io.BytesIO()
    Image.new("L", (60, 60), 255).save(file, "PNG")
    draw_page.set_input_files("#picture", {"name": "white.png", "mimeType": "image/png", "buffer": file.getvalue()})
    expect(headline(draw_page)).to_have_text("No digit found")


def test_white_ink_on_clear_ground_is_read(draw_page: Page) -> None:
    image = Image.new("RGBA", (640, 640), (255, 255, 255, 0))
    line = [(60 + 500 * x, 60 + 500 * y) for x, y in SEVEN]
    ImageDraw.Draw(image).line(line, fill=(255, 255, 255, 255), width=50, joint="curve")
    file = io.BytesIO()
    image.save(file, "PNG")
    draw_page.set_input_files("#picture", {"name": "7.png", "mimeType": "image/png", "buffer": file.getvalue()})
    expect(headline(draw_page)).to_have_text("7")


def test_a_large_picture_of_16_bits_with_values_of_8_is_read(draw_page: Page) -> None:
    """The browser would make it smaller, and all of it black."""
    image = Image.new("L", (2000, 2000), 240)
    ImageDraw.Draw(image).line([(300 + 1400 * x, 300 + 1400 * y) for x, y in SEVEN], fill=20, width=90, joint="curve")
    file = io.BytesIO()
    Image.fromarray(np.asarray(image).astype(np.uint16)).save(file, "PNG")
    draw_page.set_input_files("#picture", {"name": "7.png", "mimeType": "image/png", "buffer": file.getvalue()})
    expect(headline(draw_page)).to_have_text("7")


def test_what_kept_a_photo_from_being_read_stays_said(draw_page: Page) -> None:
    """By how sure it must be, as by another network, it is read again: as a photo, not as the image made of it."""
    file = {"name": "faint.png", "mimeType": "image/png", "buffer": photo(SEVEN, ink=210)}
    draw_page.set_input_files("#picture", file)  # type: ignore[arg-type]
    verdict = draw_page.locator("#verdict")
    expect(verdict).to_contain_text("It is too faint to be read")
    with draw_page.expect_response(lambda answer: "keep=" in answer.url):
        draw_page.get_by_label("How sure must it be?").press("ArrowLeft")
    draw_page.get_by_role("button", name="As usual").click()
    expect(verdict).to_contain_text("It is too faint to be read")
    expect(draw_page.locator("[data-part=why]")).to_contain_text("were it one of the two (too faint)")
