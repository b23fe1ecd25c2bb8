"""The board of the lesson ``your-turn`` by REST: look at it, submit a recipe, take an entry off."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request

from app.lessons.budget import OPEN, entry_recipe
from app.lessons.contents import SEEDS
from app.lessons.lesson import UnknownChoice
from app.recipe import Recipe
from app.running.queue import QueueFull
from app.web.board import TEXTBOOK
from app.web.board_view import BoardEntry, BoardNow, shown_as
from app.web.client import client_address
from app.web.names import visible
from app.web.problems import Problem, documented, invalid, refused
from app.web.services import services
from app.web.session import counted_control

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
        """Return the recipe to be trained. Raises Problem, naming the field."""
        for field in self.recipe:
            if field not in OPEN:
                raise refused(f"recipe.{field}", f"an entry has no such field to choose; it has {', '.join(OPEN)}")
        try:
            return entry_recipe(Recipe.model_validate(self.recipe))
        except ValidationError as error:
            raise invalid([each | {"loc": ("recipe", *each["loc"])} for each in error.errors()]) from None
        except UnknownChoice as choice:
            raise refused(f"recipe.{choice.field}", str(choice)) from None


class Submitted(BaseModel):
    """``new``: it has been put on the board now; otherwise it was there."""

    entry: BoardEntry
    new: bool


@router.get("")
async def entries(request: Request) -> BoardNow:
    """The board as it stands, at most a second ago."""
    return await services(request).board_view.now()


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
    now = {each.id: each for each in (await services(request).board_view.now()).entries}
    return Submitted(entry=now.get(entry.id) or shown_as(entry, []), new=new)


@router.delete("/{entry}", status_code=204, dependencies=[Depends(counted_control)])
async def delete(request: Request, entry: str) -> Response:
    """Take an entry off the board, with its runs. One that still trains is stopped."""
    if entry == TEXTBOOK:
        raise Problem(409, "Not possible", "This entry comes with the lesson, and stays.")
    try:
        await services(request).board.delete(entry)
    except KeyError:
        raise Problem(404, "No such entry", f"The board has no entry {entry!r}. It may have been deleted.") from None
    return Response(status_code=204)
