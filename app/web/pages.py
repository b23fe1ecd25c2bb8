"""The pages. They carry no data but how far a run's log has got: what they show comes by the same REST and WebSocket
calls that are open to all."""

import platform
from collections.abc import Awaitable, Callable, Mapping
from importlib.metadata import version
from urllib.parse import urlencode

from fastapi import FastAPI
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.templating import Jinja2Templates

from app import __version__
from app.handwriting.builtin import NAME as BUILT_IN
from app.history.damage import Damaged
from app.history.history import UnknownRun
from app.lessons.code import html
from app.lessons.contents import LESSONS, YOUR_TURN, lesson
from app.run import Run
from app.sweep import Value
from app.web import problems
from app.web.assets import Assets, folder
from app.web.card import BUILT_IN_NAME
from app.web.classroom.code import read_code, spoken
from app.web.root_path import root
from app.web.services import services

MACHINE_PATHS = ("/api", "/predict", "/ws", "/static", "/openapi.json", "/qr.svg", "/healthz", "/readyz", "/metrics")


LONGEST_GIVEN = 16
"""Signs of what is no class's code that the page repeats."""


class Pages:
    """``root`` stands before all addresses in them; ``own_data``: this server trains on other files than those that
    come with it."""

    def __init__(self, root: str, assets: Assets, *, own_data: bool = False) -> None:
        self._own_data = own_data
        self._templates = Jinja2Templates(folder("templates"), context_processors=[assets.for_page])
        self._templates.env.globals |= {"root": root, "version": __version__}

    def mount(self, app: FastAPI) -> None:
        app.routes.extend(
            (
                Route("/", self._watch),
                Route("/runs", self._named("runs.html")),
                Route("/runs/{run}", self._run),
                Route("/compare", self._named("compare.html")),
                Route("/draw", self._named("draw.html")),
                Route("/models/{model}", self._model),
                Route("/lessons", self._lessons),
                Route("/lessons/{slug}", self._lesson),
                Route("/class", self._class_of),
                Route("/class/{code}", self._class),
                Route("/about", self._about),
                Route("/cluster", self._named("cluster.html")),
                Route("/docs", self._named("docs.html")),
            )
        )
        app.add_exception_handler(HTTPException, self._on_http)
        app.add_exception_handler(Damaged, self._on_damaged)

    async def _watch(self, request: Request) -> Response:
        history = services(request).history
        live = await history.live()
        known = _known(live) if live else {}
        context = {"run_id": "live", "first_lesson": LESSONS[0].slug, **known}
        return self._templates.TemplateResponse(request, "stage.html", context)

    async def _run(self, request: Request) -> Response:
        history = services(request).history
        try:
            run = await history.get(request.path_params["run"])
        except UnknownRun:
            raise HTTPException(404, "There is no such run. It may have been deleted.") from None
        context = {"run_id": run.id, "run_name": run.name, **_known(run)}
        return self._templates.TemplateResponse(request, "stage.html", context)

    async def _model(self, request: Request) -> Response:
        model: str = request.path_params["model"]
        name = BUILT_IN_NAME
        if model == "live":
            live = await services(request).history.live()
            name = live.name if live else "The newest run"
        elif model != BUILT_IN:
            try:
                name = (await services(request).history.get(model)).name
            except UnknownRun:
                raise HTTPException(404, "There is no such run. It may have been deleted.") from None
        return self._templates.TemplateResponse(request, "model.html", {"model": model, "name": name})

    async def _lessons(self, request: Request) -> Response:
        return self._templates.TemplateResponse(request, "lessons.html", {"lessons": LESSONS})

    async def _lesson(self, request: Request) -> Response:
        """With the results that there are already: they stand there without a script, too. Where runs still train, or
        were never asked for, the page has what was measured before."""
        try:
            shown = lesson(request.path_params["slug"])
        except KeyError:
            raise HTTPException(404, "There is no such lesson.") from None
        at = LESSONS.index(shown)
        known = await services(request).lesson_runs.known(shown)
        context = {
            "lesson": shown,
            "number": at + 1,
            "count": len(LESSONS),
            "before": [each for each in LESSONS if each.slug in shown.needs],
            "following": LESSONS[at + 1] if at + 1 < len(LESSONS) else None,
            "known": {name: runs for name, runs in known.items() if not any(run.active for run in runs)},
            "watch": urlencode({name: _in_address(value) for name, value in shown.watch.items()}),
            "code": lambda name: Markup(
                html(*next((f.module, f.name, f.points) for f in shown.functions if f.name == name))
            ),
        }
        if shown == YOUR_TURN:
            context["board"] = await services(request).board_view.now()
        return self._templates.TemplateResponse(request, f"lessons/{shown.slug}.html", context)

    async def _class_of(self, request: Request) -> Response:
        """Answer the form with a class's code by leading to its page."""
        given = request.query_params.get("code", "")
        if code := read_code(given):
            return RedirectResponse(f"{root(request.scope)}/class/{code}", 303)
        context = {"code": "", "given": given[:LONGEST_GIVEN]}
        return self._templates.TemplateResponse(request, "class.html", context, 404 if given else 200)

    async def _class(self, request: Request) -> Response:
        """Of any code: whether there is such a class, its script asks."""
        given: str = request.path_params["code"]
        code = read_code(given)
        if code is not None and code != given:
            return RedirectResponse(f"{root(request.scope)}/class/{code}", 307)
        if code is None:
            context = {"code": "", "given": given[:LONGEST_GIVEN]}
            return self._templates.TemplateResponse(request, "class.html", context, 404)
        return self._templates.TemplateResponse(request, "class.html", {"code": code, "spoken": spoken(code)})

    async def _about(self, request: Request) -> Response:
        versions = [("Threeseven", __version__), ("Python", platform.python_version())]
        versions += [(name, version(package)) for name, package in (("PyTorch", "torch"), ("FastAPI", "fastapi"))]
        context = {"versions": versions, "own_data": self._own_data}
        return self._templates.TemplateResponse(request, "about.html", context)

    def _named(self, template: str) -> Callable[[Request], Awaitable[Response]]:
        async def page(request: Request) -> Response:
            return self._templates.TemplateResponse(request, template)

        return page

    async def _on_http(self, request: Request, error: Exception) -> Response:
        """People get a page, machines a problem document."""
        assert isinstance(error, HTTPException)
        if not _for_people(request):
            return await problems.on_http(request, error)
        title = {404: "Nothing here", 405: "Not that way"}.get(error.status_code, "That did not work")
        return self._error(request, error.status_code, title, problems.in_words(error), error.headers)

    async def _on_damaged(self, request: Request, error: Exception) -> Response:
        if not _for_people(request):
            return await problems.on_damaged(request, error)
        assert isinstance(error, Damaged)
        problem = problems.damaged(error)
        return self._error(request, problem.status, problem.title, problem.detail)

    def _error(
        self, request: Request, status: int, title: str, detail: str, headers: Mapping[str, str] | None = None
    ) -> Response:
        context = {"status": status, "title": title, "detail": detail}
        return self._templates.TemplateResponse(request, "error.html", context, status, headers)


def _in_address(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)


def _for_people(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith(MACHINE_PATHS)


def _known(run: Run) -> dict[str, object]:
    """How far its log has got, for the page that shows it."""
    return {
        "known_run": run.id,
        "known_seq": run.seq,
        "known_over": not run.active,
        "known_started": run.started is not None,
    }
