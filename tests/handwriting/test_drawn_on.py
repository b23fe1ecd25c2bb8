"""Pictures of digits are read as well as the digits themselves, whatever they were drawn on and with."""

import io

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from app.handwriting import ink
from app.handwriting.picture import look, read
from benchmarks.pictures import PICTURES, dark, encoded, framed, ruled, underlined, with_lines, written
from benchmarks.pictures import photo as in_light
from tests.handwriting.photos import photo

BENT = "slanted", "turned", "squeezed", "stretched"
"""Pictures of digits that may look like others: a narrow 7 is nearly a 1."""
THREE_STROKES = [
    np.array([[0, 12], [14, 2], [34, 0], [48, 12], [40, 32], [20, 42], [42, 48], [54, 66], [40, 86], [4, 88]], float)
]
SEVEN_STROKES = [np.array([[0, 2], [20, 3], [46, 0], [36, 30], [24, 62], [18, 90]], float)]


def test_photos_are_read_as_well_as_the_digits_on_them(mnist, reader):
    random = np.random.RandomState(3)
    chosen = random.choice(len(mnist["valid_images"]), 120, replace=False)
    images = [read(photo(mnist["valid_images"][index], random)) for index in chosen]
    threes = mnist["valid_labels"][chosen] == 3
    right = [(reader.read(image).logit > 0) == three for image, three in zip(images, threes, strict=True)]
    assert np.mean(right) >= 0.97
    placed = [image for image in images if image.any()]
    assert len(placed) >= 119
    assert np.mean([np.abs(ink.centre_of_mass(image) - 14).max() < 0.1 for image in placed]) > 0.97
    sides = [max(np.ptp(np.flatnonzero((image > 20).any(axis=a))) + 1 for a in (0, 1)) for image in placed]
    assert np.mean(np.abs(np.array(sides) - 20) <= 1) > 0.97


@pytest.mark.parametrize("name", PICTURES)
def test_whatever_it_is_drawn_on_and_with_a_digit_is_read_right(name, reader):
    random = np.random.default_rng(3)
    for digit, strokes in ((7, SEVEN_STROKES), (3, THREE_STROKES)):
        read_as = {reader.read(read(PICTURES[name](strokes, random))).digit for _ in range(2)}
        assert read_as <= ({digit, None} if name.startswith(BENT) else {digit})


@given(st.sampled_from([3, 7]), st.floats(0.01, 0.12), st.floats(0.008, 0.05), st.booleans(), st.booleans())
@settings(deadline=None, max_examples=30)
def test_no_frame_makes_a_sure_wrong_digit(reader, digit, gap, pen, round_, sketched):
    strokes = SEVEN_STROKES if digit == 7 else THREE_STROKES
    picture = framed(gap, pen, round_=round_, sketched=sketched)(strokes, np.random.default_rng(0))
    assert reader.read(read(picture)).digit in (digit, None)


SLIGHT_WAIST = [
    np.array(
        [[14, 22], [16, 4], [30, 0], [40, 12], [36, 32], [28, 36], [40, 44], [42, 72], [40, 90], [20, 93], [0, 93]],
        float,
    )
]


@given(st.floats(-0.05, -0.01), st.floats(0.01, 0.03), st.booleans())
@settings(deadline=None, max_examples=20)
def test_no_foot_along_a_frame_makes_a_3_a_sure_7(reader, gap, pen, round_):
    picture = framed(gap, pen, round_)(SLIGHT_WAIST, np.random.default_rng(0))
    assert reading_of(picture, reader).digit in (3, None)


pens = st.floats(0.004, 0.014)


@given(st.sampled_from([3, 7]), st.floats(0.025, 0.2), st.floats(0.2, 0.9), st.booleans(), st.floats(-12, 12), pens)
@settings(deadline=None, max_examples=40)
def test_no_paper_makes_a_sure_wrong_digit(reader, digit, step, strength, squared, turn, pen):
    strokes = SEVEN_STROKES if digit == 7 else THREE_STROKES
    reading = reading_of(ruled(step, strength, squared, turn, pen)(strokes, np.random.default_rng(0)), reader)
    assert reading.digit in (digit, None)
    assert reading.verdict != "blank"


TWO_STROKES = [np.array([[0, 20], [6, 6], [22, 0], [40, 4], [46, 20], [36, 44], [4, 90], [50, 90]], float)]
NO_WAIST = [
    np.array(
        [[14, 24], [12, 16], [20, 5], [32, 0], [42, 1], [47, 9], [45, 30], [42, 55], [36, 70], [24, 84], [10, 94],
         [2, 98], [16, 98], [44, 98]],
        float,
    )
]  # fmt: skip


beside_a_foot = st.floats(-0.035, -0.03) | st.floats(-0.01, 0.01)


@given(st.sampled_from([TWO_STROKES, NO_WAIST]), beside_a_foot, st.floats(0.02, 0.035))
@settings(deadline=None, max_examples=20)
def test_no_line_along_a_foot_makes_a_2_or_a_3_a_sure_7(reader, strokes, gap, pen):
    assert reading_of(underlined(gap, pen)(strokes, np.random.default_rng(0)), reader).digit != 7


def test_an_underline_that_a_7_or_a_3_stands_on_does_not_matter(reader):
    for strokes, gap, digit in ((SEVEN_STROKES, -0.01, 7), (SEVEN_STROKES, 0.03, 7), (THREE_STROKES, -0.01, 3)):
        assert reading_of(underlined(gap)(strokes, np.random.default_rng(0)), reader).digit == digit


@given(st.sampled_from([3, 7]), st.floats(-0.05, 0.08), st.floats(0.015, 0.03), st.floats(0, 0.2), st.floats(0, 6.28))
@settings(deadline=None, max_examples=40)
def test_no_circle_with_a_gap_makes_a_sure_wrong_digit(reader, digit, away, pen, gap, begin):
    """Of a finer pen than the digit's. Where it cannot be taken away, that is said."""
    inked = written(SEVEN_STROKES if digit == 7 else THREE_STROKES)
    rows, columns = (np.flatnonzero((inked > 0.3).any(axis=axis)) / len(inked) for axis in (1, 0))
    middle = np.array([columns[0] + columns[-1], rows[0] + rows[-1]]) / 2
    angles = begin + np.linspace(0, 2 * np.pi * (1 - gap), 200)
    points = middle + (np.ptp(rows) / 2 + 0.05 + away) * np.stack([np.cos(angles), np.sin(angles)], axis=1)

    def draw(on, side):
        on.line([tuple(point) for point in points * side], 255, round(pen * side), joint="curve")

    reading = reading_of(with_lines(inked, draw), reader)
    assert reading.digit in (digit, None)


@pytest.mark.parametrize("pen", [0.1, 0.12, 0.14])
def test_a_bold_round_3_is_no_frame(reader, pen):
    """As a sans-serif prints it: its two bows lie on an ellipse."""
    above, below = (np.linspace(*turn, 30) for turn in ((-2.6, 1.5), (-1.5, 2.6)))
    bows = [
        np.stack([30 + 24 * np.cos(above), 24 + 22 * np.sin(above)], axis=1),
        np.stack([30 + 28 * np.cos(below), 70 + 25 * np.sin(below)], axis=1),
    ]
    inked = written([np.concatenate(bows)], pen=pen)
    assert reading_of(encoded(0.97 - 0.9 * inked), reader).digit == 3


@given(
    st.sampled_from([3, 7]), st.sets(st.sampled_from("lrtb"), min_size=1), st.floats(0.0, 0.06), st.floats(0.01, 0.025)
)
@settings(deadline=None, max_examples=40)
def test_no_side_of_a_frame_makes_a_sure_wrong_digit(reader, digit, which, gap, pen):
    inked = written(SEVEN_STROKES if digit == 7 else THREE_STROKES)
    rows, columns = (np.flatnonzero((inked > 0.3).any(axis=axis)) / len(inked) for axis in (1, 0))
    left, right, top, bottom = columns[0] - gap, columns[-1] + gap, rows[0] - gap, rows[-1] + gap
    ends = {
        "l": (left, top - 0.05, left, bottom + 0.05), "r": (right, top - 0.05, right, bottom + 0.05),
        "t": (left - 0.05, top, right + 0.05, top), "b": (left - 0.05, bottom, right + 0.05, bottom),
    }  # fmt: skip

    def draw(on, side):
        for one in which:
            on.line([side * place for place in ends[one]], 255, round(pen * side))

    assert reading_of(with_lines(inked, draw), reader).digit in (digit, None)


edges = st.tuples(st.floats(0, 1), st.sampled_from(["left", "right", "top", "bottom"]))


# Side by side, from a line along the border, along the digit's own strokes, and two of which one ends beside the other.
@example(3, [((0.25, "right"), (0.1, "bottom")), ((0.2, "right"), (0.97, "left"))], 0.042)
@example(
    3, [((0.16, "left"), (0.66, "bottom")), ((0.52, "left"), (0.75, "left")), ((0.58, "right"), (0.15, "left"))], 0.038
)
@example(3, [((0.49, "right"), (0.29, "bottom")), ((0.69, "right"), (0.17, "top"))], 0.044)
@example(
    3, [((0.33, "top"), (0.22, "left")), ((0.27, "top"), (0.78, "right")), ((0.31, "bottom"), (0.29, "right"))], 0.038
)
@given(st.sampled_from([3, 7]), st.lists(st.tuples(edges, edges), min_size=1, max_size=3), st.floats(0.008, 0.05))
@settings(deadline=None, max_examples=60)
def test_no_lines_across_the_picture_make_a_sure_wrong_digit(reader, digit, lines, pen):
    strokes = SEVEN_STROKES if digit == 7 else THREE_STROKES
    at = {"left": lambda t: (0, t), "right": lambda t: (1, t), "top": lambda t: (t, 0), "bottom": lambda t: (t, 1)}

    def draw(on, side):
        for line in lines:
            ends = [tuple(side * place for place in at[edge](t)) for t, edge in line]
            on.line(ends, 255, round(pen * side))

    assert reading_of(with_lines(written(strokes), draw), reader).digit in (digit, None)


@pytest.mark.parametrize("width", range(4, 10))
def test_a_line_across_the_picture_and_the_digit_is_taken_away(reader, width):
    for digit, strokes in ((3, THREE_STROKES), (7, SEVEN_STROKES)):
        for start, end in (((0.19, 0), (0.67, 1)), ((1, 0.19), (0.43, 1)), ((0, 0.3), (1, 0.7))):

            def draw(on, side, ends=(start, end)):
                on.line([tuple(side * place for place in end) for end in ends], 255, width * 4)

            assert reader.read(read(with_lines(written(strokes), draw))).digit == digit


def reading_of(data, reader):
    seen = look(data)
    return reader.read(seen.image, hindrances=seen.hindrances)


OTHERS = [
    [np.array([[20, 0], [0, 50], [50, 50]], float), np.array([[38, 20], [38, 90]], float)],
    [np.array([[0, 10], [30, 0], [45, 20], [0, 90], [50, 90]], float)],
    [np.array([[45, 0], [5, 0], [0, 40], [35, 38], [45, 65], [25, 90], [0, 80]], float)],
]
"""A 4, a 2 and a 5."""


def test_ink_too_light_for_a_digit_is_said_and_other_faint_marks_are_none(reader):
    for strokes in (THREE_STROKES, SEVEN_STROKES):
        for light in (0.03, 0.06):
            reading = reading_of(encoded(0.9 - light * written(strokes)), reader)
            assert (reading.verdict, reading.gate.reason) == ("neither", "too faint")
        assert reading_of(encoded(0.9 - 0.3 * written(strokes)), reader).digit is not None
        assert not read(encoded(0.9 - 0.05 * written(strokes))).any()
    random = np.random.default_rng(0)
    for paper in (np.full((200, 200), 0.9), 0.9 + random.normal(0, 0.01, (200, 200))):
        specked = paper.copy()
        specked[50:53, 80:84] -= 0.05
        for picture in (paper, specked):
            assert reading_of(encoded(picture), reader).verdict == "blank"


def test_squares_are_taken_away_or_it_is_said_that_they_cannot_be(reader):
    for digit, strokes in ((3, THREE_STROKES), (7, SEVEN_STROKES)):
        for degrees in (8, 10, 12):
            reading = reading_of(ruled(0.08, 0.7, True, degrees)(strokes, np.random.default_rng(degrees)), reader)
            assert reading.digit == digit or reading.gate.reason == "ruled or framed"
        as_thick = ruled(0.1, 0.9, True, 9, 0.04)(strokes, np.random.default_rng(1))
        assert reading_of(as_thick, reader).gate.reason == "ruled or framed"


@pytest.mark.parametrize("step", [0.03, 0.04, 0.05])
@pytest.mark.parametrize("degrees", [0, 9])
def test_on_densely_squared_paper_it_is_read(reader, step, degrees):
    for digit, strokes in ((3, THREE_STROKES), (7, SEVEN_STROKES)):
        picture = ruled(step, 0.9, True, degrees, 0.01)(strokes, np.random.default_rng(2))
        assert reading_of(picture, reader).digit == digit


@pytest.mark.parametrize("shade", [0.0, 0.45, 1.0])
@pytest.mark.parametrize("bars", [((40, 40), (0, 0)), ((0, 0), (60, 30)), ((12, 0), (0, 0))])
def test_bars_beside_a_picture_are_not_its_paper(reader, shade, bars):
    """As a screen has them around a picture of another shape."""
    for digit, strokes in ((3, THREE_STROKES), (7, SEVEN_STROKES)):
        paper = 0.97 - 0.9 * written(strokes) if shade < 1 else 0.2 + 0.7 * written(strokes)
        barred = encoded(np.pad(paper, bars, constant_values=shade), "JPEG")
        assert reading_of(barred, reader).digit == digit


@given(st.sampled_from([3, 7]), st.integers(6, 24), st.floats(0.2, 0.8), st.sampled_from([0, 20, 45, 90, 135]))
@settings(deadline=None, max_examples=30)
@example(3, 20, 0.5, 0)
@example(3, 20, 0.5, 90)
def test_no_stripes_make_a_sure_wrong_digit(reader, digit, step, strength, degrees):
    """Half of the paper is darker, in stripes about as wide as a stroke."""
    y, x = np.mgrid[:320, :320]
    along = x * np.cos(np.radians(degrees)) + y * np.sin(np.radians(degrees))
    for away in range(2):
        inked = np.roll(written(THREE_STROKES if digit == 3 else SEVEN_STROKES), 6 * away, (0, 1))
        striped = 0.97 - strength * (along % step < step / 2)
        assert reading_of(encoded(striped * (1 - inked) + 0.05 * inked), reader).digit in (digit, None)


@pytest.mark.parametrize("step", [16, 20])
@pytest.mark.parametrize("across", [False, True])
def test_ink_that_is_darker_than_stripes_as_wide_is_read(reader, step, across):
    for digit, strokes in ((3, THREE_STROKES), (7, SEVEN_STROKES)):
        inked = written(strokes)
        striped = np.broadcast_to(0.97 - 0.45 * (np.arange(320) % step < step / 2), inked.shape)
        picture = (striped.T if across else striped) * (1 - inked) + 0.05 * inked
        assert reading_of(encoded(picture), reader).digit == digit


@pytest.mark.parametrize(("paper", "pen"), [(0.97, 0.07), (0.94, 0.0), (0.9, 0.1)])
def test_scattered_dots_of_a_picture_in_black_and_white_do_not_matter(reader, paper, pen):
    """Grey becomes such dots, on the paper and in the ink."""
    for digit, strokes in ((3, THREE_STROKES), (7, SEVEN_STROKES)):
        grey = Image.fromarray(np.uint8(255 * (paper - (paper - pen) * written(strokes))))
        data = io.BytesIO()
        grey.convert("1").save(data, "PNG")
        assert reading_of(data.getvalue(), reader).digit == digit


@pytest.mark.parametrize("step", [30, 40, 60])
def test_a_digit_that_fine_lines_of_paper_cut_into_pieces_is_read_whole(reader, step):
    for digit, strokes in ((3, THREE_STROKES), (7, SEVEN_STROKES)):
        found = []
        for first in range(0, step, 5):
            inked = written(strokes)
            for row in range(first, len(inked), step):
                inked[row : row + 3] = 0
            found.append(reading_of(dark(inked), reader).digit)
        assert set(found) <= {digit, None}
        assert found.count(None) <= 1  # where a line lies in the 7's roof


@pytest.mark.parametrize(("step", "dot"), [(10, 5), (12, 6)])
def test_a_pattern_around_a_stroke_is_no_part_of_it(step, dot):
    inked = np.zeros((256, 256))
    for row, column in np.ndindex(dot, dot):
        inked[8 + row : -8 : step, 8 + column : -8 : step] = 1
    inked[58:198, 116:140] = 0
    inked[68:188, 126:130] = 1
    assert (look(dark(inked)).image > 20).any(axis=0).sum() < 10


def test_faint_ink_amid_noise_is_read_or_said_to_be_faint(reader):
    random = np.random.default_rng(4)
    for digit, strokes in ((3, THREE_STROKES), (7, SEVEN_STROKES)):
        for strength, noise, read_as in (
            (0.12, 0.04, digit),
            (0.2, 0.04, digit),
            (0.06, 0.01, None),
            (0.05, 0.02, None),
        ):
            paper = 0.85 * (1 - strength * written(strokes, pen=0.03)) + random.normal(0, noise, (320, 320))
            reading = reading_of(encoded(paper, "JPEG", quality=80), reader)
            assert reading.digit == read_as
            assert reading.gate.reason == (None if read_as else "too faint")


def test_a_hard_shadow_is_no_ink(reader):
    random = np.random.default_rng(5)
    read_as = [
        (digit, reading_of(in_light(written(strokes), random, hard=True), reader).digit)
        for digit, strokes in ((3, THREE_STROKES), (7, SEVEN_STROKES))
        for _ in range(6)
    ]
    assert sum(digit == found for digit, found in read_as) >= 10
    assert all(found in (digit, None) for digit, found in read_as)


@pytest.mark.parametrize("soft", [3, 30])
@pytest.mark.parametrize("across", [7, 18])
def test_through_the_shadow_of_a_blind_it_is_read(reader, soft, across):
    y, x = np.mgrid[:320, :320] / 320
    for digit, strokes in ((3, THREE_STROKES), (7, SEVEN_STROKES)):
        for lean in (3.0, 6.0):
            shadow = 0.92 - 0.41 / (1 + np.exp(-soft * np.sin(across * x + lean * y)))
            found = reading_of(encoded(shadow * (1 - 0.85 * written(strokes))), reader)
            assert found.digit in ((digit, None) if (soft, across) == (30, 18) else (digit,))


def test_stripes_of_hard_shadow_make_no_sure_wrong_digit(reader):
    stroke = [(32, 51), (30, 39), (39, 30), (82, 7), (130, 19), (129, 86), (77, 135), (121, 144), (126, 213), (3, 255)]
    y, x = np.mgrid[:320, :320] / 320
    shadow = np.where(np.sin(18 * x + 6 * y) > 0, 0.506, 0.92)
    found = reading_of(encoded(shadow * (1 - 0.85 * written([np.array(stroke, float)])), "JPEG"), reader)
    assert found.digit != 7


@pytest.mark.parametrize("pen", [0.0015, 0.004, 0.04])
def test_other_digits_alone_are_neither_framed_nor_faint(reader, pen):
    random = np.random.default_rng(2)
    for strokes in OTHERS:
        for _ in range(4):
            wobbled = [stroke + random.normal(0, 1.5, stroke.shape) for stroke in strokes]
            reason = str(reading_of(encoded(0.97 - 0.9 * written(wobbled, pen=pen)), reader).gate.reason)
            assert reason.startswith("looks like") or (pen < 0.005 and reason == "too faint")
