"""The board of the lesson ``your-turn`` by REST: look at it, submit a recipe, take an entry off."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request

from app.entry import Entry
from app.experiments import parameters
from app.lessons import board
from app.lessons.budget import BUDGET, MOST_EPOCHS, MOST_STEPS, OPEN, entry_recipe, price
from app.lessons.contents import SEEDS
from app.lessons.lesson import UnknownChoice
from app.recipe import HELD_OUT, TRAIN_IMAGES, Recipe
from app.run import Run
from app.running.queue import QueueFull
from app.web.auth import client_address
from app.web.board import TEXTBOOK, Board
from app.web.names import visible
from app.web.problems import Problem, documented, invalid
from app.web.services import services
from app.web.session import require_control

LONGEST_NAME = 40

router = APIRouter(prefix="/api/lessons/your-turn/entries", tags=["lessons"])


def _only_open(schema: dict[str, Any]) -> None:
    fields = Recipe.model_json_schema()["properties"]
    schema["properties"]["recipe"] = {
        "type": "object",
        "properties": {name: fields[name] for name in OPEN},
        "additionalProperties": False,
        "default": {},
    }


class Submit(BaseModel):
    """``recipe``: fields as of a run; those left out are the textbook's. ``predicted``: the share of validation digits,
    from 0 to 1, that it is expected to read rightly. ``name``: what the visitor is called on the board, or null."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, json_schema_extra=_only_open)

    recipe: dict[str, Any] = {}
    predicted: Annotated[float, Field(ge=0, le=1)]
    name: Annotated[str, Field(max_length=LONGEST_NAME), AfterValidator(visible)] | None = None

    def chosen(self) -> Recipe:
        """What is to be trained. Raises Problem, naming the field."""
        for field in self.recipe:
            if field not in OPEN:
                raise _refused(f"recipe.{field}", f"an entry has no such field to choose; it has {', '.join(OPEN)}")
        try:
            return entry_recipe(Recipe.model_validate(self.recipe))
        except ValidationError as error:
            raise invalid([each | {"loc": ("recipe", *each["loc"])} for each in error.errors()]) from None
        except UnknownChoice as refused:
            raise _refused(f"recipe.{refused.field}", str(refused)) from None


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


class Submitted(BaseModel):
    """``new``: it has been put on the board now; otherwise it was there."""

    entry: BoardEntry
    new: bool


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


async def board_now(held: Board) -> BoardNow:
    entries = await held.entries()
    best = {entry.id for entry in board.frontier(entries)}
    places = held.places
    shown = [
        _shown(entry, [] if entry.ended else await held.runs(entry), places.get(entry.id), entry.id in best)
        for entry in entries
    ]
    ranks = iter(range(1, len(shown) + 1))
    return BoardNow(
        entries=[
            each if each.score is None else each.model_copy(update={"rank": next(ranks)}) for each in shown
        ],
        places=board.PLACES,
        budget=BUDGET,
        most_epochs=MOST_EPOCHS,
        most_steps=MOST_STEPS,
        train_images=TRAIN_IMAGES - HELD_OUT,
        test_images=HELD_OUT,
    )  # fmt: skip


def _shown(entry: Entry, runs: list[Run], place: int | None, best: bool) -> BoardEntry:
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


@router.get("")
async def entries(request: Request) -> BoardNow:
    """The board as it stands."""
    return await board_now(services(request).board)


@router.post(
    "", status_code=201,
    responses=documented("503", "507") | {200: {"model": Submitted, "description": "This recipe was there."}},
)  # fmt: skip
async def submit(request: Request, response: Response, asked: Submit) -> Submitted:
    """Submit a recipe, which is trained with three seeds. Nobody needs to be signed in for it. A recipe that is on the
    board already is answered as it stands there (200)."""
    services(request).auth.count_entry(request)
    held, recipe = services(request).board, asked.chosen()
    name = (asked.name or "").strip() or None
    try:
        entry, new = await held.submit(recipe, name, asked.predicted, client_address(request))
    except QueueFull as full:
        detail = f"{full.limit} are waiting already: try again in half a minute."
        raise Problem(503, "Queue full", detail, headers={"Retry-After": "30"}) from None
    if new:
        services(request).telemetry.runs_started(len(SEEDS))
    else:
        response.status_code = 200
    now = {each.id: each for each in (await board_now(held)).entries}
    return Submitted(entry=now.get(entry.id) or _shown(entry, [], None, best=False), new=new)


@router.delete("/{entry}", status_code=204, dependencies=[Depends(require_control)])
async def delete(request: Request, entry: str) -> Response:
    """Take an entry off the board, with its runs. One that still trains is stopped."""
    if entry == TEXTBOOK:
        raise Problem(409, "Not possible", "This entry comes with the lesson, and stays.")
    try:
        await services(request).board.delete(entry)
    except KeyError:
        raise Problem(404, "No such entry", f"The board has no entry {entry!r}. It may have been deleted.") from None
    return Response(status_code=204)


def _refused(field: str, detail: str) -> Problem:
    return Problem(422, "Invalid input", f"{field}: {detail}", [{"field": field, "detail": detail}])
