"""A real server in a process of its own, and pages in a real Chromium that notice whatever goes wrong in them.

A test fails at its end when one of its pages logged an error, raised one, had a request fail or asked anything of
another origin. One that provokes such a thing on purpose asks for `complaints`, looks at them and clears them.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    WebSocket,
    expect,
    sync_playwright,
)
from websockets.sync.client import connect

from scripts.serving import ROOT, serving
from tests.browser.steering import control, start

PATIENCE = 60
"""Seconds for a page to show something: only one that hangs takes longer, on however busy a machine."""

# Chromium looks up its maker's hosts in the background; what the pages do is all that counts here.
QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
]
DESKTOP = {"viewport": {"width": 1440, "height": 900}}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]

StartServer = Callable[..., str]
NewPage = Callable[..., Page]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that all tests share. It began its first `textbook` run by itself, and lets several
    train at once, so that no test waits for another's.
    """
    with serving(tmp_path_factory.mktemp("server"), first_run="true", concurrent_runs="4") as started:
        yield started.url


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[StartServer]:
    """Starts a server of this test's own: ``start_server(first_run="true")``; its address."""
    with ExitStack() as stack:
        numbers = count()
        yield lambda **settings: stack.enter_context(serving(tmp_path / f"server-{next(numbers)}", **settings)).url


@pytest.fixture(scope="session")
def finished_run(server: str) -> str:
    """The id of a short run on the shared server that is over."""
    started = httpx.post(f"{server}/api/runs", json={"preset": "textbook", "epochs": 2}, timeout=30)
    started.raise_for_status()
    run: str = started.json()["id"]
    with connect(f"{server.replace('http', 'ws', 1)}/ws/runs/{run}") as events:
        assert json.loads(list(events)[-1])["type"] == "RunFinished"
    return run


@pytest.fixture(scope="session")
def chromium() -> str:
    found = subprocess.run([sys.executable, ROOT / "scripts" / "find_browser.py"], capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
    return found.stdout.strip()


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Closed with each module: while Playwright runs, no asynchronous test can run beside it in this thread."""
    arguments = [*QUIET, "--no-sandbox"] if os.geteuid() == 0 else QUIET
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        expect.set_options(timeout=PATIENCE * 1000)
        yield browser
        browser.close()


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """What went wrong in this test's pages so far."""
    heard: list[str] = []
    yield heard
    assert not heard, "the pages complained:\n" + "\n".join(heard)


@pytest.fixture
def new_page(browser: Browser, server: str, complaints: list[str]) -> Iterator[NewPage]:
    """Opens a page in a context of its own, at a desk or on a phone, with any option of Playwright's contexts:
    ``new_page(color_scheme="dark")``, ``new_page(phone=True)``. The paths it goes to are the shared server's, unless
    ``base_url`` names another's.
    """
    with ExitStack() as stack:

        def open_page(*, phone: bool = False, **options: object) -> Page:
            options = {**(PHONE if phone else DESKTOP), "base_url": server, **options}
            context = browser.new_context(**options)  # type: ignore[arg-type]
            stack.callback(context.close)
            listen(context, str(options["base_url"]), complaints)
            return context.new_page()

        yield open_page


def listen(context: BrowserContext, origin: str, complaints: list[str]) -> None:
    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error":
            where = message.location
            complaints.append(f"console: {message.text} ({where.get('url')}:{where.get('lineNumber')})")

    def on_request(request: Request) -> None:
        if not request.url.startswith(("data:", "blob:")):
            stays(request.url)

    def on_failed(request: Request) -> None:
        # A page that is left, or a picture asked for anew, aborts what it no longer needs.
        if request.failure != "net::ERR_ABORTED":
            complaints.append(f"failed: {request.method} {request.url} ({request.failure})")

    def on_page(page: Page) -> None:
        page.on("websocket", lambda socket: on_socket(socket))

    def on_socket(socket: WebSocket) -> None:
        stays(socket.url)

    def stays(url: str) -> None:
        if urlsplit(url).netloc != urlsplit(origin).netloc:
            complaints.append(f"another origin: {url}")

    context.on("console", on_console)
    context.on("weberror", lambda error: complaints.append(f"raised: {error.error}"))
    context.on("request", on_request)
    context.on("requestfailed", on_failed)
    context.on("page", on_page)


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """1440 × 900, light."""
    return new_page()


@pytest.fixture
def dark(new_page: NewPage) -> Page:
    """1440 × 900, dark."""
    return new_page(color_scheme="dark")


@pytest.fixture
def phone(new_page: NewPage) -> Page:
    """390 × 844 with touch, light."""
    return new_page(phone=True)


@pytest.fixture
def assert_accessible() -> Callable[[Page], None]:
    """Fails, naming rule and element, where axe-core finds a page as it is now against WCAG 2.1 A or AA."""
    axe = ROOT / "node_modules" / "axe-core" / "axe.min.js"
    assert axe.is_file(), "axe-core is not installed: run `make install`"
    source = axe.read_text()

    def check(page: Page) -> None:
        page.evaluate(source)
        found = page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", WCAG)
        violations = [
            f"{rule['id']} ({rule['help']})\n  {' '.join(map(str, node['target']))}\n  {node['failureSummary']}"
            for rule in found["violations"]
            for node in rule["nodes"]
        ]
        assert not violations, f"{page.url}:\n" + "\n".join(violations)
        assert found["passes"], f"axe-core checked nothing on {page.url}"

    return check


@pytest.fixture(scope="module")
def slow_run(server: str) -> Iterator[str]:
    """The id of a run that takes longer than all tests here, at 50 steps a second; they share it."""
    run = start(server, name="Slow", epochs=1000, steps_per_second=50)
    yield run
    control(server, run, action="stop")


@pytest.fixture
def slow(page: Page, slow_run: str, server: str) -> Iterator[Page]:
    """The page of the slow run while it trains."""
    page.goto(f"/runs/{slow_run}")
    expect(page.get_by_role("button", name="Pause")).to_be_enabled()
    yield page
    control(server, slow_run, action="resume")
    control(server, slow_run, steps_per_second=50)
