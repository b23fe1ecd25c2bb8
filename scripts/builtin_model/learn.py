"""The eleven-way network, trained: images in chunks → its parameters, the mean of those it had on the way."""

from collections.abc import Callable, Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader

from app.data import Arrays
from scripts.builtin_model.batches import BATCH, CHUNK, DRAWINGS, Chunks

STEPS = 12_000
HIDDEN = 384
SECOND = 64
USES = 3
"""How often each chunk is learned from: a distorted image costs more to make than to learn from."""
LEARNING_RATE = 0.003
"""The highest, of a one-cycle schedule."""
WEIGHT_DECAY = 0.02
SMOOTHING = 0.01
"""Label smoothing: the share of the truth given to all eleven answers alike."""
AVERAGE = 0.999
"""What the moving average of the weights keeps at each step."""

Parameters = Mapping[str, NDArray[np.float32]]
Said = Callable[[int, float], None]


def network(hidden: int = HIDDEN, second: int = SECOND) -> nn.Sequential:
    return nn.Sequential(nn.Linear(784, hidden), nn.ReLU(), nn.Linear(hidden, second), nn.ReLU(), nn.Linear(second, 11))


def trained(
    arrays: Arrays, seed: int, steps: int = STEPS, say: Said = lambda step, loss: None, drawings: int = DRAWINGS
) -> Parameters:
    """Named as ``network``'s state. ``say`` is given each 500th step and its loss. Another process makes the images,
    the same ones for the same ``seed``; one thread of this one learns from them, in the same order."""
    torch.manual_seed(seed)
    net = network()
    parameters: list[torch.Tensor] = list(net.parameters())
    average = [value.detach().clone() for value in parameters]
    optimizer = torch.optim.AdamW(parameters, lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=steps, pct_start=0.15)
    a_chunk = USES * CHUNK // BATCH
    chunks = DataLoader(
        Chunks(arrays, seed, -(-steps // a_chunk), drawings),
        batch_size=None,
        num_workers=1,
        prefetch_factor=2,
        generator=torch.Generator().manual_seed(seed),
    )
    generator = torch.Generator().manual_seed(seed)
    step = 0
    for images, labels in chunks:
        inputs = images.float() / 255
        for _ in range(USES):
            for batch in torch.randperm(CHUNK, generator=generator).split(BATCH):  # type: ignore[no-untyped-call]
                if step == steps:
                    break
                optimizer.zero_grad()
                loss = cross_entropy(net(inputs[batch]), labels[batch], label_smoothing=SMOOTHING)
                loss.backward()  # type: ignore[no-untyped-call]
                optimizer.step()
                schedule.step()
                step += 1
                keep = min(AVERAGE, step / (step + 10))  # a shorter memory at first, which forgets where it began
                with torch.no_grad():
                    torch._foreach_lerp_(average, parameters, 1 - keep)
                if step % 500 == 0:
                    say(step, loss.item())
    names = (name for name, _ in net.named_parameters())
    return {name: value.numpy() for name, value in zip(names, average, strict=True)}
