import numpy as np
import pytest
from safetensors.numpy import load, save

from app.handwriting import builtin
from scripts.builtin_model import learn
from scripts.train_builtin import ordered


def test_the_shipped_model_is_as_good_as_its_file_says(mnist):
    model = builtin.load()
    outputs = np.array([model.network.outputs(image.ravel()) for image in mnist["valid_images"]])
    accuracy = ((outputs[:, 3] > outputs[:, 7]) == (mnist["valid_labels"] == 3)).mean()
    assert accuracy == pytest.approx(float(model.figures["valid_accuracy"]), abs=1e-6)
    assert accuracy >= 0.998


def test_it_knows_the_other_digits_too(mnist):
    network = builtin.load().network
    named = np.array([np.argmax(network.outputs(image.ravel())) for image in mnist["other_valid_images"]])
    assert (named == mnist["other_valid_labels"]).mean() >= 0.95


def test_the_file_says_how_it_was_made():
    model = builtin.load()
    assert model.step == int(model.figures["step"]) == learn.STEPS + learn.MORE_STEPS
    assert model.figures["seed"].isdigit()


def test_the_same_model_is_the_same_file():
    figures = {f"figure {at}": "é" for at in range(20)}  # in an order that is another one each time
    first, *others = (ordered(save({"a": np.arange(3)}, figures)) for _ in range(5))
    assert all(other == first for other in others)
    assert load(first)["a"].tolist() == [0, 1, 2]
    assert ordered(builtin.FILE.read_bytes()) == builtin.FILE.read_bytes()


def test_the_file_is_small():
    assert builtin.FILE.stat().st_size < 1_000_000


def test_a_damaged_file_is_refused(tmp_path):
    damaged = tmp_path / "builtin.safetensors"
    damaged.write_bytes(builtin.FILE.read_bytes()[:-1])
    with pytest.raises(ValueError, match="safetensors"):
        builtin.load(damaged)
