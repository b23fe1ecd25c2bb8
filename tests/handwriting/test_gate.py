"""What the built-in network's gate does to images that the network was not trained on."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.handwriting.builtin import FILE, load
from app.handwriting.gate import Gate, log_odds, why_not
from app.handwriting.predictor import read_safetensors
from scripts.builtin_model import junk

outputs = st.lists(st.floats(-1e4, 1e4), min_size=11, max_size=11)


@pytest.fixture(scope="module")
def model():
    return load()


def share_passed(model, images):
    return np.mean([model.gate.score(model.network.outputs(image.ravel())) >= 0 for image in images])


@given(st.lists(st.floats(-20, 20), min_size=11, max_size=11))
def test_log_odds_are_those_of_the_probabilities(z):
    odds = np.exp(z)
    ours = odds[3] + odds[7]
    assert log_odds(z) == pytest.approx(np.log(ours) - np.log(odds.sum() - ours), abs=1e-6)


@given(outputs, st.floats(-1e4, 1e4))
def test_log_odds_are_finite_and_do_not_change_where_all_outputs_rise(z, by):
    assert np.isfinite(log_odds(z))
    assert log_odds([value + by for value in z]) == pytest.approx(log_odds(z), abs=1e-6)


@pytest.mark.parametrize(
    ("likely", "reason"),
    [
        ({9: 5.0}, "looks like a 9"),
        ({8: 5.0, 3: 2.0}, "looks like an 8"),
        ({10: 5.0}, "no digit"),
        ({7: 5.0, 1: 3.0}, "not surely a 7"),
        ({3: 9.0, 7: 5.0}, "not surely a 3"),
    ],
)
def test_says_what_makes_it_neither(likely, reason):
    assert why_not([likely.get(answer, -3.0) for answer in range(11)]) == reason


def test_names_most_of_the_other_digits_that_it_refuses(model, mnist):
    images, labels = mnist["other_valid_images"], mnist["other_valid_labels"]
    outputs = [model.network.outputs(image.ravel()) for image in images]
    reasons = [(why_not(z), label) for z, label in zip(outputs, labels, strict=True) if model.gate.score(z) < 0]
    assert np.mean([reason.endswith(f" {label}") for reason, label in reasons]) >= 0.95


@given(outputs, st.floats(-10, 10))
def test_the_threshold_is_taken_off_the_score(z, threshold):
    gate = Gate(np.array([0.5, 1]), np.array([threshold, threshold - 2]), keep=0.5)
    assert gate.score(z) == pytest.approx(log_odds(z) - threshold)
    assert gate.score(z, keep=0.75) == pytest.approx(log_odds(z) - threshold + 1)


def test_thresholds_that_are_not_as_many_as_shares_are_refused():
    with pytest.raises(ValueError, match="shares kept"):
        Gate(np.array([0.5, 1]), np.array([0.0]), keep=0.9)


@pytest.mark.parametrize("keep", [0.5, 0.9, 0.98, 1])
def test_keeps_the_share_asked_for(model, mnist, keep):
    scores = [model.gate.score(model.network.outputs(image.ravel()), keep) for image in mnist["valid_images"]]
    assert np.mean(np.array(scores) >= 0) == pytest.approx(keep, abs=0.001)


def test_the_file_says_what_each_threshold_lets_through(model, mnist):
    tensors, _ = read_safetensors(FILE.read_bytes())
    scores = np.array([log_odds(model.network.outputs(image.ravel())) for image in mnist["other_valid_images"]])
    for threshold, let_through in zip(tensors["gate.thresholds"], tensors["gate.let_through"], strict=True):
        assert let_through == pytest.approx((scores >= threshold).mean(), abs=0.002)


def test_keeps_ours(model, mnist):
    assert share_passed(model, mnist["valid_images"]) >= 0.99


def test_rejects_other_digits(model, mnist):
    assert share_passed(model, mnist["other_valid_images"]) <= 0.03


def test_rejects_noise(model):
    assert share_passed(model, np.random.default_rng(0).integers(0, 256, (300, 28, 28), dtype=np.uint8)) <= 0.01


def test_rejects_inverted_images(model, mnist):
    images = junk.inverted(np.random.RandomState(3), mnist["valid_images"].reshape(-1, 784), 300)
    assert share_passed(model, images) == 0


def test_the_files_figures_are_those_measured(model, mnist):
    figures = model.figures
    assert float(figures["gate_keeps_3_7"]) == round(share_passed(model, mnist["valid_images"]), 6)
    assert float(figures["gate_rejects_other_digits"]) == round(1 - share_passed(model, mnist["other_valid_images"]), 6)
