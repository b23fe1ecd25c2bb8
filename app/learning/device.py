"""Where a run computes."""

import platform
from pathlib import Path

import torch

from app import recipe


class DeviceUnavailable(Exception):
    """A plain sentence for the person who asked for the device."""


def choose(name: recipe.Device) -> torch.device:
    """``auto``: CUDA, else MPS, else the CPU. Raises DeviceUnavailable for a device that this machine lacks."""
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if name == "auto":
        name = next(kind for kind in ("cuda", "mps", "cpu") if there[kind])
    if not there[name]:
        raise DeviceUnavailable(f"This machine has no {name.upper()} device that PyTorch can use: choose auto or cpu.")
    return torch.device(name)


def describe(device: torch.device) -> str:
    """The device's name as its maker gives it, where that can be told."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    processors = Path("/proc/cpuinfo")
    lines = processors.read_text().splitlines() if processors.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
