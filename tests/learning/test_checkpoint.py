import json

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load

from app.checkpoint import Checkpoint
from app.events import Steps, Summary
from app.handwriting.predictor import from_safetensors
from app.learning.checkpoint import checkpoint
from app.learning.dataset import Digits
from app.learning.learner import METRICS, Learner
from app.recipe import Recipe
from tests.learning.scripted import STOP, of, play


def test_anyone_can_read_it_back(tmp_path) -> None:
    named = {"0.weight": torch.rand(1, 784), "0.bias": torch.rand(1)}
    made = checkpoint(named, Recipe(model="linear", activation="tanh"), step=98, epoch=2, kept=True)
    assert (made.step, made.epoch, made.kept) == (98, 2, True)
    back = load(made.data)
    assert back.keys() == named.keys()
    assert all(torch.equal(back[name], named[name]) for name in named)
    (tmp_path / "model.safetensors").write_bytes(made.data)
    with safe_open(tmp_path / "model.safetensors", "numpy") as file:
        assert file.metadata() == {"model": "linear", "activation": "tanh", "step": "98", "epoch": "2"}


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
def test_a_kept_one_holds_what_is_needed_to_go_on(optimizer: str, few_digits: Digits) -> None:
    """From the middle of an epoch, to the very bits."""
    recipe = Recipe(epochs=2, optimizer=optimizer, learning_rate=0.01, hidden=5)  # type: ignore[arg-type]
    whole, _ = play(recipe, few_digits)
    losses = [loss for steps in of(whole, Steps) for loss in steps.loss]
    stopped, _ = play(recipe, few_digits, {4: [STOP]})
    kept = of(stopped, Checkpoint)[-1]
    tensors = load(kept.data)
    header = json.loads(kept.data[8 : 8 + int.from_bytes(kept.data[:8], "little")])["__metadata__"]
    assert (header["step"], header["epoch"], header["batch"]) == ("4", "1", "1")
    assert [float(loss) for loss in header["epoch_losses"].split()] == losses[3:4]
    assert float(header["learning_rate"]) == 0.01
    assert Summary.model_validate_json(header["summary"]).valid_loss == stopped[-1].summary.valid_loss  # type: ignore[union-attr]

    again = Recipe.model_validate_json(header["recipe"])
    learner = Learner.alone(again, few_digits, torch.device("cpu"))
    own = learner.parameters.begin
    packed = learner.parameters.packed({n: tensors[n] for n in own})
    for value, saved in zip(learner.parameters.values, packed, strict=True):
        value.copy_(saved)
    for name, state in learner.optimizer.state.items():
        saved_state = learner.parameters.packed({n: tensors[f"optimizer.{name}.{n}"] for n in own})
        for value, saved in zip(state, saved_state, strict=True):
            value.copy_(saved)
    learner.taken = int(header["step"])
    found = []
    for step in range(4, 6):
        learner.shuffle(2)
        metrics = torch.empty(METRICS, 1)
        learner.step(step - 3, metrics.unbind())
        found.append(float(f"{metrics[0, 0].item() / learner.batch_sizes[step - 3]:.9g}"))  # as it is logged
    assert found == losses[4:]
    from_safetensors(kept.data).logit(few_digits.valid_images[0].numpy())
