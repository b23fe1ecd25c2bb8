"""What all runs together take, and what was removed or deleted of them."""

from typing import Literal

from pydantic import BaseModel, ConfigDict


class Removal(BaseModel):
    """The server removed, by itself, a run's models (its log stayed) or the whole run. ``time`` is Unix time."""

    model_config = ConfigDict(frozen=True)

    time: float
    run: str
    name: str
    what: Literal["models", "run"]
    bytes: int


class Deleted(BaseModel):
    """A run that a person deleted and that can be restored until ``until``, Unix time."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    until: float


class Storage(BaseModel):
    """``bytes`` is what all runs take, deleted ones that can be restored included; ``keep_bytes`` what they may take,
    null without a limit. ``free_bytes`` is what the disk has left, null where the database is on another machine;
    ``reserve_bytes`` of it stay free: with less left the disk is ``full``, no run starts, and a deleted run cannot be
    restored. ``removed`` and ``deleted`` have the newest first. ``damaged`` are the ids of runs that lists have left
    out, since what is kept of them cannot be read: they can only be deleted. ``undo_seconds`` is for how
    long a run that is deleted now could be restored; 0: not at all."""

    model_config = ConfigDict(frozen=True)

    bytes: int
    keep_bytes: int | None
    free_bytes: int | None
    reserve_bytes: int
    full: bool
    removed: list[Removal]
    deleted: list[Deleted]
    damaged: list[str] = []
    undo_seconds: float = 0.0
