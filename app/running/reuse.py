"""Which runs are what a start asks for already, so that nothing needs to be trained again."""

from collections.abc import Callable, Sequence

from app.history.damage import Damaged
from app.history.history import History, UnknownSweep
from app.recipe import LEARNER, Recipe
from app.run import Run

WHOLE = ("queued", "running", "finished")
"""Not a paused one: its end may never come. A lesson's goes on by itself."""


class Equal:
    """Finds runs that are, or will be, bit for bit what their recipe gives: on the same device, by the same version of
    the learner, with no control that has changed a learning rate, and with their models kept.

    ``device_of`` says on which device a recipe would be trained, ``changed`` whether a run that waits has been given
    another learning rate. ``lesson``: among lessons' runs, which are kept and are nobody's; otherwise among the others.
    """

    def __init__(
        self, history: History, device_of: Callable[[Recipe], str], changed: Callable[[str], bool], *, lesson: bool
    ) -> None:
        self._history, self._device_of, self._changed, self._lesson = history, device_of, changed, lesson

    async def run(self, recipe: Recipe) -> Run | None:
        """The newest, but no member of a sweep: its figures are the same within rounding only."""
        for run in await self._history.equal_runs(recipe.key):
            if run.sweep is None and self._whole(run) and self._fits(run, recipe):
                return run
        return None

    async def sweep(self, recipes: Sequence[Recipe]) -> list[Run] | None:
        """The members of the newest sweep of these recipes, in this order. One that diverged counts: it would again."""
        for candidate in await self._history.equal_runs(recipes[0].key):
            if candidate.sweep is None:
                continue
            try:
                _, members = await self._history.sweep(candidate.sweep)
            except (UnknownSweep, Damaged):  # deleted meanwhile, or nothing to use again
                continue
            if len(members) == len(recipes) and all(map(self._fits_member, members, recipes)):
                return members
        return None

    def _fits_member(self, run: Run, recipe: Recipe) -> bool:
        return (self._whole(run) or run.diverged) and self._fits(run, recipe)

    def _whole(self, run: Run) -> bool:
        return run.state in WHOLE or (self._lesson and run.state == "paused")

    def _same_device(self, run: Run, recipe: Recipe) -> bool:
        wanted = self._device_of(recipe)
        if wanted == "auto":  # which one that is, no worker has said yet
            return run.recipe.device == "auto"
        return (run.device or self._device_of(run.recipe)) == wanted

    def _fits(self, run: Run, recipe: Recipe) -> bool:
        return (
            run.recipe_key == recipe.key
            and (run.origin == "lesson") == self._lesson
            and self._same_device(run, recipe)
            and run.learner == LEARNER
            and not run.learning_rate_changed
            and not run.models_removed
            and not self._changed(run.id)
        )
