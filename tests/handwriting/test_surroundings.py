"""Lines, frames and panels go, and digits stay."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from app.handwriting.surroundings import lined, nearly_framed, panel, without_bars, without_frame, without_lines
from tests.handwriting.masks import SEVEN, box, drawn

FOUR_SIDES = [(30, 25), (170, 25), (170, 175), (30, 175), (30, 25)]


@pytest.mark.parametrize(("digits", "fewest"), [("valid", 398), ("other_valid", 394)])
def test_digits_alone_stay_whole(mnist, digits, fewest):
    """But the long bars of some, without which they are read the same. Noughts are no frames."""
    stay = 0
    for image in mnist[f"{digits}_images"][:400]:
        mask = np.asarray(Image.fromarray(image).resize((112, 112), Image.Resampling.BICUBIC)) > 100
        inks = mask, mask[box(mask)]
        stay += all(np.array_equal(without(ink), ink) for ink in inks for without in (without_lines, without_frame))
    assert stay >= fewest


@given(st.integers(20, 60), st.floats(-5, 5), st.booleans())
@settings(deadline=None)
def test_lines_across_the_paper_go_and_the_strokes_that_cross_them_stay(step, degrees, squared):
    lean = round(200 * np.tan(np.radians(degrees)))
    across = range(max(0, -lean) + 2, min(200, 200 - lean) - 2, step)  # from side to side, all of it on the paper
    lines = [[(-1, at), (200, at + lean)] for at in across]
    if squared:
        lines += [[(at + lean, -1), (at, 200)] for at in across]
    paper = drawn(*lines, width=2)
    left = without_lines(paper | SEVEN)
    assert (left & ~SEVEN).sum() < 0.1 * (paper & ~SEVEN).sum()
    assert (SEVEN & ~left).sum() < 0.45 * SEVEN.sum()  # a bar may lie on a line


@pytest.mark.parametrize("y", [148, 165])
def test_an_underline_goes_whether_it_touches_or_not(y):
    line = drawn([(45, y), (160, y + 3)])
    ink = (SEVEN | line)[50:180, 40:165]
    left = without_lines(ink)
    assert (left ^ SEVEN[50:180, 40:165]).sum() < 0.12 * SEVEN.sum()


def test_the_bar_of_a_seven_and_the_foot_of_a_two_are_no_lines():
    two = drawn([(60, 80), (90, 50), (130, 80), (60, 150), (140, 150)])
    for digit in (SEVEN, two):
        assert np.array_equal(without_lines(digit[box(digit)]), digit[box(digit)])


def test_the_two_bars_of_a_crossed_seven_are_no_lines():
    crossed_seven = drawn([(60, 60), (130, 56), (100, 160)], [(70, 112), (140, 106)], width=9)
    digit = crossed_seven[box(crossed_seven)]
    assert np.array_equal(without_lines(digit), digit)


@pytest.mark.parametrize("upright", [False, True])
def test_a_stroke_that_lies_on_one_of_many_lines_stays(upright):
    paper = drawn(*([(-1, at), (200, at)] for at in range(10, 200, 16)), width=2)
    stroke = drawn([(25, 106), (175, 107), (120, 150)], width=9)
    paper, stroke = (paper.T, stroke.T) if upright else (paper, stroke)
    left = without_lines(paper | stroke)
    assert (left ^ stroke).sum() < 0.1 * stroke.sum()


@pytest.mark.parametrize("kind", ["rectangle", "by hand", "circle", "touched"])
def test_a_frame_goes_and_what_is_in_it_stays(kind):
    sheet = Image.new("1", (200, 200))
    draw = ImageDraw.Draw(sheet)
    match kind:
        case "circle":
            draw.ellipse((25, 25, 175, 175), outline=1, width=5)
        case "by hand":
            draw.line([(33, 20), (172, 28), (166, 178), (28, 172), (33, 20)], 1, 6)
        case "touched":
            draw.rectangle((30, 25, 170, 148), outline=1, width=5)
        case _:
            draw.line(FOUR_SIDES, 1, 5)
    left = without_frame(np.asarray(sheet) | SEVEN)
    assert (left ^ SEVEN).sum() < 0.15 * SEVEN.sum()


@pytest.mark.parametrize("kind", ["rectangle", "ellipse"])
def test_a_stroke_that_runs_along_a_frame_stays(kind):
    sheet = Image.new("1", (200, 200))
    getattr(ImageDraw.Draw(sheet), kind)((30, 25, 170, 150), outline=1, width=4)
    digit = SEVEN | drawn([(90, 150), (110, 150)], width=8)
    assert (without_frame(np.asarray(sheet) | digit) ^ digit).sum() < 0.06 * digit.sum()


@pytest.mark.parametrize("ends", [(26, 40, 26, 165), (26, 148, 170, 148), (26, 60, 170, 60), (128, 40, 133, 165)])
def test_a_single_line_of_a_finer_pen_goes_wherever_it_lies(ends):
    line = drawn([ends[:2], ends[2:]], width=3)
    rows, columns = box(SEVEN | line)
    left = without_lines((SEVEN | line)[rows, columns])
    assert (left & ~SEVEN[rows, columns]).sum() < 0.1 * line.sum()
    assert (SEVEN[rows, columns] & ~left).sum() < 0.3 * SEVEN.sum()


def test_a_frame_with_gaps_is_still_seen_and_hardly_a_digit_is_one(mnist):
    sheet = Image.new("1", (200, 200))
    ImageDraw.Draw(sheet).arc((40, 40, 160, 160), 60, 20, 1, 5)
    assert nearly_framed(np.asarray(sheet) | SEVEN)
    assert not nearly_framed(np.asarray(sheet))
    assert not nearly_framed(SEVEN)
    assert not nearly_framed(np.zeros((40, 50), bool))
    digits = (
        Image.fromarray(image).resize((112, 112), Image.Resampling.BICUBIC) for image in mnist["valid_images"][:1000]
    )
    assert sum(nearly_framed(np.asarray(digit) > 100) for digit in digits) <= 4


def test_an_empty_frame_and_no_ink_stay_as_they_are():
    for ink in (drawn(FOUR_SIDES), np.zeros((40, 50), bool), np.ones((3, 3), bool)):
        assert np.array_equal(without_frame(ink), ink)
        assert np.array_equal(without_lines(ink), ink)


def test_a_panel_is_found_where_its_ground_is_another():
    grey = np.ones((200, 240), np.float32)
    grey[40:160, 60:180] = 0.1
    grey[80:120, 100:110] = 0.9
    found = panel(grey)
    assert found is not None
    rows, columns = found
    assert 40 <= rows.start < rows.stop <= 160
    assert 60 <= columns.start < columns.stop <= 180
    assert rows.stop - rows.start > 100
    frame = np.ones((200, 240), np.float32)
    frame[40:160, 60:180] = 0
    frame[45:155, 65:175] = 1
    assert panel(frame) is None
    assert panel(1 - SEVEN.astype(np.float32)) is None


@pytest.mark.parametrize("ink", [0.0, 1.0])
def test_what_a_stroke_goes_beyond_is_no_panel(ink):
    grey = np.full((200, 200), 0.9 - 0.7 * ink, np.float32)
    grey[80:130, 40:160] = 0.7 - 0.3 * ink
    assert panel(grey) is not None
    grey[SEVEN] = ink
    assert panel(grey) is None


def test_bars_beside_a_picture_go_and_its_own_margins_stay():
    grey = 1 - SEVEN.astype(np.float32)
    assert without_bars(grey) is None
    assert without_bars(np.full((200, 200), 0.3, np.float32)) is None
    barred = np.pad(grey, ((30, 10), (0, 0)))
    assert without_bars(barred) == (slice(31, 229), slice(0, 200))
    assert without_bars(barred.T) == (slice(0, 200), slice(31, 229))
    assert without_bars(np.pad(grey, ((250, 250), (0, 0)))) == (slice(251, 449), slice(0, 200))
    assert without_bars(np.pad(grey, ((400, 400), (0, 0)))) is None
    stairs = np.array([0, 0.08, 0.15], np.float32).repeat(200).reshape(3, 200)
    assert without_bars(stairs) is None
    shadow = np.linspace(-4, 4, 200).clip(-1, 1) / 5
    assert without_bars((grey - 0.3 + shadow[:, None]).astype(np.float32)) is None


def small(*lines, pen=2):
    """A drawing of 28 pixels."""
    sheet = Image.new("L", (28, 28))
    for line in lines:
        ImageDraw.Draw(sheet).line(line, 255, pen)
    return np.asarray(sheet)


def test_frames_and_rulings_of_a_small_image_are_seen():
    digit = [(9, 9), (18, 9), (12, 19)]
    frame = [(4, 4), (23, 4), (23, 23), (4, 23), (4, 4)]
    rows, columns = ([[(4, at), (23, at)] for at in (5, 12, 20)], [[(at, 4), (at, 23)] for at in (5, 12, 20)])
    for lines in ([frame], rows, columns, [*rows, *columns]):
        assert lined(small(digit, *lines))
    assert lined(small([(9, 9), (18, 9), (12, 26)], frame))
    for lines in ([digit], [], rows[:2], rows[:1] + columns[:1]):
        assert not lined(small(*lines))


def test_no_digit_alone_is_ruled_or_framed(mnist):
    assert sum(map(lined, mnist["valid_images"])) <= 1
    assert sum(map(lined, mnist["other_valid_images"])) <= 0.01 * len(mnist["other_valid_images"])
