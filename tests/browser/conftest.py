"""A real server in a process of its own, and pages in a real Chromium that notice whatever goes wrong in them.

A test fails at its end when one of its pages logged an error, raised one, had a request fail or asked anything of
another origin. One that provokes such a thing on purpose asks for `complaints`, looks at them and clears them.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Request,
    WebSocket,
    expect,
    sync_playwright,
)
from websockets.sync.client import connect

from scripts.serving import ROOT, serving
from tests.browser.drawing import opened
from tests.browser.steering import control, start
from tests.forked import unmeasured

HERE = Path(__file__).parent

PATIENCE = 60
"""Seconds for a page to show something: only one that hangs takes longer, on however busy a machine."""

# Chromium looks up its maker's hosts in the background; what the pages do is all that counts here.
QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
    "--no-sandbox",  # which not every build has, nor every machine allows; these are our own pages
    "--in-process-gpu",  # one process less for what is painted: a twelfth of the processor's time
    "--renderer-process-limit=1",  # else each test's first page starts one, a tenth of a second of a core
    "--disable-smooth-scrolling",  # a key that comes amid the way of the one before may be lost, here as to a visitor
]
SHARED_MEMORY = Path("/dev/shm")
SHARED_MEMORY_NEEDED = 2_000_000_000
"""Bytes, for the browsers of some processes that test at once."""

DESKTOP = {"viewport": {"width": 1366, "height": 657}}
"""What a laptop's browser leaves a page. The tests here take 8 % less of the processor's time than at 1440 × 900."""
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}

MEDIA = {
    "color_scheme": "light",
    "reduced_motion": "no-preference",
    "forced_colors": "none",
    "contrast": "no-preference",
}
"""What a context emulates unless it is told otherwise."""

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
COLOURS = ["color-contrast", "link-in-text-block"]
"""Those of axe-core's rules that look at colours: all that another theme can break."""

StartServer = Callable[..., str]
NewPage = Callable[..., Page]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that all tests share. It began its first `textbook` run by itself, and lets several
    train at once, so that no test waits for another's.
    """
    with serving(tmp_path_factory.mktemp("server"), start=unmeasured, first_run="true", concurrent_runs="4") as started:
        yield started.url


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[StartServer]:
    """Starts a server of this test's own: ``start_server(first_run="true")``; its address."""
    with ExitStack() as stack:
        numbers = count()

        def served(**settings: Any) -> str:
            settings = {"warm_workers": "false"} | settings
            return stack.enter_context(serving(tmp_path / f"server-{next(numbers)}", start=unmeasured, **settings)).url

        yield served


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
    command = [sys.executable, str(ROOT / "scripts" / "find_browser.py"), "--light"]
    found = subprocess.run(command, capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
    return found.stdout.strip()


def in_memory() -> list[str]:
    """Which of Playwright's switches not to use: it has Chromium's processes share what they paint in files of a disk,
    since the memory for that is small in many a container. Where it is not, a tenth of the processor's time is saved.
    """
    small = not SHARED_MEMORY.is_dir() or shutil.disk_usage(SHARED_MEMORY).free < SHARED_MEMORY_NEEDED
    return [] if small else ["--disable-dev-shm-usage"]


class OneBrowser:
    """A browser for one module after another, with its pages that are used again: to start one, with what steers it,
    takes half a second of a core."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._browser: Browser | None = None
        self._pages: dict[str, UsedAgain] = {}

    def lend(self, executable: str) -> Browser:
        if self._browser is None or not self._browser.is_connected():
            self.close()
            playwright = self._stack.enter_context(sync_playwright())
            self._browser = playwright.chromium.launch(
                executable_path=executable, args=QUIET, ignore_default_args=in_memory()
            )
            self._stack.callback(self._browser.close)
        return self._browser

    def page(self, options: dict[str, object]) -> "UsedAgain":
        """The one of this kind."""
        assert self._browser is not None
        return self._pages.setdefault(repr(options), UsedAgain(self._browser, options))

    def close(self) -> None:
        self._browser = None
        self._pages.clear()
        self._stack.close()


BROWSER = pytest.StashKey[OneBrowser]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[BROWSER] = OneBrowser()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """While Playwright runs, no asynchronous test can run beside it in this thread: it goes with the last test here."""
    try:
        yield
    finally:
        if nextitem is None or not nextitem.path.is_relative_to(HERE):
            item.config.stash[BROWSER].close()


@pytest.fixture(scope="module")
def browser(chromium: str, pytestconfig: pytest.Config) -> Browser:
    expect.set_options(timeout=PATIENCE * 1000)
    return pytestconfig.stash[BROWSER].lend(chromium)


@pytest.fixture(autouse=True)
def not_measured(no_cover: None) -> None:
    """While a page is steered, this process runs nothing of the app; coverage would slow it all the same."""


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
            context = open_context(browser, {**(PHONE if phone else DESKTOP), "base_url": server, **options})
            stack.callback(context.close)
            listen(context, str(options.get("base_url", server)), complaints.append)
            return context.new_page()

        yield open_page


def open_context(browser: Browser, options: dict[str, object]) -> BrowserContext:
    context = browser.new_context(**options)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE * 1000)
    return context


class UsedAgain:
    """A page that serves one test after another, each of which finds it as new: to open one takes a second of a core,
    most of what many a test takes. Init scripts, exposed functions and a stopped clock cannot be taken back: a test
    that needs them asks for :func:`new_page`.
    """

    def __init__(self, browser: Browser, options: dict[str, object]) -> None:
        self._browser, self._options = browser, options
        self._context: BrowserContext | None = None
        self._complain: Callable[[str], None] = print
        self._page: Page

    def lend(self, complain: Callable[[str], None]) -> Page:
        self._complain = complain
        if self._context is None:
            self._context = open_context(self._browser, self._options)
            listen(self._context, str(self._options["base_url"]), lambda complaint: self._complain(complaint))
            self._page = self._context.new_page()
        return self._page

    def take_back(self) -> None:
        """What goes wrong while the page is left is still the test's."""
        assert self._context is not None
        try:
            self._clean(self._context, self._page)
        except Error:  # closed or crashed
            self.close()

    def _clean(self, context: BrowserContext, page: Page) -> None:
        for other in context.pages:
            if other != page:
                other.close()
        context.set_offline(False)
        page.unroute_all(behavior="ignoreErrors")
        context.unroute_all(behavior="ignoreErrors")
        origin = str(self._options["base_url"])
        if page.url.startswith(origin):
            # What a page writes as it is left can come to the browser after what clears it from outside.
            page.evaluate("sessionStorage.clear(); localStorage.clear(); Storage.prototype.setItem = () => {}")
        page.goto("about:blank")
        session = context.new_cdp_session(page)
        session.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "all"})
        session.detach()
        context.clear_cookies()
        context.clear_permissions()
        media = {name: self._options.get(name, usual) for name, usual in MEDIA.items()}
        page.emulate_media(media="null", **media)  # type: ignore[arg-type]
        page.set_viewport_size(self._options["viewport"])  # type: ignore[arg-type]
        page.mouse.up()  # which a test that has failed may have left pressed
        page.mouse.move(0, 0)

    def close(self) -> None:
        if self._context is not None:
            self._context.close()
            self._context = None


@pytest.fixture
def used_again(browser: Browser, server: str, pytestconfig: pytest.Config) -> Callable[..., UsedAgain]:
    """Finds the page of a kind: ``used_again(color_scheme="dark")``."""

    def find(**options: object) -> UsedAgain:
        return pytestconfig.stash[BROWSER].page({**DESKTOP, "base_url": server, **options})

    return find


@contextmanager
def lent(page: UsedAgain, complaints: list[str]) -> Iterator[Page]:
    yield page.lend(complaints.append)
    page.take_back()


@pytest.fixture
def draw_page(page: Page) -> Page:
    """The draw page, opened."""
    opened(page)
    return page


def listen(context: BrowserContext, origin: str, complain: Callable[[str], None]) -> None:
    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error":
            where = message.location
            complain(f"console: {message.text} ({where.get('url')}:{where.get('lineNumber')})")

    def on_request(request: Request) -> None:
        if not request.url.startswith(("data:", "blob:")):
            stays(request.url)

    def on_failed(request: Request) -> None:
        # A page that is left, or a picture asked for anew, aborts what it no longer needs.
        if request.failure != "net::ERR_ABORTED":
            complain(f"failed: {request.method} {request.url} ({request.failure})")

    def on_page(page: Page) -> None:
        page.on("websocket", lambda socket: on_socket(socket))

    def on_socket(socket: WebSocket) -> None:
        stays(socket.url)

    def stays(url: str) -> None:
        if urlsplit(url).netloc != urlsplit(origin).netloc:
            complain(f"another origin: {url}")

    context.on("console", on_console)
    context.on("weberror", lambda error: complain(f"raised: {error.error}"))
    context.on("request", on_request)
    context.on("requestfailed", on_failed)
    context.on("page", on_page)


@pytest.fixture
def page(used_again: Callable[..., UsedAgain], complaints: list[str]) -> Iterator[Page]:
    """A laptop, light. It serves one test after another: :class:`UsedAgain`."""
    with lent(used_again(), complaints) as page:
        yield page


@pytest.fixture
def dark(used_again: Callable[..., UsedAgain], complaints: list[str]) -> Iterator[Page]:
    """A laptop, dark; else as :func:`page`."""
    with lent(used_again(color_scheme="dark"), complaints) as page:
        yield page


@pytest.fixture
def phone(used_again: Callable[..., UsedAgain], complaints: list[str]) -> Iterator[Page]:
    """390 × 844 with touch, light; else as :func:`page`."""
    with lent(used_again(**PHONE), complaints) as page:
        yield page


@pytest.fixture
def assert_accessible() -> Callable[..., None]:
    """Fails, naming rule and element, where axe-core finds a page as it is now against WCAG 2.1 A or AA:
    ``assert_accessible(page)``, and ``assert_accessible(page, colours=True)`` once it is in another theme.
    """
    axe = ROOT / "node_modules" / "axe-core" / "axe.min.js"
    assert axe.is_file(), "axe-core is not installed: run `make install`"
    source = axe.read_text()

    def check(page: Page, *, colours: bool = False) -> None:
        if not page.evaluate("'axe' in window"):
            page.evaluate(source)
        # Of what passes one result is enough: to describe each element of it takes as long as all the rest.
        found = page.evaluate(
            """async ([type, values]) => {
              const options = { runOnly: { type, values }, resultTypes: ["violations"] };
              const { violations, passes } = await axe.run(document, options);
              return { violations, passes: passes.length };
            }""",
            ["rule", COLOURS] if colours else ["tag", WCAG],
        )
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
