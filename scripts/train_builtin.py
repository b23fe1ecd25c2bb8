"""Writes app/handwriting/builtin.safetensors: the network and the mean images that come with the package.

    python -m scripts.train_builtin [--seed 0] [--steps 12000] [--more-steps 3000] [--begin FILE] [--file FILE]

Takes some minutes on two cores and gives the same file each time with the same build of PyTorch. The network learns
from the training images that are in the package, and from what ``scripts/builtin_model`` draws; from nothing else.
``--begin`` names a file that was written with ``--more-steps 0``, from which the second training goes on.
"""

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import save

from app.data import embedded
from app.handwriting.builtin import FILE
from app.handwriting.digit_network import DigitNetwork
from app.handwriting.gate import LEAST_KEPT, Gate, log_odds
from app.handwriting.predictor import read_safetensors
from app.learning.baseline import means
from app.learning.dataset import Digits
from scripts.builtin_model import junk, learn

KEEP = 0.99
"""The share of validation 3s and 7s that the gate lets pass where no other is asked for."""
SHARES = np.linspace(LEAST_KEPT, 1, 101)
"""For which thresholds are stored, and what they let through."""
MARGIN = 0.001
"""Log-odds. Another order of adding up changes a score by some 0.00001."""

Images = NDArray[np.uint8]
Tensors = dict[str, NDArray[Any]]


def main() -> None:
    said = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    said.add_argument("--seed", type=int, default=0)
    said.add_argument("--steps", type=int, default=learn.STEPS)
    said.add_argument("--more-steps", type=int, default=learn.MORE_STEPS)
    said.add_argument("--begin", type=Path)
    said.add_argument("--file", type=Path, default=FILE)
    options = said.parse_args()
    torch.set_num_threads(1)
    arrays = embedded()
    digits = Digits.of(arrays)
    started = time.perf_counter()
    if options.begin is None:
        parameters = halved(learn.trained(arrays, options.seed, options.steps, report))
    else:
        tensors, _ = read_safetensors(options.begin.read_bytes())
        parameters = {name: tensors[name] for name, _ in learn.network().named_parameters()}
    if options.more_steps:
        parameters = halved(learn.settled(arrays, parameters, options.seed, options.more_steps, report))
    steps = options.steps + options.more_steps
    data, figures = packed(parameters, digits, {"step": str(steps), "seed": str(options.seed)})
    options.file.write_bytes(data)
    for name, figure in figures.items():
        print(f"{name}: {figure}")
    print(f"{options.file}: {options.file.stat().st_size:,} bytes in {time.perf_counter() - started:.0f} s")


def report(step: int, loss: float) -> None:
    print(f"step {step:,}: loss {loss:.4f}", flush=True)


def halved(parameters: learn.Parameters) -> Tensors:
    """As the file holds them, so that the second training begins with the same ones with ``--begin`` and without."""
    return {name: value.astype(np.float16) for name, value in parameters.items()}


def packed(parameters: Tensors, digits: Digits, made: dict[str, str]) -> tuple[bytes, dict[str, str]]:
    """The file, and what it says of itself: how it was ``made``, and measured figures."""
    tensors = dict(parameters)
    network = DigitNetwork(tensors)
    scores, others = (
        np.array([log_odds(network.outputs(image)) for image in images.numpy()])
        for images in (digits.valid_images, digits.other_valid_images)
    )
    # A little below the score of the digit that just passes: on another processor its sums may be rounded otherwise.
    thresholds = np.floor(np.quantile(scores, 1 - SHARES, method="lower") / MARGIN) * MARGIN
    figures = made | {"keep": str(KEEP)} | measured(network, Gate(SHARES, thresholds, KEEP), digits)
    tensors |= {name: mean.numpy() for name, mean in zip(("mean_3", "mean_7"), means(digits), strict=True)}
    tensors |= {"gate.kept": SHARES, "gate.thresholds": thresholds}
    tensors["gate.let_through"] = (others[:, None] >= thresholds).mean(axis=0)
    return ordered(save(tensors, figures)), figures


def ordered(data: bytes) -> bytes:
    """The same file, what it says of itself in alphabetical order: the library's is another one each time. Eight bytes
    give the length of the JSON text before the tensors, which spaces may follow
    (https://huggingface.co/docs/safetensors)."""
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode().ljust(length)
    return data[:8] + text + data[8 + length :]


def measured(network: DigitNetwork, gate: Gate, digits: Digits) -> dict[str, str]:
    """Shares of images never trained on: 3s told from 7s, 3s and 7s let pass, everything else rejected."""
    outputs = [network.outputs(image) for image in digits.valid_images.numpy()]
    right = [(z[3] > z[7]) == three for z, three in zip(outputs, digits.valid_targets.tolist(), strict=True)]
    random = np.random.RandomState(1)
    rejected = {
        "gate_rejects_other_digits": digits.other_valid_images.numpy(),
        "gate_rejects_noise": junk.noise(random, 1000),
        "gate_rejects_scribbles": junk.scribbles(random, 1000),
    }
    shares = {
        "valid_accuracy": np.mean(right),
        "gate_keeps_3_7": np.mean([gate.score(z) >= 0 for z in outputs]),
        **{
            name: np.mean([gate.score(network.outputs(image)) < 0 for image in images])
            for name, images in rejected.items()
        },
    }
    return {name: f"{share:.6f}" for name, share in shares.items()}


if __name__ == "__main__":
    main()
