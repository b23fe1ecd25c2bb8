"""The eleven-way network, trained: images in chunks → its parameters.

It is trained twice. First at a rate that rises and falls, which finds good weights. Then it goes on from them at one
rate, and the mean of all the weights that it has on that way reads better than any of them (Izmailov et al., "Averaging
Weights Leads to Wider Optima and Better Generalization", 2018).
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader

from app.data import Arrays
from scripts.builtin_model.batches import BATCH, CHUNK, DRAWINGS, Chunks

STEPS, MORE_STEPS = 12_000, 3_000
"""Of the first training, and of the second."""
HIDDEN = 384
SECOND = 64
USES = 3
"""How often the first training learns from each chunk: a distorted image costs more to make than to learn from."""
LEARNING_RATE, RATE_AFTER = 0.003, 0.003
"""The highest of the first training's one-cycle schedule, and the second's."""
WEIGHT_DECAY = 0.02
SMOOTHING = 0.01
"""Label smoothing: the share of the truth given to all eleven answers alike."""
AVERAGE = 0.999
"""What the moving average of the first training's weights keeps at each step."""
RISE, UNCOUNTED = 100, 200
"""Steps in which the second training's rate rises, and after which weights count for the mean."""

Parameters = Mapping[str, NDArray[Any]]
Said = Callable[[int, float], None]


def network(hidden: int = HIDDEN, second: int = SECOND) -> nn.Sequential:
    return nn.Sequential(nn.Linear(784, hidden), nn.ReLU(), nn.Linear(hidden, second), nn.ReLU(), nn.Linear(second, 11))


def trained(
    arrays: Arrays, seed: int, steps: int = STEPS, say: Said = lambda step, loss: None, drawings: int = DRAWINGS
) -> Parameters:
    """The first training's, named as ``network``'s state. ``say`` is given each 500th step and its loss. Another
    process makes the images, the same ones for the same ``seed``; one thread of this one learns from them, in the same
    order."""
    torch.manual_seed(seed)
    net = network()
    optimizer = torch.optim.AdamW(net.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=steps, pct_start=0.15)
    average = [value.detach().clone() for value in net.parameters()]
    chunks = Chunks(arrays, seed, -(-steps * BATCH // (USES * CHUNK)), drawings)
    for step, (inputs, labels) in enumerate(_batches(chunks, steps, USES, seed), 1):
        loss = _learn(net, inputs, labels, optimizer)
        schedule.step()
        _average(average, net, 1 - min(AVERAGE, step / (step + 10)))  # a shorter memory at first: it forgets its begin
        if step % 500 == 0:
            say(step, loss.item())
    return _named(net, average)


def settled(
    arrays: Arrays,
    begin: Parameters,
    seed: int,
    steps: int = MORE_STEPS,
    say: Said = lambda step, loss: None,
    drawings: int = DRAWINGS,
) -> Parameters:
    """The second training's, which begins with ``begin``, ``trained``'s, and learns from each chunk once. Of its 7s
    more have bars, half of these low, and all that it learns from leans more."""
    net = network()
    net.load_state_dict({name: torch.tensor(value, dtype=torch.float32) for name, value in begin.items()})
    optimizer = torch.optim.AdamW(net.parameters(), lr=RATE_AFTER, weight_decay=WEIGHT_DECAY, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min(1.0, (step + 1) / RISE))
    average = [value.detach().clone() for value in net.parameters()]
    chunks = Chunks(arrays, seed, -(-steps * BATCH // CHUNK), drawings, harder=True)
    for step, (inputs, labels) in enumerate(_batches(chunks, steps, 1, seed + 1), 1):
        loss = _learn(net, inputs, labels, optimizer)
        schedule.step()
        if step > UNCOUNTED:
            _average(average, net, 1 / (step - UNCOUNTED))
        if step % 500 == 0:
            say(step, loss.item())
    return _named(net, average)


def _batches(chunks: Chunks, steps: int, uses: int, order: int) -> Iterator[tuple[Tensor, Tensor]]:
    """``steps`` times images ``[BATCH, 784]`` of 0-1 and their labels, each chunk ``uses`` times in an order that the
    seed ``order`` gives."""
    loader = DataLoader(
        chunks,
        batch_size=None,
        num_workers=1,
        prefetch_factor=2,
        generator=torch.Generator().manual_seed(order),
    )
    generator = torch.Generator().manual_seed(order)
    for images, labels in loader:
        inputs = images.float() / 255
        for _ in range(uses):
            for batch in torch.randperm(CHUNK, generator=generator).split(BATCH):  # type: ignore[no-untyped-call]
                if steps == 0:
                    return
                steps -= 1
                yield inputs[batch], labels[batch]


def _learn(net: nn.Module, inputs: Tensor, labels: Tensor, optimizer: torch.optim.Optimizer) -> Tensor:
    """One step; its loss."""
    optimizer.zero_grad()
    loss = cross_entropy(net(inputs), labels, label_smoothing=SMOOTHING)
    loss.backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    return loss


def _average(average: list[Tensor], net: nn.Module, share: float) -> None:
    """Move ``average`` by ``share`` towards the weights of ``net``."""
    with torch.no_grad():
        torch._foreach_lerp_(average, list(net.parameters()), share)


def _named(net: nn.Module, values: list[Tensor]) -> Parameters:
    names = (name for name, _ in net.named_parameters())
    return {name: value.numpy() for name, value in zip(names, values, strict=True)}
