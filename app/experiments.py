"""What can be asked of the learner beside runs: each experiment's parameters and answer.

Vectors of numbers travel as base64 of little-endian float32, images as base64 of uint8: exact, and a third of what
JSON's numbers would take. All parameters of a model are one vector, layer by layer, weights before biases, as
``shapes`` says.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, ValidationInfo, field_validator, model_validator

from app.recipe import MAX_STEPS, TRAIN_IMAGES, Recipe

MOST_STEPS = 2000
"""Steps that an experiment takes before it looks: those of the textbook's whole run."""
MOST_STEP_WORK = 800_000
"""Images times units of one step: all training images and 64 units, or 3,125 images and 256 units."""

MOST_AUGMENTED = 2048
"""Images of one step."""

MOST_WORK = 32_000_000
"""Images times units that gradients are sampled of: some two seconds of a core."""
MOST_SIZES = 8
MOST_SAMPLES = 200
MOST_OFFSETS = 201
"""Points of a loss along one weight."""
MOST_IMAGES = 512
"""Images in one answer: 535 kB."""
MOST_SHUFFLED_EPOCHS = 10
"""Of each of two runs: together 1.5 of the five seconds of a core that an experiment may take by default."""
MOST_ORDERED_EPOCHS = 6
"""Of each of three runs: together fewer steps than those of MOST_SHUFFLED_EPOCHS."""
MOST_VALUES = 1_100_000
"""Characters of base64: the parameters of 256 units are 1.07 million."""

ParameterName = Literal["0.weight", "0.bias", "1.weight", "1.bias", "2.weight", "2.bias"]


def shapes(recipe: Recipe) -> dict[str, tuple[int, ...]]:
    """The shape of each parameter of the recipe's model in order, under PyTorch's names."""
    if recipe.model == "linear":
        return {"0.weight": (1, 784), "0.bias": (1,)}
    output = "2" if recipe.model == "simple_net" else "1"
    return {
        "0.weight": (recipe.hidden, 784),
        "0.bias": (recipe.hidden,),
        f"{output}.weight": (1, recipe.hidden),
        f"{output}.bias": (1,),
    }


def parameters(recipe: Recipe) -> int:
    """How many numbers the recipe's model is made of."""
    return sum(map(prod, shapes(recipe).values()))


class Parameters(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


RunId = Annotated[str, Field(pattern=r"^[!-~]{1,64}$", description="A run's id, or live.")]
Base64 = Annotated[str, Field(json_schema_extra={"contentEncoding": "base64"})]


class OfRun(Parameters):
    """A run's newest kept model at or before a step; the newest of all without."""

    run: RunId
    step: Annotated[int | None, Field(ge=0, le=10**9)] = None


class OfRecipe(Parameters):
    """What a recipe's model has become after so many steps, computed on the CPU."""

    recipe: Recipe
    step: Annotated[int, Field(ge=0, le=MOST_STEPS)] = 0
    start: Annotated[Literal["seed", "zero"], Field(description="First weights: the seed's, or all of them zero.")] = (
        "seed"
    )
    zero_grad: Annotated[
        bool,
        Field(description="False: no step's gradients are set to zero, so that each follows the sum of all so far."),
    ] = True

    @field_validator("zero_grad")
    @classmethod
    def _plainly(cls, zero_grad: bool, info: ValidationInfo) -> bool:
        recipe: Recipe | None = info.data.get("recipe")
        if not zero_grad and recipe is not None and (recipe.optimizer != "sgd" or recipe.freeze):
            raise ValueError("gradients pile up with the optimizer sgd only, and with nothing frozen")
        return zero_grad

    @model_validator(mode="after")
    def _short_steps(self) -> Self:
        """A step is not interrupted, so that a long one would hold up the runs that share the worker."""
        units = 1 if self.recipe.model == "linear" else self.recipe.hidden
        work = self.recipe.batch_size * units
        if self.step and work > MOST_STEP_WORK:
            raise ValueError(
                f"a step of this recipe is {work:,} images times units; at most {MOST_STEP_WORK:,} are computed"
            )
        if self.step and self.recipe.augment and self.recipe.batch_size > MOST_AUGMENTED:
            raise ValueError(f"a step augments {self.recipe.batch_size:,} images; at most {MOST_AUGMENTED:,} are")
        return self


class OfValues(Parameters):
    """Given numbers. ``recipe`` says which model they are of; it and ``step`` also decide which images come next."""

    values: Annotated[Base64, Field(max_length=MOST_VALUES, description="float32, little-endian, layer by layer.")]
    recipe: Recipe
    step: Annotated[int, Field(ge=0, le=10**9)] = 0

    @model_validator(mode="after")
    def _fits(self) -> Self:
        try:
            count = len(base64.b64decode(self.values, validate=True)) / 4
        except (binascii.Error, ValueError):
            raise ValueError("values is no base64") from None
        if count != parameters(self.recipe):
            raise ValueError(
                f"values holds {count:g} numbers of 4 bytes; this model has {parameters(self.recipe):,} parameters"
            )
        return self

    @property
    def data(self) -> bytes:
        return base64.b64decode(self.values)


def _kind(value: Any) -> str | None:
    """How the weights are given, by the field that only that way has."""
    for kind in ("values", "run", "recipe"):
        if kind in value if isinstance(value, dict) else hasattr(value, kind):
            return f"[{kind}]"
    return None


# A tag in brackets is none of the client's fields: problem documents leave it out.
Weights = Annotated[
    Annotated[OfRun, Tag("[run]")] | Annotated[OfRecipe, Tag("[recipe]")] | Annotated[OfValues, Tag("[values]")],
    Discriminator(
        _kind, custom_error_type="no_weights", custom_error_message="Give one of run, recipe, or values with a recipe"
    ),
]

ImageIndex = Annotated[int, Field(ge=0, lt=TRAIN_IMAGES)]


def _form(value: Any) -> str:
    return "[list]" if isinstance(value, list) else "[name]"


WhichImages = Annotated[
    Annotated[Literal["next", "all"], Tag("[name]")]
    | Annotated[list[ImageIndex], Field(min_length=1, max_length=TRAIN_IMAGES), Tag("[list]")],
    Discriminator(_form),
    Field(description="next: those of the step after the weights'; all training images; or these, by their index."),
]


class Nudge(Parameters):
    """One weight, and by how much it is changed."""

    parameter: ParameterName
    index: Annotated[
        list[Annotated[int, Field(ge=0)]],
        Field(min_length=1, max_length=2, description="[unit, pixel] of 0.weight, [unit] of a bias, as its shape is."),
    ]
    by: Annotated[list[float], Field(min_length=1, max_length=MOST_OFFSETS)]


class Gradient(Parameters):
    """Of a batch's loss, by all parameters of a model, those that its recipe freezes as well."""

    weights: Weights
    images: WhichImages = "next"
    nudge: Nudge | None = None

    @field_validator("nudge")
    @classmethod
    def _is_there(cls, nudge: Nudge | None, info: ValidationInfo) -> Nudge | None:
        weights: Weights | None = info.data.get("weights")
        if nudge is None or weights is None or isinstance(weights, OfRun):
            return nudge
        shape = shapes(weights.recipe).get(nudge.parameter)
        if shape is None:
            raise ValueError(f"this model has no parameter {nudge.parameter}")
        if len(shape) != len(nudge.index) or any(i >= n for i, n in zip(nudge.index, shape, strict=True)):
            raise ValueError(f"{nudge.parameter} has the shape {list(shape)} and no index {nudge.index}")
        return nudge


class Nudged(BaseModel):
    """``loss`` and ``accuracy`` of each changed weight, in float64. ``rise_over_run`` is null where the run is 0;
    ``derivative`` is the gradient's own number."""

    value: float
    derivative: float
    by: list[float]
    loss: list[float]
    accuracy: list[float]
    rise_over_run: list[float | None]


class GradientAnswer(BaseModel):
    """``step`` is that of the weights. ``values`` and ``gradient`` are vectors laid out as ``shapes`` says; ``norm`` is
    the gradient's length. ``images``: how many there were."""

    model: str
    step: int
    shapes: dict[str, list[int]]
    values: Base64
    gradient: Base64
    norm: float
    loss: float
    accuracy: float
    images: int
    nudge: Nudged | None = None


class SampledGradients(Parameters):
    """How far the gradients of random batches point off that of all training images, which are taken as they are,
    without ``augment``. A batch holds no image twice."""

    weights: Weights
    batch_sizes: Annotated[
        list[Annotated[int, Field(ge=1, le=TRAIN_IMAGES)]], Field(min_length=1, max_length=MOST_SIZES)
    ] = [8, 32, 256, 2048]  # fmt: skip
    samples: Annotated[
        int, Field(ge=1, le=MOST_SAMPLES, description="Batches of each size.", validate_default=True)
    ] = 50
    seed: Annotated[int, Field(ge=0, le=2**31 - 1, description="Decides which batches.")] = 0

    @field_validator("samples")
    @classmethod
    def _not_endless(cls, samples: int, info: ValidationInfo) -> int:
        weights: Weights | None = info.data.get("weights")
        if weights is None or isinstance(weights, OfRun):
            return samples
        units = 1 if weights.recipe.model == "linear" else weights.recipe.hidden
        work = samples * sum(info.data.get("batch_sizes", ())) * units
        if work > MOST_WORK:
            raise ValueError(
                f"{samples} batches of each size are {work:,} images times units; at most {MOST_WORK:,} are computed"
            )
        return samples


class Sample(BaseModel):
    """Of one batch size: each batch's angle to the full gradient in degrees (null where one of them is zero), their
    mean, and each gradient's length."""

    batch_size: int
    angles: list[float | None]
    mean_angle: float | None
    norms: list[float]


class SampledGradientsAnswer(BaseModel):
    """``norm`` and ``loss`` are those of all training images."""

    model: str
    step: int
    images: int
    norm: float
    loss: float
    sizes: list[Sample]


class Batch(Parameters):
    """The images that a step, from 1, of a run or a recipe learns from."""

    run: RunId | None = None
    recipe: Recipe | None = None
    step: Annotated[int, Field(ge=1, le=MAX_STEPS)] = 1
    images: Annotated[int, Field(ge=0, le=MOST_IMAGES, description="How many of them to send, the first ones.")] = 256

    @model_validator(mode="after")
    def _of_one(self) -> Self:
        if (self.run is None) == (self.recipe is None):
            raise ValueError("give one of run and recipe")
        return self

    @field_validator("step")
    @classmethod
    def _taken(cls, step: int, info: ValidationInfo) -> int:
        recipe: Recipe | None = info.data.get("recipe")
        if recipe is not None and step > recipe.steps:
            raise ValueError(f"this recipe has {recipe.steps} steps")
        return step


class BatchAnswer(BaseModel):
    """``epoch`` counts from 1, ``batch`` within it from 0. ``indices`` into the training images and ``labels`` (3 or 7)
    are all of the batch; ``images`` are the first ``sent``, 784 pixels each (uint8, ink bright on 0) as the model sees
    them, rounded where ``augment`` moved them."""

    step: int
    epoch: int
    batch: int
    indices: list[int]
    labels: list[int]
    sent: int
    images: Base64


class Timings(Parameters):
    """No parameters: every visitor gets what was measured once since the server started."""


class Timing(BaseModel):
    """The shortest of ``repeats`` times that one way took. ``distances``: the mean absolute difference of every
    validation image to the mean 3. ``product``: validation images [2038, 784] times first weights [784, 30]."""

    task: Literal["distances", "product"]
    way: Literal["loop", "broadcast"]
    by: Literal["python", "numpy", "torch"]
    device: str
    milliseconds: float
    repeats: int


class TimingsAnswer(BaseModel):
    """``devices`` names each device; ``threads`` are PyTorch's on the CPU."""

    images: int
    threads: int
    devices: dict[str, str]
    timings: list[Timing]


class ShuffledPixels(Parameters):
    """The textbook's recipe, trained twice: with the images as they are, and with the pixels of every image in another
    order, the same one for all images."""

    epochs: Annotated[int, Field(ge=1, le=MOST_SHUFFLED_EPOCHS)] = 5
    order: Annotated[int, Field(ge=0, le=2**31 - 1, description="The seed of the other order.")] = 0


class Curve(BaseModel):
    """After each epoch; over the validation images, but for ``train_loss``: that of the epoch's own batches."""

    train_loss: list[float]
    valid_loss: list[float]
    valid_accuracy: list[float]


class ShuffledPixelsAnswer(BaseModel):
    """``recipe`` is that of both runs. Pixel i of a shuffled image is pixel ``places[i]`` of the image as it is."""

    recipe: Recipe
    places: list[int]
    plain: Curve
    shuffled: Curve


class ImageOrders(Parameters):
    """The textbook's recipe, trained three times: with the images newly shuffled in each epoch, always in MNIST's
    order, and always with all 7s before all 3s."""

    epochs: Annotated[int, Field(ge=1, le=MOST_ORDERED_EPOCHS)] = 6
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0


class ImageOrdersAnswer(BaseModel):
    """``recipe`` is that of all three runs, which begin with the same weights."""

    recipe: Recipe
    shuffled: Curve
    unshuffled: Curve
    sorted: Curve


class ArrayAndTensor(Parameters):
    """No parameters: the lines of Python are always the same, and are run once since the server started."""


class Ran(BaseModel):
    """Lines of Python, and what the last one gives, as Python shows it. ``refused``: ``shown`` is the error instead,
    its kind before it."""

    code: str
    shown: str
    refused: bool


class Beside(BaseModel):
    """The same thing asked of an array and of a tensor."""

    about: Literal["jagged", "objects", "mixed", "backwards", "too_many", "gradient"]
    numpy: Ran
    torch: Ran


class ArrayAndTensorAnswer(BaseModel):
    """``numpy`` and ``torch`` are the versions that this server has."""

    numpy: str
    torch: str
    beside: list[Beside]


class Refused(BaseModel):
    """Instead of an answer: why there is none to these parameters."""

    refused: str


@dataclass(frozen=True, slots=True)
class Kind:
    """``summary`` says in a sentence what is computed."""

    parameters: type[Parameters]
    answer: type[BaseModel]
    summary: str


KINDS: Mapping[str, Kind] = {
    "gradient": Kind(Gradient, GradientAnswer, "The gradient of a batch's loss, as autograd gives it."),
    "sampled_gradients": Kind(SampledGradients, SampledGradientsAnswer, "How far batches point off the full gradient."),
    "timings": Kind(Timings, TimingsAnswer, "How long the same sums take in a loop, by broadcasting, on each device."),
    "batch": Kind(Batch, BatchAnswer, "The images that one step learns from."),
    "shuffled_pixels": Kind(
        ShuffledPixels, ShuffledPixelsAnswer, "What the network makes of images whose pixels have changed places."
    ),
    "image_orders": Kind(ImageOrders, ImageOrdersAnswer, "What becomes of training whose images are not shuffled."),
    "array_and_tensor": Kind(
        ArrayAndTensor, ArrayAndTensorAnswer, "What NumPy and PyTorch make of the same lines, in their own words."
    ),
}
"""By the name in ``POST /api/experiments/{name}``."""
