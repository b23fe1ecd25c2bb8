"""Runs' models at their kept steps, held ready to read digits."""

from collections import OrderedDict
from typing import NamedTuple

from app.handwriting.predictor import Predictor, from_safetensors
from app.handwriting.reader import Reader
from app.history.history import History, UnknownRun
from app.run import Run
from app.web.problems import Problem, no_such_run

READY = 32
"""Models held ready, the last used; one of 256 units is 0.8 MB."""


def no_earlier_built_in(reader: Reader, step: int | None) -> None:
    """Raises Problem 404 where the built-in model is asked for as it was before it had learned all."""
    if step is not None and step < reader.step:
        raise Problem(404, "No such model", f"The built-in model is kept at step {reader.step} only; name a run.")


async def newest_run(history: History) -> Run:
    """Return the run that ``live`` names. Raises Problem 404 where no run has been started."""
    newest = await history.live()
    if newest is None:
        raise Problem(404, "No such run", "No run has been started yet.")
    return newest


class KeptModel(NamedTuple):
    run: str
    step: int
    predictor: Predictor


class KeptModels:
    def __init__(self) -> None:
        self._ready: OrderedDict[tuple[str, int], Predictor] = OrderedDict()

    async def get(self, history: History, run: str, step: int | None) -> KeptModel:
        """The newest model of ``run`` (an id, or ``live``) at or before ``step``. Raises Problem 404 or 409."""
        if run == "live":
            run = (await newest_run(history)).id
        try:
            checkpoint = await history.checkpoint(run, step)
        except UnknownRun:
            raise no_such_run(run) from None
        if checkpoint is None and (await history.get(run)).models_removed:
            raise Problem(
                404, "No such model", f"The server removed the models of run {run} to make room for newer runs."
            )
        if checkpoint is None:
            at = "yet" if step is None else f"at or before step {step}"
            raise Problem(404, "No such model", f"Run {run} has kept no model {at}.")
        key = run, checkpoint.step
        if key not in self._ready:
            try:
                self._ready[key] = from_safetensors(checkpoint.data)
            except ValueError as error:
                raise Problem(409, "Unusable model", f"Run {run} at step {checkpoint.step}: {error}.") from None
        self._ready.move_to_end(key)
        if len(self._ready) > READY:
            self._ready.popitem(last=False)
        return KeptModel(run, checkpoint.step, self._ready[key])
