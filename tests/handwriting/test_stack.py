"""A stack answers what each of its models answers by itself."""

import numpy as np
import pytest
from safetensors.numpy import save

from app.handwriting.predictor import from_safetensors
from app.handwriting.stack import Stack
from tests.handwriting.test_predictor import network, parameters


def predictor(model="simple_net", hidden=30, activation="relu", scale=1.0, seed=0):
    values = parameters(network(model, hidden, activation))
    random = np.random.default_rng(seed)
    values = {name: (random.normal(0, 0.1, value.shape) * scale).astype(np.float32) for name, value in values.items()}
    return from_safetensors(save(values, {"model": model, "activation": activation}))


def same(predictors, image):
    found = Stack(predictors).logits(image)
    expected = [np.nan if each is None else each.logit(image.reshape(-1)) for each in predictors]
    assert found == pytest.approx(expected, rel=1e-4, abs=1e-4, nan_ok=True)
    return found


@pytest.mark.parametrize(
    ("model", "activation"),
    [
        ("linear", "relu"),
        ("two_linear", "relu"),
        *(("simple_net", each) for each in ("relu", "tanh", "sigmoid", "none")),
    ],
)
def test_it_equals_its_models(mnist, model, activation):
    predictors = [predictor(model, 7, activation, seed=seed) for seed in range(5)]
    logits = same(predictors, mnist["valid_images"][3])
    assert len(set(logits.tolist())) == 5


def test_models_that_diverged_are_not_numbers_and_large_ones_do_not_overflow(mnist):
    image = mnist["valid_images"][3]
    same([None, predictor(seed=1), None, predictor(scale=1e19, seed=2), predictor(seed=3)], image)
    same([None, None], image)
    same([predictor(scale=1e19)], image)
    assert len(Stack([])) == 0
    assert Stack([]).logits(image).tolist() == []


def test_models_of_other_layers_are_no_stack():
    for other in (predictor(hidden=3), predictor("linear")):
        with pytest.raises(ValueError, match="same layers"):
            Stack([predictor(hidden=4), other])
