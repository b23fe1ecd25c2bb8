"""Pictures of digits are read as well as the digits themselves, whatever files they come in."""

import io
import re
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from app.handwriting import ink
from app.handwriting.picture import PictureError, heavy, read
from benchmarks.pictures import encoded
from tests.handwriting.photos import bomb, photo

SEVEN = ink.draw([np.array([[0, 0], [40, 2], [15, 90]], float)])
LARGE = np.asarray(Image.fromarray(np.pad(SEVEN, 10)).resize((240, 240), Image.Resampling.BICUBIC))


def like(image, expected=SEVEN):
    """The same digit at the same place, apart from edges half a pixel off."""
    return np.corrcoef(image.ravel(), expected.ravel())[0, 1] > 0.85


@pytest.mark.parametrize("inverted", [False, True])
def test_mnists_own_images_come_back_as_they_are(mnist, inverted):
    same = 0
    for image in mnist["valid_images"][:100]:
        same += np.array_equal(read(encoded(255 - image if inverted else image)), image)
    assert same >= 97


def test_mnists_images_anywhere_on_a_sheet_come_back_much_the_same(mnist):
    same = 0
    for image in mnist["valid_images"][:50]:
        sheet = np.full((90, 70), 255, np.uint8)
        sheet[50:78, 5:33] -= image
        same += like(read(encoded(sheet)), image)
    assert same >= 48


@pytest.mark.parametrize("side", [40, 100, 400, 2000])
@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
def test_any_size(side, format):
    large = Image.fromarray(255 - LARGE).resize((side, side), Image.Resampling.BICUBIC)
    assert like(read(encoded(np.asarray(large), format)))


@pytest.mark.parametrize("thickness", [1, 3, 8, 30])
def test_any_pen(thickness, reader):
    sheet = Image.new("L", (300, 300), 235)
    ImageDraw.Draw(sheet).line([(90, 60), (200, 65), (140, 260)], 40, thickness, joint="curve")
    image = read(encoded(np.asarray(sheet)))
    assert 1.4 < ink.thickness(image) < 4
    assert reader.read(image).verdict == "7"


@pytest.mark.parametrize("paper", [(255, 255, 255), (120, 160, 90), (40, 30, 70)])
@pytest.mark.parametrize("pen", [(200, 30, 30), (30, 60, 190), (250, 240, 60)])
def test_any_colour(paper, pen):
    part = LARGE[..., None] / 255
    assert like(read(encoded((np.array(paper) * (1 - part) + np.array(pen) * part) / 255)))


def test_transparent_pictures_show_their_ink():
    for shade in (0, 255):
        colour = np.full_like(LARGE, shade)
        assert like(read(encoded(np.stack([colour, colour, colour, LARGE], axis=2))))


def test_sixteen_bits_palettes_and_black_and_white():
    sixteen = io.BytesIO()
    Image.fromarray(LARGE.astype(np.uint16) * 257).save(sixteen, "PNG")
    assert like(read(sixteen.getvalue()))
    eight_in_sixteen = io.BytesIO()
    Image.fromarray(LARGE.astype(np.uint16)).save(eight_in_sixteen, "PNG")
    assert like(read(eight_in_sixteen.getvalue()))
    for mode in ("P", "1", "RGB", "RGBA", "LA"):
        data = io.BytesIO()
        Image.fromarray(255 - LARGE).convert(mode).save(data, "PNG")
        assert like(read(data.getvalue())), mode
    palette = io.BytesIO()
    Image.fromarray(LARGE).convert("P").save(palette, "PNG", transparency=0)
    assert like(read(palette.getvalue()))
    print_colours = io.BytesIO()
    Image.fromarray(255 - LARGE).convert("CMYK").save(print_colours, "JPEG")
    assert like(read(print_colours.getvalue()))


@pytest.mark.parametrize(("orientation", "turn"), [(1, 0), (3, 180), (6, 90), (8, 270)])
def test_a_photo_taken_sideways_is_upright(orientation, turn):
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = io.BytesIO()
    Image.fromarray(255 - LARGE).rotate(turn).save(data, "JPEG", exif=exif)
    assert like(read(data.getvalue()))


@pytest.mark.parametrize("shade", [0, 128, 255])
@pytest.mark.parametrize("size", [(1, 1), (28, 28), (3, 500), (300, 300)])
def test_no_ink_is_blank(shade, size):
    assert not read(encoded(np.full(size, shade, np.uint8))).any()


def test_empty_paper_in_uneven_light_is_blank():
    y, x = np.mgrid[:300, :200] / 300
    paper = 0.9 - 0.3 * x - 0.2 * y * y + np.random.default_rng(0).normal(0, 0.02, x.shape)
    assert not read(encoded(paper, "JPEG")).any()


def test_specks_and_the_edge_of_the_table_are_not_the_digit():
    sheet = 255 - np.pad(LARGE, 60)
    sheet[:, :8] = 20
    sheet[-5:] = 40
    sheet[30:33, 200:203] = 0
    assert like(read(encoded(sheet)))


def test_a_digit_in_two_pieces_stays_whole():
    sheet = LARGE.copy()
    sheet[118:124] = 0
    assert like(read(encoded(sheet)))


@pytest.mark.parametrize(("width", "height"), [(5_001, 5_000), (12_000, 9_000), (60_000, 60_000)])
def test_refuses_bombs_before_decoding_them(width, height):
    with pytest.raises(PictureError, match="25,000,000"):
        read(bomb(width, height))


def test_a_phones_largest_photo_is_read_and_one_of_many_scans_refused():
    photo_of_48_megapixels = Image.fromarray(255 - LARGE).resize((8000, 6000))
    data = io.BytesIO()
    photo_of_48_megapixels.save(data, "JPEG")
    assert read(data.getvalue()).any()
    data = io.BytesIO()
    photo_of_48_megapixels.save(data, "JPEG", progressive=True)
    with pytest.raises(PictureError, match="25,000,000"):
        read(data.getvalue())
    assert heavy(data.getvalue())


def test_a_webp_is_heavy():
    assert heavy(encoded(LARGE, "WEBP"))


def test_one_colour_of_a_picture_may_stand_for_none():
    for mode, clear in (("L", 0), ("RGB", (0, 0, 0))):
        data = io.BytesIO()
        ink = Image.fromarray(np.where(LARGE > 128, 10, 0).astype(np.uint8)).convert(mode)
        ink.save(data, "PNG", transparency=clear)
        assert like(read(data.getvalue())), mode


def test_says_what_is_wrong():
    data = encoded(LARGE)
    moving = io.BytesIO()
    Image.fromarray(LARGE).save(moving, "PNG", save_all=True, append_images=[Image.fromarray(255 - LARGE)])
    drawing = io.BytesIO()
    Image.fromarray(LARGE).save(drawing, "GIF")
    for bad, message in (
        (data[: len(data) // 2], "cut short"),
        (data[:20], "cut short"),
        (b"", "neither"),
        (drawing.getvalue(), "neither"),
        (moving.getvalue(), "animated"),
        (encoded(LARGE, "JPEG")[:400], "damaged"),
    ):
        with pytest.raises(PictureError, match=message):
            read(bad)


@settings(deadline=None)
@given(st.data())
def test_any_damage_is_read_or_refused(data):
    picture = bytearray(data.draw(st.sampled_from([encoded(LARGE[::4, ::4]), encoded(LARGE[::4, ::4], "JPEG")])))
    for place in data.draw(st.lists(st.integers(0, len(picture) - 1), min_size=1, max_size=6)):
        picture[place] = data.draw(st.integers(0, 255))
    with suppress(PictureError):
        assert read(bytes(picture)).shape == (28, 28)


@settings(deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.randoms(use_true_random=False))
def test_any_small_picture_is_read(width, height, random):
    pixels = np.frombuffer(random.randbytes(width * height), np.uint8).reshape(height, width)
    assert read(encoded(pixels)).shape == (28, 28)


@pytest.mark.parametrize("mode", ["L", "RGBA"])
def test_large_pngs_are_known_before_they_are_decoded(mode):
    def sized(width, height):
        file = io.BytesIO()
        Image.new(mode, (width, height)).save(file, "PNG")
        return file.getvalue()

    assert heavy(sized(5000, 5000))
    assert not heavy(sized(1000, 1000))


def test_jpegs_with_many_passes_are_known_before_they_are_decoded(mnist):
    photo_of_a_digit = photo(mnist["valid_images"][0], np.random.RandomState(3))
    assert not heavy(photo_of_a_digit)
    assert heavy(photo_of_a_digit + b"\xff\xda\x00\x02" * 20)
    assert heavy(photo_of_a_digit + bytes(1_000_000))


@given(st.binary(max_size=40), st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8", b"RIFF"]))
def test_any_bytes_can_be_asked_whether_they_are_heavy(data, begin):
    assert heavy(begin + data) in (True, False)


@pytest.mark.parametrize("file", sorted(Path(__file__).with_name("pictures").iterdir()), ids=lambda file: file.stem)
def test_pictures_that_were_once_read_wrongly_are_read_right(file, reader):
    """Each is named after its digit."""
    (digit,) = re.findall(r"(?<![0-9])[37](?![0-9])|seven", file.stem)
    assert reader.read(read(file.read_bytes())).digit == (7 if digit == "seven" else int(digit))
