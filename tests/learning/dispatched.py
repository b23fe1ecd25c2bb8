"""What PyTorch really does: every operation that reaches a device."""

from collections import Counter
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode


class Dispatched(TorchDispatchMode):
    """Counts operations by name. ``to_host``: copies from another device to the CPU. ``blocking``: copies between
    devices for which the CPU waits. ``pinned``: memory taken that a device can read by itself. ``launches``: operations
    that compute or copy, not those that only view memory or take it."""

    def __init__(self) -> None:
        super().__init__()
        self.count: Counter[str] = Counter()
        self.to_host = self.blocking = self.pinned = self.launches = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        self.count[func._schema.name] += 1
        self.launches += not (func.is_view or "empty" in func._schema.name)
        self.pinned += bool((kwargs or {}).get("pin_memory"))
        if "copy" in func._schema.name and isinstance(result, torch.Tensor):
            devices = {arg.device.type for arg in args if isinstance(arg, torch.Tensor)}
            if len(devices | {result.device.type}) > 1:
                self.to_host += result.device.type == "cpu"
                self.blocking += not non_blocking(func, args, kwargs or {})
        return result


def non_blocking(func: Any, args: Any, kwargs: Any) -> bool:
    """What the operation was told, by place or by name."""
    names = [argument.name for argument in func._schema.arguments]
    return bool({**dict(zip(names, args, strict=False)), **kwargs}.get("non_blocking"))
