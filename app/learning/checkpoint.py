"""A whole model as a file."""

from collections.abc import Mapping

import numpy as np
from safetensors.numpy import save
from torch import Tensor

from app.checkpoint import Checkpoint
from app.recipe import Recipe

HALF = float(np.finfo(np.float16).max)


def checkpoint(
    named: Mapping[str, Tensor],
    recipe: Recipe,
    *,
    step: int,
    epoch: int,
    kept: bool,
    more: Mapping[str, str] | None = None,
    half: bool = False,
) -> Checkpoint:
    """Parameters on the CPU under PyTorch's names, and whatever else is needed to go on, as a safetensors file with
    ``more`` metadata. ``half``: rounded to float16, whose largest number is 65,504."""
    metadata = {"model": recipe.model, "activation": recipe.activation, "step": str(step), "epoch": str(epoch)}
    arrays = {name: value.numpy() for name, value in named.items()}
    if half:
        arrays = {name: value.clip(-HALF, HALF).astype(np.float16) for name, value in arrays.items()}
    data = save(arrays, metadata | dict(more or {}))
    return Checkpoint(step=step, epoch=epoch, kept=kept, data=data)
