"""Errors as problem documents (RFC 9457), so that every client can tell which field was off and what its limit is."""

from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from app.history.damage import Damaged
from app.history.lock import DatabaseInUse
from app.history.unavailable import DamagedFile, DiskFull, HistoryUnavailable
from app.web.http_methods import allowed, takes_sockets
from app.web.leader import NoLeader
from app.web.names import SEEN

MEDIA_TYPE = "application/problem+json"

_STRING = {"type": "string"}
LEADER_SECONDS = 2
"""After so long another server may lead."""

NOTHING_HERE = "There is nothing at this address."

SCHEMA = {
    "type": "object",
    "properties": {
        "type": _STRING,
        "title": _STRING,
        "status": {"type": "integer"},
        "detail": _STRING,
        "errors": {
            "type": "array",
            "items": {"type": "object", "properties": {"field": _STRING, "detail": _STRING}, "required": ["field"]},
        },
    },
    "required": ["type", "title", "status", "detail"],
}


def documented(*statuses: str, description: str = "What was wrong, as a problem document.") -> dict[int | str, Any]:
    """These statuses (``"404"``, ``"4XX"``, …) in an OpenAPI document's ``responses``."""
    return {status: {"description": description, "content": {MEDIA_TYPE: {"schema": SCHEMA}}} for status in statuses}


class Problem(Exception):
    """An answer that says what was wrong. ``errors`` names fields: ``{"field": …, "detail": …}`` each."""

    def __init__(
        self,
        status: int,
        title: str,
        detail: str,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.title, self.detail, self.errors, self.headers = status, title, detail, errors, headers

    def document(self) -> dict[str, Any]:
        document: dict[str, Any] = {
            "type": "about:blank", "title": self.title, "status": self.status, "detail": self.detail,
        }  # fmt: skip
        if self.errors:
            document["errors"] = list(self.errors)
        return document

    def response(self) -> JSONResponse:
        return JSONResponse(self.document(), self.status, dict(self.headers or {}), MEDIA_TYPE)


async def refuse_handshake(problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a WebSocket's handshake, as an ASGI app does, with a problem document in place of a socket."""
    await receive()  # websocket.connect
    if "websocket.http.response" not in scope.get("extensions", {}):
        return await send({"type": "websocket.close", "code": 1008, "reason": problem.title})
    await problem.response()(scope, receive, send)


def no_such_run(run: str) -> Problem:
    return Problem(404, "No such run", f"There is no run {run!r}; the page /runs lists those kept.")


def invalid(errors: Iterable[Any], *, inside: int = 0) -> Problem:
    """A 422 from pydantic's errors; the first ``inside`` parts of each location are not the client's own fields."""
    fields = [
        {
            "field": "body" if e["type"] == "json_invalid" else _field(e["loc"][inside:]),
            "detail": _detail(e),
        }
        for e in errors
    ]
    first = fields[0]
    more = f" (and {len(fields) - 1} more)" if len(fields) > 1 else ""
    return Problem(422, "Invalid input", f"{first['field']}: {first['detail']}{more}", fields)


def _detail(error: Mapping[str, Any]) -> str:
    context = error.get("ctx", {})
    if error["type"] == "json_invalid" and "error" in context and error["loc"]:
        return f"not JSON: {context['error']}, at character {error['loc'][-1]}"
    if context.get("pattern") == SEEN:
        return "needs a character that can be seen"
    return str(error["msg"]).removeprefix("Value error, ")


def refused(field: str, detail: str) -> Problem:
    """A 422 about one field."""
    return Problem(422, "Invalid input", f"{field}: {detail}", [{"field": field, "detail": detail}])


def _field(location: Sequence[Any]) -> str:
    """A union's kind has the name of its one field here: it is said once. Indices may well follow their like. Which of
    a union's types was tried (``list[…]``) is nothing that the client wrote."""
    pairs = zip(location, [None, *location], strict=False)
    parts = [str(part) for part, before in pairs if part != before or isinstance(part, int)]
    return ".".join(part for part in parts if "[" not in part) or "body"


async def on_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return error.response()


async def on_validation(request: Request, error: Exception) -> Response:
    if isinstance(error, RequestValidationError):
        if error.body and not _is_json(request) and any(e["loc"] == ("body",) for e in error.errors()):
            sent = request.headers.get("content-type", "missing")
            return Problem(415, "Unsupported type", f"Content-Type is {sent}; send application/json.").response()
        return invalid(error.errors(), inside=1).response()
    assert isinstance(error, ValidationError)
    return invalid(error.errors(include_url=False, include_context=False, include_input=False)).response()


def _is_json(request: Request) -> bool:
    """Return whether FastAPI takes this for JSON."""
    kind, _, subtype = request.headers.get("content-type", "").partition(";")[0].strip().lower().partition("/")
    return kind == "application" and (subtype == "json" or subtype.endswith("+json"))


def unavailable(error: HistoryUnavailable | DatabaseInUse) -> Problem:
    """The history cannot be read or written now. Where it is, the server's own output says, not an answer."""
    return Problem(503, "The history is not available", error.reason, headers={"Retry-After": "5"})


def damaged(error: Damaged) -> Problem:
    """Return the problem of a run whose log, or record, or of a sweep that cannot be read as it was written."""
    said = str(error)
    return Problem(500, f"Damaged {error.kind}", f"{said[0].upper()}{said[1:]}.")


def nobody_leads() -> Problem:
    """The server that would do it cannot be reached, or leads no more."""
    return Problem(
        503, "Nobody leads", "The server that starts and changes runs cannot be reached. Another one takes its place "
        "in a few seconds: try again then.",
        headers={"Retry-After": str(LEADER_SECONDS)},
    )  # fmt: skip


async def on_no_leader(request: Request, error: Exception) -> Response:
    assert isinstance(error, NoLeader)
    return nobody_leads().response()


async def on_unavailable(request: Request, error: Exception) -> Response:
    assert isinstance(error, HistoryUnavailable | DatabaseInUse)
    return unavailable(error).response()


async def on_damaged_file(request: Request, error: Exception) -> Response:
    """Answer that what is to be changed, or is asked for, cannot be read."""
    assert isinstance(error, DamagedFile)
    return Problem(500, "Damaged database", error.reason).response()


async def on_no_room(request: Request, error: Exception) -> Response:
    """The disk has too little left for what is asked for, or no room at all."""
    detail = error.reason if isinstance(error, DiskFull) else f"{error}."
    return Problem(507, "No room", detail).response()


async def on_damaged(request: Request, error: Exception) -> Response:
    assert isinstance(error, Damaged)
    return damaged(error).response()


def in_words(error: HTTPException) -> str:
    """Return an error's detail; of an address that no route has, a sentence for it."""
    if error.status_code == HTTPStatus.NOT_FOUND and error.detail == HTTPStatus.NOT_FOUND.phrase:
        return NOTHING_HERE
    return error.detail


async def on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status, detail, headers = error.status_code, in_words(error), error.headers
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        methods = allowed(request.app.routes, request.scope)
        headers = {"Allow": methods}
        detail = f"{request.method} is not for this address, which takes {methods}."
    elif status == HTTPStatus.NOT_FOUND and takes_sockets(request.app.routes, request.scope):
        status, headers = HTTPStatus.UPGRADE_REQUIRED, {"Upgrade": "websocket", "Connection": "Upgrade"}
        detail = "This address is for WebSockets."
    return Problem(status, HTTPStatus(status).phrase, detail, (), headers).response()
