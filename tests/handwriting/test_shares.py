"""What pixels and units add makes the logit, and is what the logit's own slope says."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from app.handwriting import builtin
from app.handwriting.predictor import Predictor
from tests.handwriting.test_predictor import ACTIVATIONS, network, parameters

KINDS = [("linear", "none"), ("two_linear", "none"), *(("simple_net", name) for name in ACTIVATIONS)]


@pytest.mark.parametrize(("model", "activation"), KINDS)
def test_both_sums_are_the_logit(mnist, model, activation):
    predictor = Predictor(parameters(network(model, 30, activation)), model, activation)
    for image in mnist["valid_images"][:20].reshape(-1, 784):
        of, logit = predictor.shares(image), predictor.logit(image)
        assert (of.pixels is None) == (activation in ("tanh", "sigmoid"))
        assert (of.units is None) == (model == "linear")
        if of.pixels is not None:
            assert of.pixels.sum() + of.pixels_bias == pytest.approx(logit, abs=1e-5)
            assert not of.pixels[image == 0].any()
        if of.units is not None:
            assert of.units.sum() + of.units_bias == pytest.approx(logit, abs=1e-5)


@given(st.binary(min_size=784, max_size=784))
def test_both_sums_are_the_logit_of_the_built_in_network_whatever_it_sees(pixels):
    network, image = builtin.load().network, np.frombuffer(pixels, np.uint8)
    outputs, of = network.outputs(image), network.shares(image)
    assert of.pixels is not None
    assert of.units is not None
    assert of.pixels.sum() + of.pixels_bias == pytest.approx(outputs[3] - outputs[7], rel=1e-5, abs=1e-4)
    assert of.units.sum() + of.units_bias == pytest.approx(outputs[3] - outputs[7], rel=1e-5, abs=1e-4)


@pytest.mark.parametrize(("model", "activation"), [kind for kind in KINDS if kind[1] in ("relu", "none")])
def test_a_pixel_adds_its_value_times_the_slope_of_the_logit(mnist, model, activation):
    net = network(model, 30, activation)
    image = mnist["valid_images"][7].reshape(784)
    pixels = torch.tensor(image / 255, dtype=torch.float32, requires_grad=True)
    net(pixels).backward()
    assert pixels.grad is not None
    of = Predictor(parameters(net), model, activation).shares(image)
    assert of.pixels == pytest.approx((pixels * pixels.grad).detach().numpy(), abs=1e-6)


def test_a_unit_adds_through_its_own_weights(mnist):
    network, image = builtin.load().network, mnist["valid_images"][0].reshape(784)
    of = network.shares(image)
    assert of.pixels is not None
    assert of.units is not None
    assert of.weights is not None
    speaking = of.units != 0
    assert not speaking.all()
    assert image * of.weights[speaking].sum(axis=0) == pytest.approx(of.pixels, abs=1e-9)
