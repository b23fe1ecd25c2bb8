"""The model that comes with the package, so that a fresh server can read digits before any run has trained."""

from dataclasses import dataclass
from pathlib import Path

from app.handwriting.baseline import Baseline
from app.handwriting.digit_network import DigitNetwork
from app.handwriting.gate import Curve, Gate
from app.handwriting.predictor import read_safetensors

FILE = Path(__file__).with_name("builtin.safetensors")
"""Made by ``python -m scripts.train_builtin``."""

NAME = "built-in"
"""Stands where a run's id would."""

THRESHOLDS = "gate.thresholds"
"""A tensor that no run's model has."""


@dataclass(frozen=True)
class BuiltIn:
    network: DigitNetwork
    step: int
    baseline: Baseline
    gate: Gate
    curve: Curve
    figures: dict[str, str]
    """The file's metadata: how it was trained and measured figures, as they were written."""


def load(file: Path = FILE) -> BuiltIn:
    """Raises OSError, and ValueError or KeyError where the file is not what the script writes."""
    tensors, figures = read_safetensors(file.read_bytes())
    keep = float(figures["keep"])
    return BuiltIn(
        network=DigitNetwork(tensors),
        step=int(figures["step"]),
        baseline=Baseline(tensors["mean_3"], tensors["mean_7"]),
        gate=Gate(tensors["gate.kept"], tensors[THRESHOLDS], keep),
        curve=Curve(tensors["gate.kept"].round(6).tolist(), tensors["gate.let_through"].tolist(), keep),
        figures=figures,
    )
