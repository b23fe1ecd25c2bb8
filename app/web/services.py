"""What a server's routes work with, as one typed value in ``app.state.services``."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from app.handwriting.reader import Reader
from app.history.history import History
from app.running.supervisor import Supervisor
from app.web.answers import Answers
from app.web.auth import Auth
from app.web.board import Board
from app.web.board_view import BoardView
from app.web.broadcast import Broadcasts
from app.web.cards import Cards
from app.web.classroom.classes import Classes
from app.web.digit_packs import DigitPacks
from app.web.downloads import Downloads
from app.web.kept_models import KeptModels
from app.web.leader import Leader
from app.web.lesson_runs import LessonRuns
from app.web.run_list import RunList
from app.web.servers import Servers
from app.web.telemetry import Telemetry
from app.web.through_time import ThroughTime
from app.web.viewers import Viewers


@dataclass(frozen=True, slots=True)
class Services:
    """Opened and closed by the app's lifespan; none exists before it or after it."""

    answers: Answers
    auth: Auth
    board: Board
    board_view: BoardView
    broadcasts: Broadcasts
    cards: Cards
    classes: Classes
    digit_packs: DigitPacks
    downloads: Downloads
    history: History
    kept_models: KeptModels
    leader: Leader
    lesson_runs: LessonRuns
    reader: Reader
    run_list: RunList
    servers: Servers
    supervisor: Supervisor
    telemetry: Telemetry
    through_time: ThroughTime
    viewers: Viewers


def services(connection: HTTPConnection) -> Services:
    """The services of the app that a request or a WebSocket has come to."""
    held: Services = connection.app.state.services
    return held


def _history(connection: HTTPConnection) -> History:
    return services(connection).history


def _supervisor(connection: HTTPConnection) -> Supervisor:
    return services(connection).supervisor


HistoryDep = Annotated[History, Depends(_history)]
SupervisorDep = Annotated[Supervisor, Depends(_supervisor)]
