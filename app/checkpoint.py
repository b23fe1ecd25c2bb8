"""A whole model at a step, beside the log."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The whole model at a step. It travels beside the log, not in it: viewers never get it.

    ``data`` is a safetensors file: tensors under PyTorch's parameter names, float32 or, in the widest sweeps, float16;
    metadata ``model``, ``activation``, ``step``, ``epoch``. One that is to be ``kept`` goes to disk; the others only
    replace the live run's newest.
    """

    step: int
    epoch: int
    kept: bool
    data: bytes
