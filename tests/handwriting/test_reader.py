import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from app.handwriting import fill, ink
from app.handwriting.gate import NO_DIGIT
from app.handwriting.hindrances import CUT, FAINT, RULED, Hindrances
from app.handwriting.picture import read
from app.handwriting.predictor import Predictor, probability
from app.handwriting.reader import SURE_OF_A_PART
from benchmarks.pictures import encoded
from scripts.builtin_model import junk


def test_reads_validation_images(mnist, reader):
    readings = [reader.read(image) for image in mnist["valid_images"]]
    right = [reading.digit == label for reading, label in zip(readings, mnist["valid_labels"], strict=True)]
    assert np.mean(right) >= 0.985
    assert all(reading.digit is None or str(reading.digit) == reading.verdict for reading in readings)


@pytest.mark.parametrize("brightest", [0, 25])
def test_no_ink_is_blank(reader, brightest):
    reading = reader.read(np.full(784, brightest, np.uint8))
    assert (reading.verdict, reading.digit) == ("blank", None)


def test_a_circle_is_neither_however_sure_the_network_is(reader):
    angle = np.linspace(0, 2 * np.pi, 60)
    reading = reader.read(ink.draw([np.stack([np.cos(angle), np.sin(angle)], axis=1)]))
    assert (reading.verdict, reading.digit) == ("neither", None)
    assert reading.probability_3 == probability(reading.logit)


def test_the_probability_is_the_sigmoid_of_two_outputs(mnist, reader):
    for image in mnist["valid_images"][:50]:
        outputs = reader.network.outputs(image.ravel())
        reading = reader.read(image)
        assert reading.logit == pytest.approx(outputs[3] - outputs[7])
        assert reading.probability_3 == probability(reading.logit)


def test_reads_with_another_model_behind_the_same_gate(mnist, reader):
    three = mnist["valid_images"][mnist["valid_labels"] == 3][0]
    contrary = Predictor({"0.weight": np.zeros((1, 784), np.float32), "0.bias": np.array([-2.0])}, "linear")
    assert reader.read(three).verdict == "3"
    assert reader.read(three, contrary).verdict == "7"
    assert reader.read(np.zeros(784, np.uint8), contrary).verdict == "blank"


@pytest.mark.parametrize(("label", "wrong"), [(3, "7"), (7, "3")])
def test_a_digit_in_a_frame_or_on_lines_is_hardly_ever_the_wrong_one(mnist, reader, label, wrong):
    digits = mnist["valid_images"][mnist["valid_labels"] == label].reshape(-1, 784)
    verdicts = [reader.read(image).verdict for image in junk.framed(np.random.RandomState(5), digits, 500)]
    assert np.mean([verdict == wrong for verdict in verdicts]) <= 0.01


@pytest.mark.parametrize("lines", [5, 6, 8, 12, 20, 40])
def test_a_zigzag_that_fills_the_canvas_is_neither(reader, lines):
    across = np.array([(i % 2, i / lines) for i in range(lines + 1)], np.float64)
    for strokes in ([across], [across[:, ::-1]]):
        reading = reader.read(ink.draw(strokes), most_ink=fill.MOST_DRAWN)
        assert (reading.verdict, reading.digit) == ("neither", None)
        assert reading.gate.reason == fill.REASON


def test_no_digit_has_too_much_ink(mnist):
    assert not any(fill.too_full(image) for image in (*mnist["train_images"], *mnist["valid_images"]))


def test_the_gate_decides_by_its_score(mnist, reader):
    for images in (mnist["valid_images"][:200], mnist["other_valid_images"][:200]):
        for reading in map(reader.read, images):
            assert (reading.gate.reason is None) == (reading.gate.score >= 0)
            assert (reading.digit is not None) == (reading.gate.score >= 0)


def test_faint_ink_is_said_where_it_would_be_read_if_it_were_darker(mnist, reader):
    for image in mnist["valid_images"][:100]:
        bright, faint, fainter = (reader.read(image // share) for share in (1, 8, 16))
        if bright.digit is not None and bright.gate.score > 1:
            assert (faint.verdict, faint.gate.reason) == (fainter.verdict, fainter.gate.reason) == ("neither", FAINT)
    others = [reader.read(image // 16) for image in mnist["other_valid_images"][:300]]
    assert np.mean([reading.verdict == "blank" for reading in others]) > 0.97


def test_frames_and_rulings_are_said_and_never_of_a_digit_alone(mnist, reader):
    digits = mnist["valid_images"].reshape(-1, 784)
    framed = [reader.read(image) for image in junk.framed(np.random.RandomState(5), digits, 300)]
    said = [reading.gate.reason == RULED for reading in framed if reading.gate.reason in (RULED, NO_DIGIT)]
    assert np.mean(said) > 0.3
    for image in (*mnist["valid_images"][:500], *mnist["other_valid_images"][:1500]):
        assert reader.read(image).gate.reason != RULED


@pytest.mark.parametrize(
    ("hindrances", "reason"),
    [(Hindrances(surrounded=True), RULED), (Hindrances(thin=True), FAINT), (Hindrances(), NO_DIGIT)],
)
def test_what_hindered_a_picture_is_the_reason_where_it_looks_like_no_digit(mnist, reader, hindrances, reason):
    nothing = np.random.default_rng(0).integers(0, 256, 784, dtype=np.uint8) // 2
    assert reader.read(nothing, hindrances=hindrances).gate.reason == reason
    for image in (*mnist["valid_images"][:50], *mnist["other_valid_images"][:50]):
        alone, hindered = reader.read(image), reader.read(image, hindrances=hindrances)
        if alone.digit is not None or str(alone.gate.reason).startswith("looks like"):
            assert hindered == alone


def test_of_a_part_it_has_to_be_surer(mnist, reader):
    found = [image for image in mnist["valid_images"] if reader.read(image).digit is not None]
    slight = [image for image in found if abs(reader.read(image).logit) < SURE_OF_A_PART]
    assert 0 < len(slight) < 0.1 * len(found)
    for image in slight:
        reading = reader.read(image, hindrances=Hindrances(cut=True))
        assert (reading.verdict, reading.gate.reason) == ("neither", CUT)
        assert reading.gate.score >= 0


def test_a_foot_that_a_line_may_hide_makes_no_7(mnist, reader):
    for image in mnist["valid_images"][:100]:
        alone, underlined = reader.read(image), reader.read(image, hindrances=Hindrances(underlined=True))
        hidden = alone.digit == 7
        assert underlined.verdict == ("neither" if hidden else alone.verdict)
        assert underlined.gate.reason == (RULED if hidden else alone.gate.reason)


def test_what_may_be_no_ink_is_never_a_digit(mnist, reader):
    read = [reader.read(image, hindrances=Hindrances(faint=True)) for image in mnist["valid_images"][:50]]
    assert {(reading.verdict, reading.gate.reason) for reading in read} <= {("neither", FAINT), ("blank", None)}
    assert reader.read(mnist["valid_images"][0], hindrances=Hindrances(faint=True)).verdict == "neither"


wobbles = st.lists(st.floats(-3, 3), min_size=20, max_size=20).map(lambda values: np.reshape(values, (10, 2)))
SEVEN = np.array([[0, 2], [16, 3], [32, 1], [46, 0], [42, 16], [36, 30], [30, 46], [24, 62], [20, 78], [18, 90]], float)
THREE = np.array(
    [[0, 12], [14, 2], [34, 0], [48, 12], [40, 32], [20, 42], [42, 48], [54, 66], [40, 86], [4, 88]], float
)


@given(st.sampled_from([SEVEN, THREE]), wobbles, st.integers(1, 8), st.booleans())
@settings(deadline=None)
def test_a_stroke_split_in_two_is_read_as_the_same_in_any_order(reader, digit, wobble, at, backwards):
    stroke = digit + wobble
    parts = [stroke[: at + 1], stroke[at:][::-1] if backwards else stroke[at:]]
    whole = reader.read(ink.draw([stroke]))
    for strokes in (parts, parts[::-1]):
        split = reader.read(ink.draw(strokes))
        assert split.logit == pytest.approx(whole.logit, abs=1.5)
        assert split.digit == whole.digit or min(abs(split.gate.score), abs(whole.gate.score)) < 1


@given(st.sampled_from([SEVEN, THREE]), wobbles)
@settings(deadline=None, max_examples=40)
def test_strokes_pixels_and_a_picture_of_one_drawing_agree(reader, digit, wobble):
    image = ink.draw([digit + wobble])
    drawn = reader.read(image, most_ink=fill.MOST_DRAWN)
    assert reader.read(image.ravel()) == drawn
    assert reader.read(read(encoded(image))) == drawn  # is placed as MNIST's are: it comes back as it is
    large = Pillow.fromarray(255 - np.pad(image, 6)).resize((320, 320), Pillow.Resampling.BICUBIC)
    shown = reader.read(read(encoded(np.asarray(large))))
    assert shown.digit == drawn.digit or min(abs(shown.gate.score), abs(drawn.gate.score)) < 2
    assert {shown.digit, drawn.digit} != {3, 7}
