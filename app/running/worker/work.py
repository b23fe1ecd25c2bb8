"""What a worker does: get ready, then train one run and say what happens."""

import time
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import torch

from app.checkpoint import Checkpoint
from app.events import Event, RunStarted
from app.learning.controls import NoControls
from app.learning.dataset import DatasetError as DatasetError
from app.learning.dataset import Digits, load
from app.learning.device import DeviceUnavailable, choose
from app.learning.train import Emission, Member, train, train_members
from app.recipe import TRAIN_IMAGES, Device, Recipe
from app.record import Record
from app.running.framing import Ready
from app.running.worker.inbox import Inbox
from app.running.worker.pipe import Pipe


def get_ready(device: str, mnist_dir: Path | None, pipe: Pipe) -> Digits:
    """Raises DatasetError."""
    # A second thread gains nothing on matrices this small, and would take a core from the server.
    torch.set_num_threads(1)
    digits = load(mnist_dir)
    _rehearse(digits, device)
    pipe.say(Ready(tuple(devices())))
    return digits


def train_one(inbox: Inbox, digits: Digits, pipe: Pipe) -> None:
    job = inbox.job()
    seq = job.first_seq
    started: Record | None = None
    for said in train_members([Member(job.run, job.name, job.recipe)], digits, inbox):
        if not isinstance(said, Emission):
            inbox.wait(None if said.until is None else max(0.0, said.until - time.perf_counter()))
            continue
        if isinstance(said.what, RunStarted):
            # Sent after the first model: a run that has started is live, and may be asked at once what it reads.
            started, seq = Record.of(said.what, seq), seq + 1
            continue
        if isinstance(said.what, Checkpoint):
            pipe.say(said.what)
        if started is not None:
            pipe.say(started)
            started = None
        if isinstance(said.what, Event):
            pipe.say(Record.of(said.what, seq))
            seq += 1


def devices() -> Iterator[str]:
    """Those that this machine has, in the order in which ``auto`` prefers them."""
    names: tuple[Device, ...] = ("cuda", "mps", "cpu")
    for name in names:
        with suppress(DeviceUnavailable):
            yield choose(name).type


def _rehearse(digits: Digits, device: str) -> None:
    """Take one step that nobody sees, so that PyTorch loads now what it loads on first use: 0.1 s on a CPU, seconds
    with CUDA. Where the device is missing the run itself will say so."""
    recipe = Recipe.model_validate({"epochs": 1, "batch_size": TRAIN_IMAGES, "device": device})
    deque(train(recipe, digits, NoControls(), run="rehearsal", name="rehearsal"), maxlen=0)
