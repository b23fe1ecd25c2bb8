"""How a class stands, as everybody may see it."""

from pydantic import BaseModel

from app.web.classroom.poll import Distribution


class ClassState(BaseModel):
    """A class as everybody may see it. ``page``: the path and query that it is shown (null: none yet), ``title``: what
    people call that, ``lesson``: the slug of the lesson there. ``here``, ``following``: members, and those that go
    along; ``answered``: predictions for that lesson; ``done``: those that are done with the page. ``poll``: how the
    predictions are distributed, null while they are not ``released``."""

    code: str
    page: str | None
    title: str | None
    lesson: str | None
    released: bool
    here: int
    following: int
    answered: int
    done: int
    poll: list[Distribution] | None
