"""What a person has asked to train, and the runs and the entries of the queue that it becomes."""

import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from app.controls import SetPace, SetSpeed
from app.events import Origin, RunQueued
from app.presets import preset as find_preset
from app.recipe import LEARNER, Recipe
from app.run import Run
from app.running.queue import Waiting, is_paced
from app.sweep import Sweep, Value, groups


@dataclass(frozen=True)
class Start:
    """What a person has asked for: a run or, with ``axes``, the members of a sweep, which are their ``combinations``.
    By default they are named after their preset, with a number. ``reuse``: equal ones of before do as well.
    ``pictured_as``: of each are kept as few pictures and models as if there were so many. ``starter``: who has asked,
    something that tells people apart; empty where it is the server.
    """

    recipes: Sequence[Recipe]
    name: str | None = None
    preset: str | None = None
    pace: SetSpeed | SetPace | None = None
    origin: Origin = "person"
    axes: Mapping[str, list[Value]] | None = None
    reuse: bool = False
    pictured_as: int = 0
    starter: str = ""

    @property
    def shares_a_worker(self) -> bool:
        """Its runs leave a core time, and train by turns with others of their kind."""
        return self.origin == "lesson" or (self.pace is not None and bool(is_paced(self.pace)))

    def numbered(self, number: int) -> str:
        """Return the name of the run of this number where it was given none."""
        return f"{_title(self.preset)} #{number}"


class Started(NamedTuple):
    """``new``: they have been queued now; otherwise they are equal ones of before."""

    runs: list[Run]
    new: bool


class NewRuns:
    """The runs of a start, by its ``recipes`` with their devices filled in. They train at so many ``places`` at once,
    and those that train as one with so many ``threads``."""

    def __init__(self, start: Start, recipes: Sequence[Recipe], *, places: int, threads: int) -> None:
        self._start, self._recipes = start, recipes
        self._ids = [secrets.token_hex(5) for _ in recipes]
        self.sweep = None
        if start.axes is not None:
            self.sweep = Sweep(
                id=secrets.token_hex(5), preset=start.preset, axes=dict(start.axes), created=time.time(),
                places=places, threads=threads, pictured_as=start.pictured_as,
            )  # fmt: skip
        self.entries = [self._entry([self._ids[at] for at in group], threads) for group in groups(recipes, places)]
        """One for each group that trains as one."""

    def _entry(self, runs: list[str], threads: int) -> Waiting:
        start, sweep = self._start, self.sweep
        lesson, starter = start.origin == "lesson", start.starter
        if sweep is None:
            entry = Waiting(runs, lesson=lesson, threads=threads, starter=starter)
        else:
            entry = Waiting(runs, sweep.id, sweep.shares, lesson, threads=threads, starter=starter)
        if start.pace is not None:
            entry.control(None, start.pace)
        return entry

    def events(self, name: str, place: int) -> list[RunQueued]:
        """What their logs begin with, in the order of the recipes."""
        start, sweep, pace = self._start, self.sweep, self._start.pace
        return [
            RunQueued(
                run=id,
                name=sweep.name(name, recipe) if sweep else name,
                recipe=recipe,
                place=place,
                preset=start.preset,
                sweep=sweep.id if sweep else None,
                origin=start.origin,
                learner=LEARNER,
                steps_per_second=pace.steps_per_second if isinstance(pace, SetSpeed) else None,
                pace=pace.pace if isinstance(pace, SetPace) else None,
                time=time.time(),
            )
            for id, recipe in zip(self._ids, self._recipes, strict=True)
        ]


def _title(preset: str | None) -> str:
    """Return what people call runs of a preset."""
    return "Run" if preset is None else find_preset(preset).title
