"""A whole model as a file."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import torch
from safetensors.numpy import load, save
from torch import Tensor

from app.checkpoint import Checkpoint, metadata
from app.events import Summary
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
    header = {"model": recipe.model, "activation": recipe.activation, "step": str(step), "epoch": str(epoch)}
    arrays = {name: value.numpy() for name, value in named.items()}
    if half:
        arrays = {name: value.clip(-HALF, HALF).astype(np.float16) for name, value in arrays.items()}
    data = save(arrays, header | dict(more or {}))
    return Checkpoint(step=step, epoch=epoch, kept=kept, data=data)


class Kept(NamedTuple):
    """What a kept model's file has: ``tensors`` under their names, and how far its run had come. ``losses``: of the
    epoch's batches so far."""

    tensors: dict[str, Tensor]
    step: int
    epoch: int
    learning_rate: float
    losses: list[float]
    summary: Summary


def read(data: bytes) -> Kept:
    """Raises ValueError where the file lacks what is needed to go on: an older one, or one in float16."""
    header = metadata(data)
    tensors = {name: torch.from_numpy(value.copy()) for name, value in load(data).items()}
    if "epoch_losses" not in header or any(value.dtype != torch.float32 for value in tensors.values()):
        raise ValueError("the model that was kept lacks what is needed to go on from it")
    return Kept(
        tensors,
        step=int(header["step"]),
        epoch=int(header["epoch"]),
        learning_rate=float(header["learning_rate"]),
        # Older files may have some of steps after theirs.
        losses=list(map(float, header["epoch_losses"].split()))[: int(header["batch"])],
        summary=Summary.model_validate_json(header["summary"]),
    )
