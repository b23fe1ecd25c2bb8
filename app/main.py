"""The wiring: which parts make the server, and the order in which they open and close."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Route

from app import __version__
from app.capacity import capacity, files_allowed
from app.controls import SetPace
from app.handwriting.reader import Reader
from app.history.history import History
from app.history.leadership import Sharing
from app.history.limits import Limits, NoRoom
from app.history.lock import DatabaseInUse
from app.history.unavailable import DamagedFile, DiskFull, HistoryUnavailable, WriteRefused
from app.lessons.contents import LESSONS
from app.recipe import Recipe
from app.running.supervisor import Supervisor
from app.settings import Settings
from app.web import (
    address,
    cluster,
    digits,
    drawings,
    entries,
    experiments,
    exports,
    handshake,
    health,
    lessons,
    models,
    predict,
    presets,
    problems,
    readings,
    runs,
    security,
    session,
    storage,
    stream,
    sweeps,
)
from app.web.answers import Answers
from app.web.assets import Assets, folder
from app.web.auth import Auth, session_key
from app.web.board import Board
from app.web.board_view import BoardView
from app.web.broadcast import Broadcasts
from app.web.cards import Cards
from app.web.classroom import routes as classroom
from app.web.classroom.classes import Classes
from app.web.classroom.store import MemoryStore
from app.web.digit_packs import DigitPacks
from app.web.direct import DirectApp
from app.web.downloads import Downloads
from app.web.forwarding import Forwarded, Forwarding
from app.web.http_methods import HeadRequests
from app.web.kept_models import KeptModels
from app.web.leader import Leader, NoLeader, derived
from app.web.lesson_runs import LessonRuns
from app.web.pages import Pages
from app.web.root_path import RootPath
from app.web.run_list import RunList
from app.web.security import Security
from app.web.servers import Servers
from app.web.services import Services
from app.web.slashes import Slashes
from app.web.telemetry import Telemetry
from app.web.through_time import ThroughTime
from app.web.titles import title_operations
from app.web.viewers import Viewers
from app.web.watched_trials import GRACE_SECONDS

SHARED_GRACE_SECONDS = 3600.0
"""For which a lesson's runs go on that nobody watches at this server, where pages at others may: most have ended by
then."""

logger = logging.getLogger(__name__)


def create_app(settings: Settings) -> FastAPI:
    """The server as an ASGI app. Its resources open with its lifespan and close in reverse order.

    The lifespan raises DatabaseInUse where another server has the history open, HistoryUnavailable where the database
    cannot be used, NoSessionKey where the file of the sessions' key holds something else.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            shared = settings.live_url is not None
            history = await stack.enter_async_context(
                History.open(settings.database, _limits(settings), _sharing(settings))
            )
            supervisor = Supervisor(
                history,
                concurrent_runs=settings.concurrent_runs,
                queued_runs=settings.queued_runs,
                warm=settings.warm_workers,
                device=settings.device,
                cluster=settings.cluster,
                mnist_dir=settings.mnist_dir,
                turns=settings.turns,
                experiment_seconds=settings.experiment_seconds,
            )
            leading = await stack.enter_async_context(AsyncExitStack())
            if history.leadership.held:
                await leading.enter_async_context(supervisor)
            else:
                await leading.enter_async_context(supervisor.warmed())
            lesson_runs = await stack.enter_async_context(
                LessonRuns.open(history, supervisor, grace=SHARED_GRACE_SECONDS if shared else GRACE_SECONDS)
            )
            board = Board(history, supervisor, lesson_runs)
            leader = await stack.enter_async_context(Leader.open(history, shared=shared))
            class_store = MemoryStore(settings.class_hours)
            if shared:
                from app.web.classroom.shared_store import SharedStore  # needs what a server alone does without

                class_store = shared_store = SharedStore(settings.class_hours)
            reader = Reader.built_in()
            viewers = await stack.enter_async_context(
                Viewers.open(
                    most=capacity(files_allowed(), settings.concurrent_runs).viewers,
                    per_address=settings.viewers_per_address,
                    heartbeat=settings.heartbeat,
                    trouble=lambda: history.trouble or _leaders_trouble(app),
                )
            )
            app.state.services = Services(
                answers=Answers(),
                auth=Auth(
                    settings,
                    await _session_key(settings, history),
                    derived(await history.leadership.secret(), "people") if shared else None,
                ),
                board=board,
                board_view=BoardView(board),
                digit_packs=DigitPacks(),
                downloads=Downloads(settings.downloads_per_address),
                broadcasts=await stack.enter_async_context(Broadcasts.open()),
                cards=Cards(reader),
                classes=await stack.enter_async_context(Classes.open(class_store)),
                history=history,
                kept_models=KeptModels(),
                leader=leader,
                lesson_runs=lesson_runs,
                reader=reader,
                run_list=await stack.enter_async_context(RunList.open(history, supervisor)),
                servers=await stack.enter_async_context(
                    Servers.open(history, supervisor, viewers, settings.advertise_url or "")
                ),
                supervisor=supervisor,
                telemetry=Telemetry(),
                through_time=ThroughTime(),
                viewers=viewers,
            )

            async def lead() -> None:
                """Start runs, in the one server that does."""
                await leading.enter_async_context(board.running())
                if shared:
                    await leading.enter_async_context(shared_store.kept(history.leadership.live_documents("classes")))
                leader.begin()
                if settings.first_run and not (await history.runs(limit=1))[0]:
                    try:
                        # At a pace at which a person who opens the page sees it learn.
                        await supervisor.start(Recipe(), preset="textbook", pace=SetPace(pace="watch"), origin="first")
                    except (NoRoom, WriteRefused) as reason:
                        logger.warning("No first run is started: %s.", reason)
                if settings.first_run and settings.lesson_defaults:
                    lesson_runs.prepare(LESSONS, app.state.services.answers)

            async def lead_later() -> None:
                await history.leadership.wait_held()
                logger.warning("The server that led is gone: this one leads now.")
                try:
                    await leading.enter_async_context(supervisor)
                    await lead()
                except Exception:
                    logger.exception("This server cannot lead: it ends, so that another one does.")
                    signal.raise_signal(signal.SIGTERM)

            async def end_where_replaced() -> None:
                await history.leadership.wait_replaced()
                logger.error("Another server leads now: this one ends, and can be started again.")
                signal.raise_signal(signal.SIGTERM)

            beside = [asyncio.create_task(end_where_replaced())] if shared else []
            if history.leadership.held:
                await lead()
            else:
                beside.append(asyncio.create_task(lead_later()))
            try:
                yield
            finally:
                for task in beside:
                    task.cancel()
                await asyncio.gather(*beside, return_exceptions=True)

    app = DirectApp(
        title="Threeseven",
        version=__version__,
        description="Watch a small network learn to tell a handwritten 3 from a 7.",
        lifespan=lifespan,
        servers=[{"url": settings.root_path}] if settings.root_path else None,
        docs_url=None,
        redoc_url=None,
        responses=problems.documented("4XX"),
        redirect_slashes=False,
    )
    app.router.default = Slashes(app.router)
    app.add_exception_handler(problems.Problem, problems.on_problem)
    app.add_exception_handler(RequestValidationError, problems.on_validation)
    app.add_exception_handler(ValidationError, problems.on_validation)
    app.add_exception_handler(HTTPException, problems.on_http)
    app.add_exception_handler(HistoryUnavailable, problems.on_unavailable)
    app.add_exception_handler(DatabaseInUse, problems.on_unavailable)
    app.add_exception_handler(DamagedFile, problems.on_damaged_file)
    app.add_exception_handler(NoLeader, problems.on_no_leader)
    app.add_exception_handler(NoRoom, problems.on_no_room)
    app.add_exception_handler(DiskFull, problems.on_no_room)
    app.add_exception_handler(Exception, security.on_error)
    assets = Assets(folder("static"), settings.root_path)
    app.routes.append(Route("/static/{path:path}", assets.answer))  # early: a page asks for sixty files
    answers_predict = predict.mount(app)
    app.routes.extend(health.routes)
    app.routes.extend(stream.routes)
    for router in (
        presets.router,
        digits.router,
        models.router,
        experiments.router,
        session.router,
        handshake.router,
        storage.router,
        cluster.router,
        runs.router,
        sweeps.router,
        exports.router,
        readings.router,
        drawings.router,
        lessons.router,
        classroom.router,
        entries.router,
    ):
        app.include_router(router)
    app.include_router(address.router(settings))
    title_operations(app)
    Pages(settings.root_path, assets, own_data=settings.mnist_dir is not None).mount(app)
    app.add_middleware(HeadRequests)
    if settings.live_url:
        app.add_middleware(Forwarding)
    outer = [Middleware(Security, settings=settings)]
    if settings.root_path:
        outer.append(Middleware(RootPath, root=settings.root_path))
    if settings.live_url:
        outer.append(Middleware(Forwarded))
    for layer in outer:
        app.add_middleware(layer.cls, *layer.args, **layer.kwargs)
    paths = {f"{before}{path}" for before in ("", settings.root_path) for path in predict.PATHS}
    app.answer_directly("POST", paths, answers_predict, outer)
    return app


def _leaders_trouble(app: FastAPI) -> str | None:
    held: Services | None = getattr(app.state, "services", None)  # which this server gets as the last thing
    return held.servers.trouble if held else None


def _sharing(settings: Settings) -> Sharing | None:
    if settings.live_url is None or settings.advertise_url is None:
        return None
    return Sharing(settings.live_url, settings.advertise_url)


async def _session_key(settings: Settings, history: History) -> bytes:
    """One for all servers that share the history: a browser is signed in at each of them."""
    if settings.token is None:
        return b""
    if settings.live_url:
        return derived(await history.leadership.secret(), "sessions")
    return session_key(settings.data_dir / "session.key")


def _limits(settings: Settings) -> Limits:
    return Limits(settings.keep_bytes, settings.reserve_bytes, settings.undo_seconds, settings.write_seconds)
