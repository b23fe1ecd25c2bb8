"""Numbers as text, the same in questions and answers."""

import base64

import numpy as np
import torch
from torch import Tensor


def encode(vector: Tensor) -> str:
    """A tensor's float32 as base64, little-endian."""
    return base64.b64encode(vector.detach().cpu().numpy().astype("<f4").tobytes()).decode()


def decode(data: bytes) -> Tensor:
    """Float32 [n] of little-endian bytes."""
    return torch.from_numpy(np.frombuffer(data, "<f4").astype(np.float32))


def encode_images(images: Tensor) -> str:
    """Images of 0 to 1 as base64 of uint8."""
    return base64.b64encode(images.mul(255).round_().to(torch.uint8).numpy().tobytes()).decode()
