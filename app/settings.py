"""What configures the server: options of `threeseven serve`, each also an environment variable ``THREESEVEN_…``."""

import re
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import quote, urlsplit

from pydantic import ByteSize, Field, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

LIVE_SCHEMES = ("redis", "rediss", "valkey", "valkeys")


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def is_address(host: str) -> bool:
    try:
        return bool(ip_address(host))
    except ValueError:
        return False


class Settings(BaseSettings):
    """Raises pydantic's ValidationError, naming the option, where one is off."""

    model_config = SettingsConfigDict(env_prefix="THREESEVEN_", env_ignore_empty=True, frozen=True, extra="ignore")

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    data_dir: Path = Path(".threeseven")
    database_url: Annotated[str | None, Field(repr=False)] = None
    """SQLAlchemy URL; the default is ``threeseven.db`` in ``data_dir``."""
    live_url: Annotated[str | None, Field(repr=False)] = None
    """Of a Valkey or Redis server, such as ``redis://:PASSWORD@HOST:6379/0``: then several servers may have the same
    PostgreSQL database, and serve the same runs."""
    advertise_url: str | None = None
    """Where those servers reach this one; the default is the address that it listens on."""
    keep_bytes: Annotated[ByteSize | None, Field(gt=0)] = None
    """What all runs together may take, such as ``500MB``. Beyond it the oldest ended runs that nobody has named lose
    their models, then go. None: nothing is ever removed by itself."""
    reserve_bytes: ByteSize = ByteSize(200_000_000)
    """What stays free on the disk: no run starts that could take of it."""
    undo_seconds: Annotated[float, Field(ge=0)] = 600.0
    """How long a deleted run, or drawing, can be restored."""
    write_seconds: Annotated[float, Field(ge=0)] = 3600.0
    """How long an active run waits for a disk that is full, a PostgreSQL server that is gone, or a database that
    another program has locked."""
    token: Annotated[str | None, Field(min_length=1)] = None
    """Its holders may start and control runs; everybody else may watch and draw."""
    open: bool = False
    """Bound beyond loopback without a token, knowingly: anyone who reaches the server can control it."""
    root_path: Annotated[str, Field(pattern=r"^(/[A-Za-z0-9._~-]+)*$")] = ""
    """What stands before every address of ours where a proxy serves other things beside us, such as ``/threeseven``."""
    forwarded_allow_ips: str = "127.0.0.1"
    """Addresses of proxies, after commas, whose ``X-Forwarded-For`` and ``X-Forwarded-Proto`` count; ``*``: all."""
    allowed_hosts: Annotated[tuple[str, ...], Field(description="Further names the server is reached by.")] = ()
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    """What a recipe's device ``auto`` means on this server."""
    engine: str = "local"
    """Where workers are: on this machine, or on the Ray cluster that it is a node of. ``ray``: there is one such,
    ``ray://HOST:PORT``: the one whose head has this address."""
    mnist_dir: Path | None = None
    """A folder of MNIST's four IDX files to train on instead of the embedded data."""
    download: bool = False
    """Fetch what is missing in ``mnist_dir`` before the server starts."""
    first_run: bool = True
    """Begin a ``textbook`` run by itself when the history is empty."""
    lesson_defaults: bool = True
    """Compute what lessons show first while the server has nothing else to do; not where ``first_run`` is false."""
    concurrent_runs: Annotated[int, Field(ge=1, le=16)] = 1
    warm_workers: bool = True
    """Load PyTorch at the start, so that the first run begins at once. Otherwise the first run, or experiment, waits
    for it, and a server that is only asked to predict never loads it."""
    queued_runs: Annotated[int, Field(ge=1, le=1000)] = 50
    """Runs that may wait; one more is refused, unless it is the first of somebody of whom none waits: of those there
    may be as many again."""
    turns: bool = True
    """Runs that wait start turn by turn between the people who have asked for them, told apart by session, else by
    address. Else in the order in which they were asked for. To one person alone both are the same; with several, nobody
    has to wait for another's fifty."""
    runs_per_minute: Annotated[int, Field(ge=1, le=10_000)] = 30
    """Starts per session."""
    controls_per_minute: Annotated[int, Field(ge=1, le=100_000)] = 600
    """Pauses, changes of the learning rate and so on per session."""
    class_size: Annotated[int, Field(ge=1, le=10_000)] = 30
    """Sessions that may be behind one client address: all its clients together may start and control so many times as
    much as one session may."""
    class_hours: Annotated[float, Field(gt=0, le=168)] = 4.0
    """After so many hours without a sign of who opened it a class in lessons is closed, and all of it forgotten."""
    experiments_per_minute: Annotated[int, Field(ge=1, le=100_000)] = 240
    """Experiments computed per client address, which a whole class shares, 8 for each of thirty: the limit is not for
    each. Answers that are kept do not count."""
    experiment_seconds: Annotated[float, Field(gt=0, le=15)] = 5.0
    """Of a processor, that one experiment may take; by the clock it may take 20. With fewer lessons may go without."""
    entries_per_minute: Annotated[int, Field(ge=1, le=100_000)] = 60
    """Entries to a lesson's board per client address, which a whole class shares."""
    viewers_per_address: Annotated[int, Field(ge=1, le=100_000)] = 500
    """WebSockets at a time from one client address: a class behind one router, with several pages each."""
    downloads_per_address: Annotated[int, Field(ge=1, le=64)] = 48
    """Exports at a time to one client address: a class behind one router, with some left for others."""
    request_patience: Annotated[float, Field(gt=0, le=600)] = 20.0
    """Seconds in which the head of a request must come in, and each 64 kB of its body."""
    reading_patience: Annotated[float, Field(gt=0, le=600)] = 30.0
    """Seconds for which a client may take nothing of an answer before its connection is cut."""
    heartbeat: Annotated[float, Field(gt=0, le=5)] = 4.0
    """Seconds between two heartbeats on ``/ws``. A page takes its connection for lost when three are missing."""
    viewer_patience: Annotated[float, Field(gt=0, le=600)] = 20.0
    """Seconds between two pings to a viewer, and how long it may take to answer one before it is cut off."""

    @property
    def database(self) -> str:
        if self.database_url:
            return self.database_url
        return "sqlite:///" + quote(str(self.data_dir.resolve() / "threeseven.db"))

    @property
    def cluster(self) -> str | None:
        """Ray's name of the cluster that workers are on; None: they are on this machine."""
        return {"local": None, "ray": "auto"}.get(self.engine, self.engine.removeprefix("ray://"))

    @property
    def loopback(self) -> bool:
        return is_loopback(self.host)

    @field_validator("engine")
    @classmethod
    def _known_engine(cls, engine: str) -> str:
        cluster = re.fullmatch(r"local|ray|ray://[^/@\s]+:(\d{1,5})", engine)
        if cluster is None or not 0 < int(cluster[1] or 1) < 1 << 16:
            raise ValueError("it is neither local nor ray nor ray://HOST:PORT")
        return engine

    @field_validator("advertise_url")
    @classmethod
    def _reachable(cls, url: str | None) -> str | None:
        if url is not None and not re.fullmatch(r"https?://[^/@?#\s]+", url):
            raise ValueError("it must be http://HOST:PORT")
        return url

    @field_validator("allowed_hosts")
    @classmethod
    def _names(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        for host in hosts:
            if not re.fullmatch(r"[\w.-]+", host, re.ASCII) and not is_address(host):
                raise ValueError(f"{host!r} is no name: give it without scheme, port and path, such as lab.example")
        return hosts

    @field_validator("forwarded_allow_ips")
    @classmethod
    def _addresses(cls, proxies: str) -> str:
        for proxy in filter(None, map(str.strip, proxies.split(","))):
            try:
                if proxy != "*":
                    ip_network(proxy)
            except ValueError:
                raise ValueError(f"{proxy!r} is no address, such as 10.0.0.1 or 10.0.0.0/8, nor *") from None
        return proxies

    @model_validator(mode="after")
    def _somewhere_to_download(self) -> Self:
        if self.download and self.mnist_dir is None:
            raise ValueError("--download needs --mnist-dir FOLDER, where MNIST is to lie")
        return self

    @model_validator(mode="after")
    def _sharable(self) -> Self:
        if self.live_url is None:
            return self
        try:
            parts = urlsplit(self.live_url)
            good = parts.scheme in LIVE_SCHEMES and bool(parts.hostname) and (parts.port or 1) > 0
        except ValueError:
            good = False
        if not good:
            raise ValueError("--live-url must be redis://HOST:PORT/NUMBER, or rediss://, valkey:// or valkeys://")
        if not self.database.startswith("postgres"):
            raise ValueError(
                "--live-url needs --database-url postgresql://…: an SQLite file cannot be shared by several servers"
            )
        return self

    @model_validator(mode="after")
    def _guarded(self) -> Self:
        if not self.loopback and self.token is None and not self.open:
            raise ValueError(
                f"--host {self.host} can be reached by others: give --token SECRET, "
                "or --open to let anyone who reaches it start and stop runs"
            )
        return self
