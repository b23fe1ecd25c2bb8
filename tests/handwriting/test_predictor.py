"""The server predicts without torch: its answers must be torch's."""

from collections.abc import Callable
from decimal import Decimal

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save

from app.handwriting.predictor import Predictor, from_safetensors, probability

ACTIVATIONS = {"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh, "sigmoid": torch.nn.Sigmoid, "none": torch.nn.Identity}


def network(model, hidden=30, activation="relu"):
    torch.manual_seed(hidden)
    layers: dict[str, Callable[[], list[torch.nn.Module]]] = {
        "linear": lambda: [torch.nn.Linear(784, 1)],
        "two_linear": lambda: [torch.nn.Linear(784, hidden), torch.nn.Linear(hidden, 1)],
        "simple_net": lambda: [torch.nn.Linear(784, hidden), ACTIVATIONS[activation](), torch.nn.Linear(hidden, 1)],
    }
    return torch.nn.Sequential(*layers[model]())


def parameters(net):
    return {name: value.numpy() for name, value in net.state_dict().items()}


@pytest.mark.parametrize("model", ["linear", "two_linear", "simple_net"])
@pytest.mark.parametrize("hidden", [1, 30, 256])
def test_equals_torch(mnist, model, hidden):
    net = network(model, hidden)
    predictor = from_safetensors(save(parameters(net), {"model": model, "step": "0", "epoch": "0"}))
    images = mnist["valid_images"][:200].reshape(-1, 784)
    with torch.no_grad():
        expected = net(torch.tensor(images).float() / 255).squeeze(1)
        chances = expected.sigmoid().tolist()
    logits = [predictor.logit(image) for image in images]
    assert logits == pytest.approx(expected.tolist(), abs=1e-5)
    assert [probability(logit) for logit in logits] == pytest.approx(chances, abs=1e-5)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("scale", [1, 1000])
def test_equals_torch_with_every_activation(mnist, activation, scale):
    net = network("simple_net", 20, activation)
    for value in net.parameters():
        value.data *= scale
    predictor = from_safetensors(save(parameters(net), {"model": "simple_net", "activation": activation}))
    images = mnist["valid_images"][:50].reshape(-1, 784)
    with torch.no_grad():
        expected = net(torch.tensor(images).float() / 255).squeeze(1)
    assert [predictor.logit(image) for image in images] == pytest.approx(
        expected.tolist(), rel=1e-4, abs=1e-5 * scale**2
    )


def test_refuses_an_activation_it_does_not_know():
    with pytest.raises(ValueError, match="activation is 'gelu', not one of"):
        Predictor(parameters(network("simple_net")), "simple_net", "gelu")


def test_a_logit_is_finite_even_where_float32_overflows():
    huge = {name: np.full_like(value, 3e38) for name, value in parameters(network("simple_net")).items()}
    assert np.isfinite(Predictor(huge, "simple_net").logit(np.full(784, 255, np.uint8)))


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_refuses_a_diverged_network(bad):
    broken = parameters(network("simple_net"))
    broken["0.weight"][3, 5] = bad
    with pytest.raises(ValueError, match=r"0\.weight has values that are not finite"):
        Predictor(broken, "simple_net")


@pytest.mark.parametrize(
    ("model", "changes", "message"),
    [
        ("resnet", {}, "not one of"),
        ("simple_net", {"2.bias": None}, r"2\.bias is missing"),
        ("simple_net", {"0.weight": np.zeros((30, 100), np.float32)}, "784 inputs"),
        ("simple_net", {"0.weight": np.zeros(784, np.float32)}, "784 inputs"),
        ("simple_net", {"2.weight": np.zeros((1, 29), np.float32)}, "30 inputs"),
        ("simple_net", {"2.weight": np.zeros((2, 30), np.float32), "2.bias": np.zeros(2, np.float32)}, "2 outputs"),
        ("simple_net", {"2.bias": np.zeros(1, np.int64)}, "floating-point"),
    ],
)
def test_refuses_what_is_not_the_model(model, changes, message):
    changed = {name: v for name, v in (parameters(network("simple_net")) | changes).items() if v is not None}
    with pytest.raises(ValueError, match=message):
        Predictor(changed, model)


@given(st.binary(max_size=200))
def test_any_other_bytes_are_refused(data):
    with pytest.raises(ValueError, match="safetensors"):
        from_safetensors(data)


def test_refuses_a_truncated_file_and_one_of_no_named_model():
    data = save(parameters(network("linear")), {"model": "linear"})
    with pytest.raises(ValueError, match="safetensors"):
        from_safetensors(data[:-1])
    with pytest.raises(ValueError, match="not one of"):
        from_safetensors(save(parameters(network("linear"))))


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_probability_of_any_logit(logit):
    assert 0 <= probability(logit) <= 1
    assert probability(logit) + probability(-logit) == pytest.approx(1)


@given(st.floats(-700, 700))
def test_probability_is_right_to_a_few_digits_however_small(logit):
    exact = 1 / (1 + (-Decimal(logit)).exp())
    assert probability(logit) == pytest.approx(float(exact), rel=1e-12, abs=0)


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid", "none"])
@pytest.mark.parametrize("model", ["linear", "two_linear", "simple_net"])
def test_many_images_at_once_have_the_logits_of_each(model, activation):
    random = np.random.RandomState(0)
    names = {"linear": ["0"], "two_linear": ["0", "1"], "simple_net": ["0", "2"]}[model]
    shapes = [(1, 784)] if model == "linear" else [(5, 784), (1, 5)]
    parameters: dict[str, np.ndarray] = {}
    for name, shape in zip(names, shapes, strict=True):
        parameters |= {f"{name}.weight": random.normal(size=shape), f"{name}.bias": random.normal(size=shape[0])}
    predictor = Predictor(parameters, model, activation)
    images = random.randint(0, 256, (20, 784), np.uint8)
    assert predictor.logits(images) == pytest.approx([predictor.logit(image) for image in images], rel=1e-4)
