"""Classes by REST: opened, steered and closed by who controls the server; answered by their members."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Self

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator
from starlette.requests import Request

from app.lessons.contents import LESSONS
from app.web.classroom.class_state import ClassState
from app.web.classroom.questions import BadAnswer, questions, read_answers
from app.web.classroom.store import MOST_CLASSES, MOST_MEMBERS, ClassFull, TooManyClasses, UnknownClass
from app.web.client import client_address
from app.web.guesses import TooManyGuesses
from app.web.problems import Problem, refused
from app.web.root_path import root
from app.web.services import services
from app.web.session import counted_control

SLUGS = frozenset(lesson.slug for lesson in LESSONS)

LONGEST_PAGE = 500
"""Signs of a path with its query. A lesson's whole state takes some hundred."""

PAGE = re.compile(
    r"/(?:|draw|lessons|lessons/(?P<lesson>[a-z0-9-]+)|runs|runs/[A-Za-z0-9_-]{1,64}|compare)"
    r"(?:\?[A-Za-z0-9/?:@!$'()*+,;=&%._~-]*)?(?:#[A-Za-z0-9_-]*)?"
)
"""Pages of this server that a class can be shown: no other site's, and nothing that a browser would run as a script."""

Member = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{16,64}$")]
"""A random string of a member's browser."""

Slug = Annotated[str, Field(min_length=1, max_length=64)]

router = APIRouter(prefix="/api/classes", tags=["classes"])


class Steer(BaseModel):
    """``page``: a path of this server with its query, or a lesson's slug. ``released``: whether the predictions for the
    lesson there are shown to all."""

    model_config = ConfigDict(extra="forbid", strict=True)

    page: Annotated[str | None, Field(min_length=1, max_length=LONGEST_PAGE)] = None
    released: bool | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.page is None and self.released is None:
            raise ValueError('give "page", "released" or both')
        return self


class Prediction(BaseModel):
    """``answers``: what the form of the lesson holds, by the names of its controls."""

    model_config = ConfigDict(extra="forbid", strict=True)

    member: Member
    lesson: Slug
    answers: Annotated[
        dict[Annotated[str, Field(max_length=64)], Annotated[str, Field(max_length=64)]], Field(max_length=16)
    ]


class Done(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    member: Member
    done: bool = True


@router.post("", status_code=201, dependencies=[Depends(counted_control)])
async def open_class(request: Request, response: Response) -> ClassState:
    """Open a class. Its code is what members type."""
    held = services(request)
    try:
        code = await held.classes.store.open()
    except TooManyClasses:
        raise Problem(
            409, "Too many classes", f"{MOST_CLASSES} classes are open, which is as many as may be: close one."
        ) from None  # fmt: skip
    response.headers["Location"] = f"{root(request.scope)}/api/classes/{code}"
    return await held.classes.state(code)


@router.get("/{code}")
async def show_class(request: Request, code: str) -> ClassState:
    """A class as it stands. ``/ws`` sends it whenever it changes."""
    held = services(request)
    control = await held.auth.may_control(request)
    found = await _find(request, code, trusted=control)
    with _problems():
        if control:
            await held.classes.store.keep(found)
        return await held.classes.state(found)


@router.patch("/{code}", dependencies=[Depends(counted_control)])
async def steer_class(request: Request, code: str, asked: Steer) -> ClassState:
    """Choose what the class is shown, and whether it sees how its predictions are distributed."""
    held = services(request)
    found = await _find(request, code, trusted=True)
    with _problems():
        lesson = (await held.classes.store.standing(found)).lesson
        if asked.page is not None:
            page, lesson = _page(asked.page)
            await held.classes.store.show(found, page, lesson)
        if asked.released is not None:
            if lesson is None:
                raise Problem(409, "No lesson", "The class is shown no lesson, so there are no predictions to release.")
            await held.classes.store.release(found, lesson, asked.released)
        return await held.classes.state(found)


@router.delete("/{code}", status_code=204, dependencies=[Depends(counted_control)])
async def close_class(request: Request, code: str) -> None:
    """Close a class. All that is known of it is forgotten."""
    held = services(request)
    found = await _find(request, code, trusted=True)
    with _problems():
        await held.classes.store.close(found)


@router.post("/{code}/predictions", status_code=204)
async def predict(request: Request, code: str, given: Prediction) -> None:
    """A member's prediction for a lesson, in the place of its earlier one. Nothing says whose it is."""
    held = services(request)
    held.auth.count_answer(request)
    found = await _find(request, code, member=given.member)
    if given.lesson not in SLUGS:
        raise refused("lesson", f"there is no lesson {given.lesson!r}")
    try:
        answers = read_answers(questions(given.lesson), given.answers)
    except BadAnswer as bad:
        raise refused(f"answers.{bad.field}", str(bad)) from None
    with _problems():
        await held.classes.store.answer(found, given.member, given.lesson, answers)


@router.post("/{code}/done", status_code=204)
async def done(request: Request, code: str, given: Done) -> None:
    """A member is done with what the class is shown, or is not after all."""
    held = services(request)
    held.auth.count_answer(request)
    found = await _find(request, code, member=given.member)
    with _problems():
        await held.classes.store.done(found, given.member, given.done)


async def _find(request: Request, code: str, *, member: str | None = None, trusted: bool = False) -> str:
    try:
        with _problems():
            return await services(request).classes.find(code, client_address(request), member=member, trusted=trusted)
    except TooManyGuesses as many:
        raise Problem(
            429, "Too many requests", "Too many wrong codes came from this address: try again in a moment.",
            headers={"Retry-After": str(round(many.seconds))},
        ) from None  # fmt: skip


def _page(given: str) -> tuple[str, str | None]:
    """The path with its query, and the slug of the lesson there. Raises Problem 422."""
    page = f"/lessons/{given}" if given in SLUGS else given
    found = PAGE.fullmatch(page)
    if found is None:
        raise refused("page", "a path of this server such as /lessons/baseline?norm=l2, or a lesson's slug")
    lesson = found["lesson"]
    if lesson is not None and lesson not in SLUGS:
        raise refused("page", f"there is no lesson {lesson!r}")
    return page, lesson


@contextmanager
def _problems() -> Iterator[None]:
    """Turn what a store refuses into a problem document."""
    try:
        yield
    except UnknownClass:
        raise Problem(
            404, "No such class", "No class with this code is open: it may be mistyped, or the class is over."
        ) from None  # fmt: skip
    except ClassFull:
        raise Problem(
            409, "Class full", f"{MOST_MEMBERS} members are in the class, which is as many as may be."
        ) from None  # fmt: skip
