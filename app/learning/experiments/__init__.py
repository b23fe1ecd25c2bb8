"""Experiments: questions to the learner beside runs. Each is a generator that knows nobody, as ``train`` is: it yields
between steps of at most some tens of milliseconds, so that it can be dropped there, and returns its answer."""

from collections.abc import Callable, Generator, Mapping
from typing import Any

from pydantic import BaseModel

from app.experiments import KINDS, Refused
from app.learning.dataset import Digits
from app.learning.experiments import (
    array_and_tensor,
    batch,
    gradient,
    image_orders,
    sampled_gradients,
    shuffled_pixels,
    timings,
)

EXPERIMENTS: Mapping[str, Callable[[Any, Digits], Generator[None, None, BaseModel]]] = {
    "gradient": gradient.gradient,
    "sampled_gradients": sampled_gradients.sampled_gradients,
    "timings": timings.timings,
    "batch": batch.batch,
    "shuffled_pixels": shuffled_pixels.shuffled_pixels,
    "image_orders": image_orders.image_orders,
    "array_and_tensor": array_and_tensor.array_and_tensor,
}
"""By name; ``app.experiments.KINDS`` has the models of their parameters and answers."""


def compute(name: str, parameters: str | bytes, digits: Digits) -> Generator[None, None, bytes]:
    """The answer, or Refused, as JSON, to parameters as JSON. Raises KeyError for an unknown name, ValidationError."""
    asked = KINDS[name].parameters.model_validate_json(parameters)
    answer = yield from EXPERIMENTS[name](asked, digits)
    assert isinstance(answer, KINDS[name].answer | Refused)
    return answer.model_dump_json().encode()
