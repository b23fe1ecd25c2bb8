import numpy as np
import pytest

from app.handwriting import builtin
from app.recipe import Recipe


def test_the_shipped_model_is_as_good_as_its_file_says(mnist):
    model = builtin.load()
    logits = np.array([model.predictor.logit(image.ravel()) for image in mnist["valid_images"]])
    accuracy = ((logits > 0) == (mnist["valid_labels"] == 3)).mean()
    assert accuracy == pytest.approx(float(model.figures["valid_accuracy"]), abs=1e-6)
    assert accuracy >= 0.995


def test_the_file_says_how_it_was_made():
    model = builtin.load()
    recipe = Recipe.model_validate_json(model.figures["recipe"])
    assert recipe.model == model.predictor.model
    assert recipe.steps == model.step


def test_the_file_is_small():
    assert builtin.FILE.stat().st_size < 1_000_000


def test_a_damaged_file_is_refused(tmp_path):
    damaged = tmp_path / "builtin.safetensors"
    damaged.write_bytes(builtin.FILE.read_bytes()[:-1])
    with pytest.raises(ValueError, match="safetensors"):
        builtin.load(damaged)
