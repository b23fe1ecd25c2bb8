import torch
from safetensors import safe_open
from safetensors.torch import load

from app.learning.checkpoint import checkpoint
from app.recipe import Recipe


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
