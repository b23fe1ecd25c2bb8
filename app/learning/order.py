"""In which order an epoch meets the training images."""

import torch
from torch import Tensor


def generator(seed: int, epoch: int) -> torch.Generator:
    """Of all that is random in an epoch, counted from 1: first its order, then what ``augment`` draws. It depends on
    seed and epoch alone, and is the same on every device."""
    # PyTorch's generator takes 32 bits of a seed, and an epoch is at most 1,000.
    return torch.Generator().manual_seed((seed * 1009 + epoch) % 2**32)


def order(images: int, generator: torch.Generator) -> Tensor:
    """Indices [images], int64 on the CPU; consecutive ones make the epoch's batches."""
    return torch.randperm(images, generator=generator)
