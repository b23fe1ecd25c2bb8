"""The board of the lesson ``your-turn`` as pages show it."""

import time
from typing import Literal

from pydantic import BaseModel

from app.entry import Entry
from app.experiments import parameters
from app.lessons import board
from app.lessons.budget import BUDGET, MOST_EPOCHS, MOST_STEPS, price
from app.recipe import HELD_OUT, TRAIN_IMAGES, Recipe
from app.run import Run
from app.web.board import TEXTBOOK, Board

FRESH_SECONDS = 1.0
"""For as long it is shown again. To make it takes some milliseconds."""

State = Literal["queued", "training", "scored", "tested", "failed"]


class BoardEntry(BaseModel):
    """An entry as it stands. ``price``: its parameters times its epochs. ``place``, while it waits, is that among the
    entries that do; ``done``, from 0 to 1, the share of its steps that have been taken. ``validation`` and ``test``
    have the share of digits read rightly with each seed, null for one that diverged; ``score`` and ``tested`` are their
    medians. ``rank`` counts scores from 1; ``frontier``: none has as good a score for less. ``failed`` says why it gets
    no score. ``lesson``: it is the lesson's own, and nobody's. ``runs``: ids by seed, none while it waits."""

    id: str
    name: str | None
    recipe: Recipe
    parameters: int
    price: int
    predicted: float | None
    created: float
    state: State
    place: int | None
    done: float
    sweep: str
    runs: list[str]
    validation: list[float | None] | None
    score: float | None
    test: list[float | None] | None
    tested: float | None
    rank: int | None
    frontier: bool
    failed: str | None
    lesson: bool


class BoardNow(BaseModel):
    """``entries`` best first, then those without a score. An entry may cost ``budget`` parameters times epochs, and has
    at most so many epochs and, with each seed, steps. It
    learns from ``train_images``; ``test_images`` others are kept apart for the last test."""

    entries: list[BoardEntry]
    places: int
    budget: int
    most_epochs: int
    most_steps: int
    train_images: int
    test_images: int


class BoardView:
    """The board as pages get it. A class that fetches it at once has it made once: it is made anew when it has changed,
    and every second while an entry trains."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._made: tuple[int, float, BoardNow] | None = None

    async def now(self) -> BoardNow:
        if self._made is not None:
            version, at, found = self._made
            if version == self._board.version and time.monotonic() < at + FRESH_SECONDS:
                return found
        version = self._board.version  # of before: what changes meanwhile may not be in it
        found = await self._make()
        self._made = version, time.monotonic(), found
        return found

    async def _make(self) -> BoardNow:
        entries = await self._board.entries()
        best = {entry.id for entry in board.frontier(entries)}
        places = self._board.places
        shown = []
        for entry in entries:
            runs = [] if entry.ended else await self._board.runs(entry)
            shown.append(shown_as(entry, runs, places.get(entry.id), best=entry.id in best))
        ranks = iter(range(1, len(shown) + 1))
        return BoardNow(
            entries=[each if each.score is None else each.model_copy(update={"rank": next(ranks)}) for each in shown],
            places=board.PLACES,
            budget=BUDGET,
            most_epochs=MOST_EPOCHS,
            most_steps=MOST_STEPS,
            train_images=TRAIN_IMAGES - HELD_OUT,
            test_images=HELD_OUT,
        )


def shown_as(entry: Entry, runs: list[Run], place: int | None = None, best: bool = False) -> BoardEntry:
    steps = sum(run.steps for run in runs)
    taken = sum(run.step if run.active else run.steps for run in runs)
    state: State = "training" if entry.runs else "queued"
    if entry.failed is not None:
        state = "failed"
    elif entry.validation is not None:
        state = "scored" if entry.test is None else "tested"
    return BoardEntry(
        id=entry.id,
        name=entry.name,
        recipe=entry.recipe,
        parameters=parameters(entry.recipe),
        price=price(entry.recipe),
        predicted=entry.predicted,
        created=entry.created,
        state=state,
        place=place,
        done=1.0 if entry.ended else taken / steps if steps else 0.0,
        sweep=entry.sweep,
        runs=list(entry.runs),
        validation=None if entry.validation is None else list(entry.validation),
        score=entry.score,
        test=None if entry.test is None else list(entry.test),
        tested=entry.tested,
        rank=None,
        frontier=best,
        failed=entry.failed,
        lesson=entry.id == TEXTBOOK,
    )
