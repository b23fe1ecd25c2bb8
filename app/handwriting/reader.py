"""An image of 28 × 28 pixels → what it is read as."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, Self

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from app.handwriting import builtin, fill
from app.handwriting.baseline import Nearness
from app.handwriting.builtin import BuiltIn
from app.handwriting.gate import LOOKS_LIKE, why_not
from app.handwriting.hindrances import CUT, FAINT, RULED, UNHINDERED, Hindrances
from app.handwriting.ink import SIDE
from app.handwriting.predictor import Predictor, probability
from app.handwriting.shares import Shares
from app.handwriting.surroundings import lined

Verdict = Literal["3", "7", "neither", "blank"]

DIGITS: Mapping[Verdict, Literal[3, 7] | None] = {"3": 3, "7": 7, "neither": None, "blank": None}

FAINTEST_INK = 26
"""A pixel of at least a tenth of full brightness is ink; what is no digit and has none is blank."""
FAINT_INK = 128
"""An image with no pixel as bright may be no digit for that alone."""
SURE_OF_A_PART = 4.6
"""z₃ - z₇, either way, where P is 0.99: with less, what the picture's edge cuts is not taken for a 3 or a 7."""


class Gate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Is it a 3 or a 7 at all? Asked of the built-in network, whichever network reads."""

    score: Annotated[
        float, Meta(description="Log-odds, moved so that 0 or more is taken for a 3 or a 7; the greater the surer.")
    ]
    reason: Annotated[
        str | None,
        Meta(
            description='Why not: "looks like a 9", "no digit", "not surely a 7", "more ink than a 3 or a 7 has", '
            '"ruled or framed", "cut by the picture\'s edge" or "too faint" where that kept it from being read.'
        ),
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
        hindrances: Hindrances = UNHINDERED,
    ) -> Reading:
        """Of an image of 784 pixels in any shape, ink bright on 0. With more than ``most_ink`` it is neither. ``keep``:
        the share of the validation digits that the gate would let pass. ``hindrances``, of the picture that it
        was taken from, give the reason where it looks like no other digit; what is faint there is read as no digit."""
        flat = image.reshape(-1)
        pixels = flat.astype(np.float32)
        outputs = self.network.outputs(flat)
        logit = outputs[3] - outputs[7] if predictor is None else predictor.logit(pixels)
        nearness = self.baseline.read(pixels)
        verdict: Verdict = "3" if logit > 0 else "7"
        score = self.gate.score(outputs, keep)
        hidden = hindrances.framed or (hindrances.underlined and verdict == "7")
        reason = None
        if fill.too_full(pixels, most_ink):
            verdict, reason = "neither", fill.REASON
        elif hindrances.faint:
            verdict, reason = ("blank", None) if score < 0 else ("neither", FAINT)
        elif (hidden and score >= 0) or (hindrances.surrounded and not image.any()):
            verdict, reason = "neither", RULED
        elif hindrances.cut and score >= 0 and abs(outputs[3] - outputs[7]) < SURE_OF_A_PART:
            verdict, reason = "neither", CUT
        elif score < 0 and pixels.max() < FAINTEST_INK and not self._faint(image, keep):
            verdict = "blank"
        elif score < 0:
            verdict, reason = "neither", self._why_not(image, outputs, keep, hindrances)
        return Reading(verdict, DIGITS[verdict], Gate(score, reason), probability(logit), logit, nearness)

    def _why_not(
        self, image: NDArray[np.uint8], outputs: Sequence[float], keep: float | None, hindrances: Hindrances
    ) -> str:
        """What it looks like if that is another digit; else what kept it from being read, where that can be told."""
        reason = why_not(outputs)
        if reason.startswith(LOOKS_LIKE):
            return reason
        if hindrances.surrounded or hindrances.framed or lined(image.reshape(SIDE, SIDE)):
            return RULED
        return FAINT if hindrances.thin or self._faint(image, keep) else reason

    def _faint(self, image: NDArray[np.uint8], keep: float | None) -> bool:
        """Whether with brighter ink it would be taken for a 3 or a 7."""
        brightest = int(image.max())
        if not 0 < brightest < FAINT_INK:
            return False
        brighter = image.reshape(-1).astype(np.float32) * np.float32(255 / brightest)
        return self.gate.score(self.network.outputs(brighter), keep) >= 0

    def shares(self, image: NDArray[np.uint8], predictor: Predictor | None = None) -> Shares:
        """What pixels and units of ``image`` add to the logit that ``read`` gives."""
        return (predictor or self.network).shares(image.reshape(-1).astype(np.float32))
