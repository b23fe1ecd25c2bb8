"""A whole model at a step, beside the log."""

import json
from dataclasses import dataclass

from app.events import Summary


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The whole model at a step. It travels beside the log, not in it: viewers never get it.

    ``data`` is a safetensors file: tensors under PyTorch's parameter names, float32 or, in the widest sweeps, float16;
    metadata ``model``, ``activation``, ``step``, ``epoch`` and, where it is to be ``kept``, what is needed to go on.
    One that is ``kept`` goes to disk; the others only replace the live run's newest.
    """

    step: int
    epoch: int
    kept: bool
    data: bytes

    @property
    def summary(self) -> Summary:
        """How its run stood when this was its model; without a figure where the file does not say."""
        try:
            return Summary.model_validate_json(metadata(self.data).get("summary", "{}"))
        except ValueError:
            return Summary()


def metadata(data: bytes) -> dict[str, str]:
    """What a safetensors file says beside its tensors. Raises ValueError where it cannot be read."""
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    if not isinstance(header, dict):
        raise ValueError("the file's header is no object")
    found: dict[str, str] = header.get("__metadata__", {})
    return found
