"""What PyTorch really does: every operation that reaches a device."""

from collections import Counter
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode


class Dispatched(TorchDispatchMode):
    """Counts operations by name. ``to_host``: copies from another device to the CPU. ``launches``: operations that
    compute or copy, not those that only view memory or take it."""

    def __init__(self) -> None:
        super().__init__()
        self.count: Counter[str] = Counter()
        self.to_host = self.launches = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        self.count[func._schema.name] += 1
        self.launches += not (func.is_view or "empty" in func._schema.name)
        if "copy" in func._schema.name and isinstance(result, torch.Tensor) and result.device.type == "cpu":
            sources = [arg for arg in args if isinstance(arg, torch.Tensor) and arg.device.type != "cpu"]
            self.to_host += len(sources)
        return result
