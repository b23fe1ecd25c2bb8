"""An image of 28 × 28 pixels → what it is read as."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from app.handwriting import builtin, fill
from app.handwriting.baseline import Nearness
from app.handwriting.builtin import BuiltIn
from app.handwriting.gate import why_not
from app.handwriting.predictor import Predictor, probability
from app.handwriting.shares import Shares

Verdict = Literal["3", "7", "neither", "blank"]

DIGITS: Mapping[Verdict, Literal[3, 7] | None] = {"3": 3, "7": 7, "neither": None, "blank": None}

FAINTEST_INK = 26
"""A pixel of at least a tenth of full brightness is ink; what is no digit and has none is blank."""


class Gate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Is it a 3 or a 7 at all? Asked of the built-in network, whichever network reads."""

    score: Annotated[
        float, Meta(description="Log-odds, moved so that 0 or more is taken for a 3 or a 7; the greater the surer.")
    ]
    reason: Annotated[
        str | None,
        Meta(description='Why not: "looks like a 9", "no digit", "not surely a 7", "more ink than a 3 or a 7 has".'),
    ]


class Reading(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``probability_3`` and ``logit`` are the network's own, whatever the verdict: a 3/7 network knows no other answer
    and is often sure of nonsense, which is why the gate has the last word."""

    verdict: Verdict
    digit: Annotated[Literal[3, 7] | None, Meta(description="null where the verdict is no digit.")]
    gate: Gate
    probability_3: Annotated[float, Meta(ge=0, le=1)]
    logit: float
    baseline: Nearness


class Reader:
    """Reads with the built-in network, or with any other predictor; gate and baseline are the same for all."""

    def __init__(self, model: BuiltIn) -> None:
        self.network, self.step = model.network, model.step
        self.baseline, self.gate, self.curve = model.baseline, model.gate, model.curve

    @classmethod
    def built_in(cls) -> Self:
        """Raises what ``builtin.load`` raises."""
        return cls(builtin.load())

    def read(
        self,
        image: NDArray[np.uint8],
        predictor: Predictor | None = None,
        most_ink: float = fill.MOST_INK,
        keep: float | None = None,
    ) -> Reading:
        """Of an image of 784 pixels in any shape, ink bright on 0. With more than ``most_ink`` it is neither. ``keep``:
        the share of MNIST's validation 3s and 7s that the gate would let pass."""
        pixels = image.reshape(-1).astype(np.float32)
        outputs = self.network.outputs(pixels)
        logit = outputs[3] - outputs[7] if predictor is None else predictor.logit(pixels)
        nearness = self.baseline.read(pixels)
        verdict: Verdict = "3" if logit > 0 else "7"
        score = self.gate.score(outputs, keep)
        reason = None
        if fill.too_full(image, most_ink):
            verdict, reason = "neither", fill.REASON
        elif score < 0 and pixels.max() < FAINTEST_INK:
            verdict = "blank"
        elif score < 0:
            verdict, reason = "neither", why_not(outputs)
        return Reading(verdict, DIGITS[verdict], Gate(score, reason), probability(logit), logit, nearness)

    def shares(self, image: NDArray[np.uint8], predictor: Predictor | None = None) -> Shares:
        """What pixels and units of ``image`` add to the logit that ``read`` gives."""
        return (predictor or self.network).shares(image.reshape(-1).astype(np.float32))
