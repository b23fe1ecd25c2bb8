"""What a page watches over its one WebSocket: runs, the live run, the list of runs, the servers, a class, the board of
a lesson."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from functools import partial
from time import monotonic
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from app.events import TEXT_TYPES, Weights
from app.history.damage import Damaged
from app.history.history import UnknownRun
from app.history.unavailable import HistoryUnavailable
from app.web.broadcast import Socket, write
from app.web.classroom.store import ClassFull, UnknownClass
from app.web.frames import Form, text_frame
from app.web.guesses import TooManyGuesses
from app.web.leader import NoLeader, TurnedAway
from app.web.relay import relay
from app.web.run_list import TooFarBehind
from app.web.run_log import RunLog
from app.web.services import Services
from app.web.stream_frames import BoardChanged, ClassRefused, Cluster, Ended, Live, Refused, StreamFrame

MAX_SUBSCRIPTIONS = 128
"""At a time and socket: twice the members of the largest sweep. Each costs a task, some 5 kB."""

TYPES = frozenset({*TEXT_TYPES, Weights.__name__})

LIVE, LIST, BOARD, SERVERS, CLASS = "live", "", " board", " servers", "class "
"""Keys of subscriptions that are no ids of runs; the last one stands before a class's code."""

BOARD_SECONDS = 1.0
"""Between two changes of the board that a page is told of, however many entries come meanwhile."""

BROKEN, TRY_AGAIN = 1011, 1013

UNAVAILABLE_SECONDS = 5.0
"""After which a page is cut off that watches what cannot be read, or may not be just now, so that it asks again no more
often."""

LEADER_SECONDS = 1.0
"""Between two attempts to reach the leader for a page."""

LEADERLESS_SECONDS = 15.0
"""After which a page is cut off for which none could be reached: another one leads sooner."""

logger = logging.getLogger(__name__)

Close = Callable[[int, str], Awaitable[None]]

RunId = Annotated[str, Field(min_length=1, max_length=64)]
Seq = Annotated[int, Field(ge=0, lt=10**15, strict=True)]


Code = Annotated[str | None, Field(alias="class", min_length=1, max_length=16)]


class Seen(BaseModel):
    """How far a viewer has seen a run."""

    model_config = ConfigDict(extra="forbid")

    run: RunId
    seq: Seq


class Subscribe(BaseModel):
    """``run``: an id or ``live``. ``class``: a code; with ``member``, a random string of the page's, it is counted as
    one that is there, and that ``follows`` or not."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["subscribe"]
    run: RunId | None = None
    runs: Literal[True] | None = None
    board: Literal[True] | None = None
    cluster: Literal[True] | None = None
    code: Code = None
    member: Annotated[str | None, Field(pattern=r"^[A-Za-z0-9_-]{16,64}$")] = None
    follows: bool = False
    after: Seq = 0
    seen: Seen | None = None
    types: Annotated[list[str], Field(min_length=1, max_length=len(TYPES))] | None = None
    joined: bool = False

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if [self.run, self.runs, self.board, self.cluster, self.code].count(None) != 4:
            raise ValueError('name a "run" or a "class", or say "runs": true, "board": true or "cluster": true')
        if self.after and self.run == LIVE:
            raise ValueError('the live run may be another one by now: give "seen", not "after"')
        if self.seen is not None and self.run != LIVE:
            raise ValueError('"seen" is for the live run: give "after"')
        if unknown := set(self.types or ()) - TYPES:
            raise ValueError(f"there is no type of event {min(unknown)!r}; there are {', '.join(sorted(TYPES))}")
        return self

    @property
    def key(self) -> str:
        return _key(self)

    @property
    def form(self) -> Form:
        return Form(True, 2, None if self.types is None else frozenset(self.types), self.joined)


class Unsubscribe(BaseModel):
    model_config = ConfigDict(extra="forbid")

    type: Literal["unsubscribe"]
    run: RunId | None = None
    runs: Literal[True] | None = None
    board: Literal[True] | None = None
    cluster: Literal[True] | None = None
    code: Code = None

    @property
    def key(self) -> str:
        return _key(self)


def _key(asked: Subscribe | Unsubscribe) -> str:
    if asked.code is not None:
        return f"{CLASS}{asked.code}"
    return BOARD if asked.board else SERVERS if asked.cluster else LIST if asked.run is None else asked.run


_MESSAGE: TypeAdapter[Subscribe | Unsubscribe] = TypeAdapter(
    Annotated[Subscribe | Unsubscribe, Field(discriminator="type")]
)


class Subscriptions:
    """Use it with ``async with``: a task for each subscription, all of which end with it."""

    def __init__(self, socket: Socket, held: Services, close: Close, client: str) -> None:
        self._socket = socket
        self._held = held
        self._close = close
        self._client = client
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._live_run: str | None = None
        """The run whose frames the subscription to the live run sends."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        tasks = tuple(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def take(self, message: str | bytes) -> None:
        """Do what a viewer's message asks, or answer why not."""
        try:
            asked = _MESSAGE.validate_json(message)
        except ValidationError as error:
            return await self._refuse(_named(message, "run"), _reason(error), code=_named(message, "class"))
        if isinstance(asked, Unsubscribe):
            return await self._end(asked.key)
        if asked.key in self._tasks or asked.key == self._live_run:
            return await self._refuse(asked.run, "it is subscribed already: unsubscribe first", code=asked.code)
        if len(self._tasks) >= MAX_SUBSCRIPTIONS:
            full = f"{MAX_SUBSCRIPTIONS} subscriptions are as many as a socket may have"
            return await self._refuse(asked.run, full, code=asked.code)
        self._tasks[asked.key] = asyncio.create_task(self._see_through(asked, self._work(asked, message)))

    def _work(self, asked: Subscribe, message: str | bytes) -> Callable[[], Awaitable[None]]:
        if (asked.code is not None or asked.board) and not self._held.leader.here:
            return partial(self._relay, message if isinstance(message, str) else message.decode(), asked)
        return self._work_here(asked)

    def _work_here(self, asked: Subscribe) -> Callable[[], Awaitable[None]]:
        if asked.code is not None:
            return partial(self._send_class, asked.code, asked.member, asked.follows)
        if asked.board:
            return self._send_board
        if asked.cluster:
            return self._send_cluster
        if asked.run is None:
            return partial(self._send_list, asked.form)
        if asked.run == LIVE:
            return partial(self._send_live, asked.seen, asked.form)
        return partial(self._send_run, asked.run, asked.after, asked.form)

    async def _end(self, key: str) -> None:
        if task := self._tasks.pop(key, None):
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _see_through(self, asked: Subscribe, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await self._answer(asked, work)
        except OSError:
            return  # the viewer has left
        finally:
            if self._tasks.get(asked.key) is asyncio.current_task():
                del self._tasks[asked.key]

    async def _answer(self, asked: Subscribe, work: Callable[[], Awaitable[None]]) -> None:
        """Do the work, or tell the viewer why it cannot be done. Raises OSError where the viewer has left."""
        try:
            await work()
        except UnknownRun:
            await self._refuse(asked.run, "there is no such run")
        except UnknownClass:
            await self._refuse(None, "no class with this code is open", code=asked.code)
        except ClassFull:
            await self._refuse(None, "the class has as many members as it may have", code=asked.code)
        except TooManyGuesses:
            await asyncio.sleep(UNAVAILABLE_SECONDS)
            await self._close(TRY_AGAIN, "too many wrong codes came from this address: connect again")
        except NoLeader:
            await asyncio.sleep(UNAVAILABLE_SECONDS)
            await self._close(TRY_AGAIN, "another server begins to lead: connect again")
        except TooFarBehind:
            await self._close(TRY_AGAIN, "changes of the list have been missed: connect again")
        except OSError:
            raise
        except Damaged as damaged:
            await self._refuse(asked.run, str(damaged), damaged=True)
        except HistoryUnavailable as unavailable:
            await asyncio.sleep(UNAVAILABLE_SECONDS)
            await self._close(BROKEN, unavailable.reason)
        except Exception:
            logger.exception("A subscription cannot go on.")
            await self._close(BROKEN, "the log cannot be read: see the server's output")

    async def _relay(self, message: str, asked: Subscribe) -> None:
        """Send what the leader tells. Where it is lost, another one does soon, maybe this server. Raises NoLeader where
        none does, or it does not let the viewer in."""
        leader = self._held.leader
        until = None
        while not leader.here:
            began = monotonic()
            relaying = asyncio.ensure_future(relay(leader, message, self._client, self._socket))
            leading = asyncio.ensure_future(leader.wait_here())  # the one that led may hang, and say nothing
            try:
                await asyncio.wait((relaying, leading), return_when=asyncio.FIRST_COMPLETED)
                if relaying.done():
                    return relaying.result()
            except TurnedAway:
                raise
            except NoLeader:
                lost = monotonic()
                if until is None or lost - began > LEADERLESS_SECONDS:
                    until = lost + LEADERLESS_SECONDS
                elif lost > until:
                    raise
            finally:
                for task in (relaying, leading):
                    task.cancel()
                await asyncio.gather(relaying, leading, return_exceptions=True)
            with suppress(TimeoutError):
                async with asyncio.timeout(LEADER_SECONDS):
                    await leader.wait_here()
        await self._work_here(asked)()

    async def _send_run(self, run: str, after: int, form: Form) -> None:
        history = self._held.history
        in_part = form.types is not None and not (await history.get(run)).active
        with self._held.lesson_runs.watching(run):
            last = await self._held.broadcasts.send(run, RunLog(history, run), after, self._socket, form)
        if in_part:
            await history.require_whole(run, last)  # nobody sees what is missing between records of some types
        await self._send(Ended(run=run, seq=last))

    async def _send_live(self, seen: Seen | None, form: Form) -> None:
        """Whichever run started last, until another one starts. A run that is subscribed by its own id as well is
        announced only."""
        history = self._held.history
        run = await history.live() or await history.wait_live(None)
        while True:
            await self._send(Live(run=run.id))
            after = seen.seq if seen is not None and seen.run == run.id else 0
            following = asyncio.ensure_future(history.wait_live(run.id))
            try:
                if run.id not in self._tasks and (run.active or after < run.seq):
                    await self._send_until(run.id, after, form, following)
                run = await following
            finally:
                following.cancel()

    async def _send_until(self, run: str, after: int, form: Form, stop: "asyncio.Future[Any]") -> None:
        self._live_run = run
        sending = asyncio.ensure_future(self._send_run(run, after, form))
        try:
            await asyncio.wait((sending, stop), return_when=asyncio.FIRST_COMPLETED)
            if sending.done() and not isinstance(sending.exception(), UnknownRun):  # deleted: another is live now
                sending.result()
        except Damaged as damaged:
            await self._refuse(run, str(damaged), damaged=True)
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
            self._live_run = None

    async def _send_list(self, form: Form) -> None:
        runs = self._held.run_list
        queue, seq = runs.queue
        await write(self._socket, runs.frames([queue], form))
        await self._held.broadcasts.send(runs.name, runs, seq, self._socket, form)

    async def _send_board(self) -> None:
        """Send a word that the board has changed, at once and whenever it does, at most every ``BOARD_SECONDS``: the
        page fetches the board."""
        version = -1
        while True:
            version = await self._held.board.wait(version)
            await self._send(BoardChanged())
            await asyncio.sleep(BOARD_SECONDS)

    async def _send_cluster(self) -> None:
        """At once, and whenever it changes: at most once a second."""
        servers, version = self._held.servers, -1
        while True:
            version = await servers.wait(version)
            await self._send(Cluster(**dict(servers.now)))

    async def _send_class(self, typed: str, member: str | None, follows: bool) -> None:
        """Until it is closed: the last frame says so."""
        classes = self._held.classes
        code = await classes.find(typed, self._client, member=member)
        log = classes.log(code)
        async with AsyncExitStack() as stack:
            if member is not None:
                await stack.enter_async_context(classes.attending(code, member, follows))
            await self._held.broadcasts.send(log.name, log, 0, self._socket, Form())

    async def _refuse(self, run: str | None, reason: str, *, code: str | None = None, damaged: bool = False) -> None:
        """``code``: of the class that the message named."""
        if code is None:
            await self._send(Refused(run=run, reason=reason, damaged=damaged))
        else:
            await self._send(ClassRefused(run=run, code=code, reason=reason))

    async def _send(self, frame: StreamFrame) -> None:
        await write(self._socket, text_frame(frame.encode()))


def _named(message: str | bytes, field: str) -> str | None:
    """The run or class that a message names which is not as it should be."""
    try:
        name = json.loads(message)[field]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return name if isinstance(name, str) else None


def _reason(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"] if part not in ("subscribe", "unsubscribe"))
    if first["type"] == "union_tag_invalid":
        return "type: one of subscribe, unsubscribe"
    return (f"{where}: " if where else "") + first["msg"].removeprefix("Value error, ")
