"""The server predicts without torch: its answers must be torch's."""

import numpy as np
import pytest
import torch

from app.handwriting.digit_network import DigitNetwork


def network(hidden=20, second=8, answers=11):
    torch.manual_seed(hidden)
    layers = (torch.nn.Linear(784, hidden), torch.nn.ReLU(), torch.nn.Linear(hidden, second))
    return torch.nn.Sequential(*layers, torch.nn.ReLU(), torch.nn.Linear(second, answers))


def parameters(net, kind=np.float32):
    return {name: value.numpy().astype(kind) for name, value in net.state_dict().items()}


@pytest.mark.parametrize("kind", [np.uint8, np.float32])
def test_equals_torch(mnist, kind):
    net = network()
    images = mnist["valid_images"][:100].reshape(-1, 784)
    with torch.no_grad():
        expected = net(torch.tensor(images).float() / 255).numpy()
    numpy = DigitNetwork(parameters(net))
    assert np.array([numpy.outputs(image.astype(kind)) for image in images]) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("kind", [np.uint8, np.float32])
def test_wherever_the_ink_lies_equals_torch(kind):
    net = network()
    images = np.zeros((5, 784), kind)
    images[1, 0] = images[2, 783] = images[3, 400] = images[4, 0] = images[4, 783] = 255
    with torch.no_grad():
        expected = net(torch.tensor(images).float() / 255).numpy()
    numpy = DigitNetwork(parameters(net))
    assert np.array([numpy.outputs(image) for image in images]) == pytest.approx(expected, abs=1e-5)


def test_an_image_is_not_written_to(mnist):
    image = mnist["valid_images"][0].ravel().astype(np.float32)
    before = image.copy()
    DigitNetwork(parameters(network())).outputs(image)
    assert np.array_equal(image, before)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"4.bias": None}, r"4\.bias is missing"),
        ({"0.weight": np.zeros((20, 100), np.float32)}, "784 inputs"),
        ({"2.weight": np.zeros((8, 19), np.float32)}, "20 inputs"),
        ({"4.weight": np.zeros((2, 8), np.float32), "4.bias": np.zeros(2, np.float32)}, "2 outputs, not 11"),
        ({"2.bias": np.full(8, np.nan, np.float32)}, "not finite"),
    ],
)
def test_refuses_what_is_not_the_network(changes, message):
    changed = {name: v for name, v in (parameters(network()) | changes).items() if v is not None}
    with pytest.raises(ValueError, match=message):
        DigitNetwork(changed)
