"""What runs where: the servers of one history, and their workers."""

from pydantic import BaseModel, ConfigDict


class RunNamed(BaseModel):
    model_config = ConfigDict(frozen=True)

    id: str
    name: str


class WorkerState(BaseModel):
    """A worker that is ready. ``node``: the machine that it runs on; ``devices``: what it can train on, the one that
    ``auto`` means first; ``runs``: those that it trains, paused ones too; ``experiments``: how many it computes."""

    model_config = ConfigDict(frozen=True)

    node: str
    pid: int
    devices: tuple[str, ...]
    runs: list[RunNamed]
    experiments: int


class ServerState(BaseModel):
    """``leads``: it writes the history and has the workers. ``started`` is Unix time. ``lag``: for how many seconds at
    most what the leader had written was on its way here in the last ten seconds, by the clocks of both; null where
    nothing was, as at the leader. ``trouble``: why nothing can be stored, or heard of what others write."""

    model_config = ConfigDict(frozen=True)

    node: str
    pid: int
    version: str
    started: float
    leads: bool
    viewers: int
    most_viewers: int
    lag: float | None
    trouble: str | None
    workers: list[WorkerState]


class ClusterState(BaseModel):
    """``servers`` that have said so in the last seconds, the one that leads first. ``unheard``: why others cannot be
    known; null where they can. The counts are of all runs that have not ended."""

    model_config = ConfigDict(frozen=True)

    servers: list[ServerState]
    unheard: str | None
    queued: int
    running: int
    paused: int
