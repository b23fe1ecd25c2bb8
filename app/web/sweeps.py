"""Sweeps by REST: many runs asked for at once, one for each combination of some recipe fields' values."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse

from app.controls import AnyControl
from app.history.history import History, StillActive, UnknownSweep
from app.recipe import Recipe
from app.run import Run
from app.running.start import Start
from app.running.steering import NotActive
from app.running.supervisor import QueueFull, Supervisor
from app.sweep import MEMBERS, Sweep, Value, combinations, size
from app.web.problems import Problem, documented, invalid
from app.web.root_path import root
from app.web.runs import Gone, StartRun, queue_full, with_recipe
from app.web.services import HistoryDep, SupervisorDep, services
from app.web.session import counted_control, require_control

router = APIRouter(prefix="/api/sweeps", tags=["sweeps"])

Values = Annotated[list[Value], Field(min_length=1, max_length=MEMBERS)]


class StartSweep(StartRun):
    """As a run is started, and for each of ``axes`` the values that a recipe field is to have."""

    model_config = ConfigDict(extra="allow", json_schema_extra=lambda schema: with_recipe(schema))

    axes: Annotated[dict[str, Values], Field(min_length=1, max_length=len(Recipe.model_fields))]

    def recipes(self) -> list[Recipe]:
        """Of each combination of values, the last axis fastest. Raises Problem, naming the field."""
        base = self.recipe()
        for field, values in self.axes.items():
            where = f"axes.{field}"
            if field not in Recipe.model_fields:
                raise _wrong(where, f"a recipe has no such field; it has {', '.join(Recipe.model_fields)}")
            if field == "device":
                raise _wrong(where, "it decides where runs train, not what they learn: give it beside the axes")
            if field in (self.model_extra or {}):
                raise _wrong(where, f"{field} is also given beside the axes: give it once")
            if twice := [value for at, value in enumerate(values) if value in values[:at]]:
                raise _wrong(where, f"{twice[0]} stands there twice")
        if (members := size(self.axes)) > MEMBERS:
            raise _wrong("axes", f"these are {members} combinations; a sweep has at most {MEMBERS}")
        for field, values in self.axes.items():
            for at, value in enumerate(values):
                try:
                    Recipe.model_validate(base.model_dump() | {field: value})
                except ValidationError as error:
                    own = [each for each in error.errors() if each["loc"][:1] == (field,)]
                    if own:
                        raise _wrong(f"axes.{field}.{at}", own[0]["msg"]) from None
        try:
            return combinations(base, self.axes)
        except ValidationError as error:
            raise invalid(error.errors()) from None


class SweepWithRuns(Sweep):
    """``runs`` are its members, in the order of their combinations, the last axis fastest."""

    runs: list[Run]

    @classmethod
    def of(cls, sweep: Sweep, runs: list[Run]) -> "SweepWithRuns":
        return cls(**sweep.model_dump(), runs=runs)


class Sweeps(BaseModel):
    """``next`` is the ``cursor`` of the following page; null on the last."""

    sweeps: list[Sweep]
    next: str | None


def no_such_sweep(sweep: str) -> Problem:
    return Problem(404, "No such sweep", f"There is no sweep {sweep!r}; GET /api/sweeps lists those that are kept.")


@router.post(
    "", status_code=201, dependencies=[Depends(require_control)],
    responses=documented("503", "507") | {200: {"model": SweepWithRuns, "description": "An equal sweep of before."}},
)  # fmt: skip
async def start(
    request: Request, response: Response, history: HistoryDep, supervisor: SupervisorDep, asked: StartSweep
) -> SweepWithRuns:
    """Start a run for each combination of the axes' values. Those that can share their batches train as one."""
    recipes = asked.recipes()
    services(request).auth.count_start(request)
    try:
        start = Start(
            recipes, asked.stripped_name, asked.preset, asked.speed(), axes=asked.axes, reuse=asked.reuse,
            starter=services(request).auth.person(request),
        )  # fmt: skip
        runs, new = await supervisor.queue(start)
    except QueueFull as full:
        raise queue_full(full) from None
    if new:
        services(request).telemetry.runs_started(len(runs))
    else:
        response.status_code = 200
    sweep = str(runs[0].sweep)
    response.headers["Location"] = f"{root(request.scope)}/api/sweeps/{sweep}"
    return await _get(history, supervisor, sweep)


@router.get("")
async def sweeps(
    history: HistoryDep,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=100)] = None,
) -> Sweeps:
    """Sweeps, newest first, without their runs."""
    try:
        found, following = await history.sweeps(limit, cursor)
    except ValueError:
        raise _wrong("cursor", "take it from the page before") from None
    return Sweeps(sweeps=found, next=following)


@router.get("/{sweep}")
async def sweep(history: HistoryDep, supervisor: SupervisorDep, sweep: str) -> SweepWithRuns:
    """One sweep and its runs."""
    return await _get(history, supervisor, sweep)


@router.post("/{sweep}/control", status_code=202, dependencies=[Depends(counted_control)])
async def control_sweep(
    history: HistoryDep, supervisor: SupervisorDep, sweep: str, asked: Annotated[AnyControl, Body()]
) -> SweepWithRuns:
    """Ask something of all runs of a sweep that have not ended."""
    await _get(history, supervisor, sweep)
    try:
        await supervisor.control_sweep(sweep, asked)
    except NotActive as ended:
        raise Problem(409, "Not possible now", str(ended)) from None
    return await _get(history, supervisor, sweep)


@router.delete(
    "/{sweep}", status_code=204, dependencies=[Depends(counted_control)],
    responses={200: {"model": Gone, "description": "It cannot be restored: its room was needed at once."}},
)  # fmt: skip
async def delete(history: HistoryDep, sweep: str) -> Response:
    """Delete a sweep whose runs have all ended, with them. For some minutes it can be restored."""
    try:
        if await history.delete_sweep(sweep) is None:
            return JSONResponse(Gone.of("sweep").model_dump())
        return Response(status_code=204)
    except StillActive:
        raise Problem(409, "Not possible now", "Not all runs of the sweep have ended: stop it first.") from None
    except UnknownSweep:
        raise no_such_sweep(sweep) from None


@router.post("/{sweep}/restore", dependencies=[Depends(counted_control)])
async def restore(history: HistoryDep, supervisor: SupervisorDep, sweep: str) -> SweepWithRuns:
    """Bring a deleted sweep back, as long as that can be done."""
    try:
        await history.restore_sweep(sweep)
    except UnknownSweep:
        raise no_such_sweep(sweep) from None
    return await _get(history, supervisor, sweep)


async def _get(history: History, supervisor: Supervisor, sweep: str) -> SweepWithRuns:
    try:
        found, runs = await history.sweep(sweep)
    except UnknownSweep:
        raise no_such_sweep(sweep) from None
    return SweepWithRuns.of(found, supervisor.placed(runs))


def _wrong(field: str, detail: str) -> Problem:
    return Problem(422, "Invalid input", f"{field}: {detail}", [{"field": field, "detail": detail}])
