"""What defines a run: the same recipe, seed and device give the same run, bit for bit."""

import json
from hashlib import sha256
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

TRAIN_IMAGES = 12_396
"""MNIST's training 3s and 7s."""

HELD_OUT = 2_038
"""As many of them as there are validation images, the last in MNIST's order, are kept for a last test by recipes that
say so. Images by one writer lie side by side in MNIST's files: the last ones are by others than those before, which any
ones would not be."""

MAX_STEPS = 500_000
"""Every step of every run is kept; half a million are about 40 MB of log."""

LEARNER = 2
"""The learner's version, raised whenever the same recipe comes to give other figures. Runs of before there was one have
none."""

Model = Literal["simple_net", "linear", "two_linear"]
Loss = Literal["mnist_loss", "bce", "accuracy"]
Optimizer = Literal["sgd", "momentum", "adam"]
Activation = Literal["relu", "tanh", "sigmoid", "none"]
Device = Literal["auto", "cpu", "cuda", "mps"]


class Recipe(BaseModel):
    """Defaults are the preset ``textbook``. Limits and units stand in each field's schema, where the page and the
    API's errors take them from."""

    # Strict: "5" and true are no numbers.
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    model: Annotated[Model, Field(description="simple_net: 784 → hidden → activation → 1. two_linear: without it.")] = (
        "simple_net"
    )
    hidden: Annotated[int, Field(ge=1, le=256, description="Units in the hidden layer.")] = 30
    activation: Annotated[Activation, Field(description="What simple_net's hidden units do with their sums.")] = "relu"
    loss: Annotated[Loss, Field(description="What is made small. accuracy has no slope: nothing is learned.")] = (
        "mnist_loss"
    )
    optimizer: Annotated[Optimizer, Field(description="How a gradient becomes an update.")] = "sgd"
    learning_rate: Annotated[float, Field(gt=0, le=1000, description="Size of a step along the gradient.")] = 0.1
    batch_size: Annotated[int, Field(ge=1, le=TRAIN_IMAGES, description="Images in a mini-batch.")] = 256
    epochs: Annotated[int, Field(ge=1, le=1000, description="Passes over all training images.")] = 40
    seed: Annotated[int, Field(ge=0, le=2**31 - 1, description="Decides first weights and order of images.")] = 0
    augment: Annotated[bool, Field(description="Shift, turn, scale and slant training images at random.")] = False
    invert: Annotated[float, Field(ge=0, le=1, description="Share of images, white on black, that are inverted.")] = 0.0
    freeze: Annotated[
        bool, Field(description="Leave the hidden layer as the seed made it: only the output layer learns.")
    ] = False
    hold_out: Annotated[
        bool, Field(description="Learn without the last 2,038 training images, kept for a last test.")
    ] = False
    device: Annotated[Device, Field(description="auto: CUDA, else MPS, else CPU.")] = "auto"

    @property
    def train_images(self) -> int:
        """How many it learns from."""
        return TRAIN_IMAGES - HELD_OUT * self.hold_out

    def batches(self, images: int) -> int:
        """Into how many mini-batches so many images are divided; the last may be smaller."""
        return -(-images // self.batch_size)

    @property
    def steps_per_epoch(self) -> int:
        return self.batches(self.train_images)

    @property
    def steps(self) -> int:
        return self.epochs * self.steps_per_epoch

    @property
    def key(self) -> str:
        """Equal for recipes that train the same, 16 hexadecimal digits. The device, which decides where and not what,
        does not count. A field added later changes no key of recipes that leave it at its default."""
        fields = self.model_dump(exclude_defaults=True, exclude={"device"})
        return sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()[:16]

    @model_validator(mode="after")
    def _not_endless(self) -> Self:
        if self.steps > MAX_STEPS:
            raise ValueError(
                f"{self.epochs} epochs of {self.steps_per_epoch:,} steps are {self.steps:,} steps; "
                f"at most {MAX_STEPS:,} are kept: take a larger batch_size or fewer epochs"
            )
        return self
