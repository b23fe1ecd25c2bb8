"""Runs by REST: start, list, look at, control, rename, delete."""

import json
from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, Body, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from starlette.requests import Request
from starlette.responses import JSONResponse

from app.controls import AnyControl, Pace, SetPace, SetSpeed, StepsPerSecond
from app.events import Origin
from app.history.history import LISTED, History, StillActive, UnknownRun
from app.presets import PRESETS, preset
from app.recipe import Recipe
from app.run import Run
from app.running.start import Start
from app.running.steering import NotActive, OfSweep
from app.running.supervisor import QueueFull, Supervisor
from app.web.gzipped import gzipped
from app.web.names import Name
from app.web.problems import Problem, documented, invalid, no_such_run
from app.web.root_path import root
from app.web.services import HistoryDep, SupervisorDep, services
from app.web.session import counted_control, require_control

router = APIRouter(prefix="/api/runs", tags=["runs"])


class StartRun(BaseModel):
    """A preset's recipe, with any of its fields overridden beside these."""

    model_config = ConfigDict(extra="allow", json_schema_extra=lambda schema: with_recipe(schema))

    preset: Annotated[str, Field(json_schema_extra={"enum": [each.name for each in PRESETS]})] = "textbook"
    name: Name | None = None
    steps_per_second: StepsPerSecond | None = None
    """From the first step on; null is full speed. Not part of the recipe: it changes when, not what."""
    pace: Pace | None = None
    """Instead of ``steps_per_second``."""
    reuse: bool = False
    """Answer with an equal one that is queued, training or finished, where there is one."""

    @model_validator(mode="after")
    def _one_speed(self) -> Self:
        if self.pace is not None and self.steps_per_second is not None:
            raise ValueError("give pace or steps_per_second, not both")
        return self

    @property
    def stripped_name(self) -> str | None:
        return self.name and self.name.strip()

    def speed(self) -> SetSpeed | SetPace | None:
        """Return the speed with which the run begins; None is full speed."""
        if self.pace is not None:
            return SetPace(pace=self.pace)
        return None if self.steps_per_second is None else SetSpeed(steps_per_second=self.steps_per_second)

    def recipe(self) -> Recipe:
        """Raises Problem, naming the field."""
        try:
            base = preset(self.preset).recipe
        except KeyError:
            raise Problem(
                422, "Invalid input", f"preset: there is no preset {self.preset!r}; GET /api/presets lists them",
                [{"field": "preset", "detail": "unknown"}],
            ) from None  # fmt: skip
        try:
            return Recipe.model_validate(base.model_dump() | (self.model_extra or {}))
        except ValidationError as error:
            raise invalid(error.errors()) from None


def with_recipe(schema: dict[str, Any]) -> None:
    schema["properties"] |= Recipe.model_json_schema()["properties"]
    schema["additionalProperties"] = False


class Page(BaseModel):
    """``next`` is the ``cursor`` of the following page; null on the last."""

    runs: list[Run]
    next: str | None


class CompactPage(BaseModel):
    """As :class:`Page`, of each run only what is neither null nor at its default, and no ``recipe_key``."""

    runs: list[dict[str, Any]]
    next: str | None


def brief(run: Run) -> dict[str, Any]:
    """The run without what it has in common with most: fields at their defaults, those of its recipe and summary
    included, and ``recipe_key``."""
    return run.model_dump(mode="json", exclude_defaults=True, exclude={"recipe_key"})


MANY = 200
"""Runs of one request: as many as a page of the list has."""

RunId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$", min_length=1, max_length=32)]


class SomeRuns(BaseModel):
    """Ids of runs."""

    model_config = ConfigDict(extra="forbid")

    runs: Annotated[list[RunId], Field(max_length=MANY)]


class Deleted(BaseModel):
    """Ids of the runs that this has deleted, and until when (Unix time) they can be restored; null where they cannot,
    since the server's disk is full and their room was needed at once."""

    deleted: list[str]
    until: float | None


class Restored(BaseModel):
    """Ids of the runs that this has brought back."""

    restored: list[str]


class StopRuns(BaseModel):
    """Either ``runs``, ids of runs, or ``all``."""

    model_config = ConfigDict(extra="forbid")

    runs: Annotated[list[RunId], Field(max_length=1000)] | None = None
    all: Literal[True] | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.runs is None) == (self.all is None):
            raise ValueError('give {"runs": [ids]} or {"all": true}')
        return self


class Stopped(BaseModel):
    """Ids of the runs that this has stopped."""

    stopped: list[str]


class Rename(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Name


def queue_full(full: QueueFull) -> Problem:
    detail = f"{full.limit} runs are waiting already: stop one, or wait."
    return Problem(503, "Queue full", detail, headers={"Retry-After": "30"})


@router.post(
    "", status_code=201, dependencies=[Depends(require_control)],
    responses=documented("503", "507") | {200: {"model": Run, "description": "An equal run of before."}},
)  # fmt: skip
async def start(request: Request, response: Response, supervisor: SupervisorDep, asked: StartRun) -> Run:
    """Start a run, or queue it when as many as may train at once are training."""
    recipe = asked.recipe()
    auth = services(request).auth
    auth.count_start(request)
    person = auth.person(request)
    try:
        start = Start([recipe], asked.stripped_name, asked.preset, asked.speed(), reuse=asked.reuse, starter=person)
        (run,), new = await supervisor.queue(start)
    except QueueFull as full:
        raise queue_full(full) from None
    if new:
        services(request).telemetry.runs_started(1)
    else:
        run = supervisor.placed([run])[0]
        response.status_code = 200
    response.headers["Location"] = f"{root(request.scope)}/api/runs/{run.id}"
    return run


@router.get("", response_model=Page | CompactPage)
async def runs(
    request: Request,
    history: HistoryDep,
    supervisor: SupervisorDep,
    limit: Annotated[int, Query(ge=1, le=MANY)] = 50,
    cursor: Annotated[str | None, Query(max_length=100)] = None,
    origin: Annotated[list[Origin] | None, Query(description="Whose runs; may be repeated.", max_length=3)] = None,
    compact: Annotated[
        bool, Query(description="Leave out what is null or at its default, in recipes and summaries too.")
    ] = False,
) -> Page | Response:
    """Runs, newest first; those of lessons only where ``origin=lesson`` asks for them. A page with ``compact`` has
    half the bytes, and is compressed (``Content-Encoding: gzip``) for clients that accept it."""
    try:
        found, following = await history.runs(limit, cursor, origin or LISTED)
    except ValueError:
        raise Problem(
            422, "Invalid input", "cursor: take it from the page before", [{"field": "cursor", "detail": "unknown"}]
        ) from None
    placed = supervisor.placed(found)
    if not compact:
        return Page(runs=placed, next=following)
    body = json.dumps({"runs": [brief(run) for run in placed], "next": following}, separators=(",", ":")).encode()
    return gzipped(request, body, "application/json")


@router.post("/stop", dependencies=[Depends(counted_control)])
async def stop(supervisor: SupervisorDep, asked: StopRuns) -> Stopped:
    """Stop runs, queued ones included. Unknown runs and those that have ended are left out of the answer."""
    return Stopped(stopped=await supervisor.stop(asked.runs))


@router.post("/delete", dependencies=[Depends(counted_control)])
async def delete_many(history: HistoryDep, asked: SomeRuns) -> Deleted:
    """Delete ended runs with their logs and models, all or none. For some minutes they can be restored. Unknown runs
    and those that have not ended are left out of the answer."""
    deleted, until = await history.delete_many(asked.runs)
    return Deleted(deleted=deleted, until=until)


@router.post("/restore", dependencies=[Depends(counted_control)])
async def restore_many(history: HistoryDep, asked: SomeRuns) -> Restored:
    """Bring deleted runs back. Those that are not deleted, or no longer kept, are left out of the answer."""
    return Restored(restored=await history.restore_many(asked.runs))


@router.get("/{run}")
async def run(history: HistoryDep, supervisor: SupervisorDep, run: str) -> Run:
    """One run."""
    return await _get(history, supervisor, run)


@router.post("/{run}/control", status_code=202, dependencies=[Depends(counted_control)])
async def control_run(
    history: HistoryDep, supervisor: SupervisorDep, run: str, asked: Annotated[AnyControl, Body()]
) -> Run:
    """Ask something of a run. The log's ``Controlled`` event says at which step it took effect."""
    try:
        await supervisor.control(run, asked)
    except (NotActive, OfSweep) as error:
        raise Problem(409, "Not possible now", str(error)) from None
    except UnknownRun:
        raise no_such_run(run) from None
    return await _get(history, supervisor, run)


@router.patch("/{run}", dependencies=[Depends(counted_control)])
async def rename(history: HistoryDep, supervisor: SupervisorDep, run: str, asked: Rename) -> Run:
    """Give a run another name."""
    try:
        return supervisor.placed([await history.rename(run, asked.name.strip())])[0]
    except UnknownRun:
        raise no_such_run(run) from None


class Gone(BaseModel):
    """Where a run was deleted for good at once. ``detail`` says why."""

    restorable: bool
    detail: str

    @classmethod
    def of(cls, what: str) -> Self:
        why = f"The {what} cannot be restored: the server's disk is full, so it gave its room back at once."
        return cls(restorable=False, detail=why)


@router.delete(
    "/{run}", status_code=204, dependencies=[Depends(counted_control)],
    responses={200: {"model": Gone, "description": "It cannot be restored: its room was needed at once."}},
)  # fmt: skip
async def delete(history: HistoryDep, run: str) -> Response:
    """Delete an ended run, or a damaged one, with its log and its models. For some minutes it can be restored."""
    try:
        if await history.delete(run) is None:
            return JSONResponse(Gone.of("run").model_dump())
        return Response(status_code=204)
    except StillActive:
        raise Problem(409, "Not possible now", "The run has not ended: stop it first.") from None
    except UnknownRun:
        raise no_such_run(run) from None


@router.post("/{run}/restore", dependencies=[Depends(counted_control)])
async def restore(history: HistoryDep, run: str) -> Run:
    """Bring a deleted run back, as long as that can be done (``deleted`` of ``GET /api/storage``)."""
    try:
        return await history.restore(run)
    except UnknownRun:
        raise no_such_run(run) from None


async def _get(history: History, supervisor: Supervisor, run: str) -> Run:
    try:
        return supervisor.placed([await history.get(run)])[0]
    except UnknownRun:
        raise no_such_run(run) from None
