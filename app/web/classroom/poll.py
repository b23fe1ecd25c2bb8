"""How a class's answers are distributed. Whose they are is not told."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import ceil

from pydantic import BaseModel

from app.web.classroom.questions import MOST_BARS, MOST_TYPED, Answer, ChoiceAsked, NumberAsked, Question


class Bar(BaseModel):
    """``count`` of the answers: of a number those from ``start`` to below ``end``, else those that are ``value``."""

    label: str
    count: int
    value: str | None = None
    start: float | None = None
    end: float | None = None


class Distribution(BaseModel):
    question: Question
    bars: list[Bar]


def distributions(questions: Sequence[Question], answers: Sequence[Mapping[str, Answer]]) -> list[Distribution]:
    """Of each question's answers, in the questions' order."""
    return [
        Distribution(question=question, bars=_bars(question, [each[question.name] for each in answers]))
        for question in questions
    ]


def _bars(question: Question, answers: Sequence[Answer]) -> list[Bar]:
    if isinstance(question, NumberAsked):
        return _histogram(question, [float(answer) for answer in answers])
    counts = Counter(map(str, answers))
    if isinstance(question, ChoiceAsked):
        return [Bar(label=o.label, value=o.value, count=counts[o.value]) for o in question.options]
    common = counts.most_common(MOST_TYPED)
    bars = [Bar(label=text or "[ ]", value=text, count=count) for text, count in common]
    rest = len(answers) - sum(count for _, count in common)
    return [*bars, Bar(label="others", count=rest)] if rest else bars


def _histogram(question: NumberAsked, answers: Sequence[float]) -> list[Bar]:
    """Bars of equal widths, each of as many whole steps, with the steps in their middles."""
    steps = round((question.max - question.min) / question.step) + 1
    each = ceil(steps / MOST_BARS)
    counts = Counter(round((answer - question.min) / question.step) // each for answer in answers)
    first = question.min - question.step / 2
    edges = [first + question.step * each * i for i in range(ceil(steps / each) + 1)]
    return [Bar(label="", count=counts[i], start=start, end=end) for i, (start, end) in enumerate(pairwise(edges))]
