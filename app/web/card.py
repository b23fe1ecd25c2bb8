"""What a network does with the validation digits: figures, tables, and the digits that it misreads."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from app.data import Arrays
from app.handwriting import fill
from app.handwriting.figures import Flags, Floats, Read, auroc, bootstrap, calibration_error, reliability, wilson
from app.handwriting.gate import log_odds, why_not
from app.handwriting.predictor import Predictor, probability
from app.handwriting.reader import Reader
from app.recipe import Recipe
from app.run import State

BUILT_IN_NAME = "The built-in network"

BINS = 10
"""Of the confidence, each five hundredths wide."""
SHOWN = 20
"""Misread digits of each kind."""
PIECE = 512
"""Images read at a time: 1.6 MB as numbers."""

ReadAs = Literal["3", "7", "neither"]


class Share(BaseModel):
    """``hits`` of ``of``, with Wilson's 95 % interval."""

    hits: int
    of: int
    value: float
    low: float
    high: float

    @classmethod
    def counted(cls, hits: Flags) -> Self:
        low, high = wilson(int(hits.sum()), len(hits))
        return cls(hits=int(hits.sum()), of=len(hits), value=float(hits.mean()), low=low, high=high)


class Figure(BaseModel):
    """With the bootstrap's 95 % interval."""

    value: float
    low: float
    high: float

    @classmethod
    def resampled(cls, read: Read, figure: Callable[[Read], float]) -> Self:
        low, high = bootstrap(read, figure)
        return cls(value=figure(read), low=low, high=high)


class ReliabilityBin(BaseModel):
    """The 3s and 7s of which the network is so sure, between ``low`` and ``high``: how many, how sure in the mean, and
    the share of them that it tells apart rightly; without any the last two are null."""

    low: float
    high: float
    count: int
    confidence: float | None
    right: Share | None


class GateCurve(BaseModel):
    """What thresholds of the gate do: where ``kept[i]`` of the validation digits (MNIST's test 3s and 7s) pass, so does
    the share ``let_through[i]`` of MNIST's other test digits. ``usual`` is kept where ``POST /predict`` is told no
    ``keep``."""

    kept: list[float]
    let_through: list[float]
    usual: float


class ConfusionRow(BaseModel):
    """``digit``: what it is; how many of its images are read as what, with the gate as it usually is."""

    digit: int
    three: int
    seven: int
    neither: int


class MisreadDigit(BaseModel):
    """``index``: its place among the validation digits, as in ``GET /api/digits``, or among the other digits. ``gate``
    is the score and ``reason`` the words of ``POST /predict``. ``pixels``: 784 bytes in base64, ink bright on 0."""

    index: int
    digit: int
    read_as: ReadAs
    probability_3: float
    gate: float
    reason: str | None
    pixels: str


class Misread(BaseModel):
    """``surest``: at most 20 of the ``count`` that there are, first those that the network is the surest of; of
    ``missed``, those that the gate refuses the most surely."""

    count: int
    surest: list[MisreadDigit]


class Measured(BaseModel):
    """By the 2,038 validation digits (MNIST's test 3s and 7s), and 1,000 of MNIST's other test digits, 125 of each. No
    network of this server learns from them; the gate's threshold was chosen on these very validation digits.

    ``told_apart``: of the 3s and 7s by the network alone. With the gate as it usually is: ``right`` passed and are told
    apart, ``refused`` are taken for neither; ``let_through`` is of the other digits. ``gate_auroc``: how often the gate
    gives a 3 or a 7 a higher score than another digit. ``calibration_error``: the mean gap between how sure the network
    is of 3 or 7 and how often it is right, over the ``reliability`` table's bins. ``answers``, of the built-in network
    only, counts for each of the ten digits which of its eleven answers is the likeliest: 0-9, then no digit.
    """

    told_apart: Share
    right: Share
    refused: Share
    let_through: Share
    gate_auroc: Figure
    calibration_error: Figure
    reliability: list[ReliabilityBin]
    gate: GateCurve
    confusion: list[ConfusionRow]
    answers: list[list[int]] | None
    exchanged: Annotated[Misread, Field(description="3s read as 7s, and 7s as 3s.")]
    taken: Annotated[Misread, Field(description="Other digits that are read as a 3 or a 7.")]
    missed: Annotated[Misread, Field(description="3s and 7s that are read as neither.")]


class ModelCard(BaseModel):
    """A network, and what it does with digits that it has not learned from. ``run``: a run's id, or ``built-in``, for
    which what only a run has is null. ``steps``: as many as the run takes in all; ``step`` of them had been taken."""

    run: str
    name: str
    step: int
    steps: int | None
    state: State | None
    recipe: Recipe | None
    measured: Measured


@dataclass(frozen=True)
class ValidationSet:
    """The validation digits, then other digits, and what is the same whichever network tells 3s from 7s: the built-in
    network's eleven outputs for each, its gate's log-odds, and how well these refuse."""

    images: NDArray[np.uint8]
    digits: NDArray[np.intp]
    outputs: Floats
    scores: Floats
    too_full: Flags
    gate_auroc: Figure

    @classmethod
    def read_by(cls, reader: Reader, arrays: Arrays) -> Self:
        """One by one, as ``POST /predict`` reads: the threshold is the very score of one of them, and a product over
        many rounds differently."""
        images, digits = (
            np.concatenate([arrays[f"valid_{kind}"], arrays[f"other_valid_{kind}"]]) for kind in ("images", "labels")
        )
        images, digits = images.reshape(len(images), -1), digits.astype(np.intp)
        outputs = np.array([reader.network.outputs(image) for image in images])
        scores = np.array([log_odds(each) for each in outputs.tolist()])
        gate_auroc = Figure.resampled(Read(digits, outputs[:, 3] - outputs[:, 7], scores), auroc)
        return cls(images, digits, outputs, scores, np.array([fill.too_full(image) for image in images]), gate_auroc)


def measure(valid: ValidationSet, reader: Reader, predictor: Predictor | None) -> Measured:
    """Of the built-in network where ``predictor`` is None. Takes some hundredths of a second."""
    if predictor is None:
        logits = valid.outputs[:, 3] - valid.outputs[:, 7]
    else:
        pieces = np.split(valid.images, range(PIECE, len(valid.images), PIECE))
        logits = np.concatenate([predictor.logits(piece) for piece in pieces])
    read = Read(valid.digits, logits, valid.scores - reader.gate.threshold())
    passed = (read.scores >= 0) & ~valid.too_full
    ours, three = read.ours, logits > 0
    right = passed[ours] & read.right
    told = read[ours]
    return Measured(
        told_apart=Share.counted(read.right),
        right=Share.counted(right),
        refused=Share.counted(~passed[ours]),
        let_through=Share.counted(passed[~ours]),
        gate_auroc=valid.gate_auroc,
        calibration_error=Figure.resampled(told, lambda some: calibration_error(some, BINS)),
        reliability=_reliability(told),
        gate=GateCurve(**reader.curve._asdict()),
        confusion=[_row(digit, valid.digits, passed, three) for digit in range(10)],
        answers=_answers(valid) if predictor is None else None,
        exchanged=_misread(valid, read, passed & ours & (three != (valid.digits == 3)), np.abs(logits)),
        taken=_misread(valid, read, passed & ~ours, np.abs(logits)),
        missed=_misread(valid, read, ~passed & ours, -read.scores),
    )


def _reliability(told: Read) -> list[ReliabilityBin]:
    return [
        ReliabilityBin(
            low=each.low,
            high=each.high,
            count=each.count,
            confidence=each.confidence if each.count else None,
            right=Share.counted(np.arange(each.count) < each.right) if each.count else None,
        )
        for each in reliability(told, BINS)
    ]


def _row(digit: int, digits: NDArray[np.intp], passed: Flags, three: Flags) -> ConfusionRow:
    own = digits == digit
    counts = {"three": own & passed & three, "seven": own & passed & ~three, "neither": own & ~passed}
    return ConfusionRow(digit=digit, **{name: int(each.sum()) for name, each in counts.items()})


def _answers(valid: ValidationSet) -> list[list[int]]:
    answers = valid.outputs.argmax(axis=1)
    return [np.bincount(answers[valid.digits == digit], minlength=11).tolist() for digit in range(10)]


def _misread(valid: ValidationSet, read: Read, which: Flags, sureness: Floats) -> Misread:
    found = np.flatnonzero(which)
    surest = found[np.argsort(-sureness[found], kind="stable")][:SHOWN]
    return Misread(count=len(found), surest=[_digit(valid, read, int(at)) for at in surest])


def _digit(valid: ValidationSet, read: Read, at: int) -> MisreadDigit:
    """Return the image at this place of ``valid``. The other digits' indices begin at 0 again."""
    first = 0 if read.ours[at] else int(read.ours.sum())
    logit, score = float(read.logits[at]), float(read.scores[at])
    read_as: ReadAs = "3" if logit > 0 else "7"
    reason = None
    if valid.too_full[at]:
        read_as, reason = "neither", fill.REASON
    elif score < 0:
        read_as, reason = "neither", why_not(valid.outputs[at].tolist())
    return MisreadDigit(
        index=at - first,
        digit=int(valid.digits[at]),
        read_as=read_as,
        probability_3=probability(logit),
        gate=score,
        reason=reason,
        pixels=base64.b64encode(valid.images[at].tobytes()).decode(),
    )
