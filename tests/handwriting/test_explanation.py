"""The reasons of a reading, as they are told."""

import numpy as np
import pytest

from app.handwriting.explanation import LEVELS, NEAREST, PICTURED, Explainer
from app.handwriting.reader import Reader


@pytest.fixture(scope="module")
def reader():
    return Reader.built_in()


@pytest.fixture(scope="module")
def explainer(reader, mnist):
    return Explainer(reader.baseline, mnist["train_images"], mnist["train_labels"])


def test_the_nearest_digits_are_those_of_the_least_mean_difference(reader, explainer, mnist):
    image = mnist["valid_images"][100]
    differences = np.abs(mnist["train_images"].astype(float) - image).mean(axis=(1, 2)) / 255
    nearest = explainer.explain(image, reader.shares(image)).nearest
    assert [each.index for each in nearest] == np.argsort(differences, kind="stable")[:NEAREST].tolist()
    assert [each.distance for each in nearest] == pytest.approx(np.sort(differences)[:NEAREST])
    for each in nearest:
        assert each.image == mnist["train_images"][each.index].ravel().tolist()
        assert each.digit == mnist["train_labels"][each.index]


def test_a_training_digit_is_its_own_neighbour(reader, explainer, mnist):
    image = mnist["train_images"][12_395]
    first = explainer.explain(image, reader.shares(image)).nearest[0]
    assert (first.index, first.distance) == (12_395, 0)


def test_the_baselines_pixels_add_up_to_how_much_nearer_the_three_is(reader, explainer, mnist):
    image = mnist["valid_images"][3]
    nearness = reader.read(image).baseline
    explanation = explainer.explain(image, reader.shares(image))
    assert sum(explanation.baseline) == pytest.approx(nearness.distance_7 - nearness.distance_3, abs=1e-6)


def test_units_come_the_loudest_first_and_silent_ones_not_at_all(reader, explainer, mnist):
    image = mnist["valid_images"][0]
    units = explainer.explain(image, reader.shares(image)).units
    sizes = [abs(each.adds) for each in units]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] > 0
    pictured = [each for each in units if each.weights]
    assert pictured == units[:PICTURED]
    assert max(abs(level) for each in pictured for level in each.weights) == LEVELS


def test_what_is_blank_has_an_explanation_too(reader, explainer):
    image = np.zeros((28, 28), np.uint8)
    explanation = explainer.explain(image, reader.shares(image))
    assert not any(explanation.pixels)
    assert explanation.pixels_bias == pytest.approx(reader.read(image).logit, abs=1e-4)
