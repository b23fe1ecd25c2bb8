"""A whole model as a file."""

from collections.abc import Mapping

from safetensors.numpy import save
from torch import Tensor

from app.checkpoint import Checkpoint
from app.recipe import Recipe


def checkpoint(
    named: Mapping[str, Tensor],
    recipe: Recipe,
    *,
    step: int,
    epoch: int,
    kept: bool,
    more: Mapping[str, str] | None = None,
) -> Checkpoint:
    """Parameters on the CPU under PyTorch's names, and whatever else is needed to go on, as a safetensors file with
    ``more`` metadata."""
    metadata = {"model": recipe.model, "activation": recipe.activation, "step": str(step), "epoch": str(epoch)}
    data = save({name: value.numpy() for name, value in named.items()}, metadata | dict(more or {}))
    return Checkpoint(step=step, epoch=epoch, kept=kept, data=data)
