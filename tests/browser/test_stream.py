"""One WebSocket a page, through every way in which a connection can go."""

import re
from collections import deque
from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import Page, Request, WebSocket, expect
from websockets.sync.client import connect

from scripts.serving import serving
from tests.browser.steering import control, paused, start, steps_taken, stop
from tests.browser.tcp_proxy import TcpProxy, tcp_proxy
from tests.browser.waiting import at_rest, until
from tests.forked import unmeasured

StartServer = Callable[..., str]
NewPage = Callable[..., Page]

COLLECT = """
async run => {
  const { Stream } = await import("/static/js/run/stream.js");
  window.seen = [];
  window.states = [];
  window.stream = new Stream(window, { onState: (state) => window.states.push(state) });
  window.stream.watchRun(run, { onEvent: (event) => {
    if (event.type === "Steps") window.seen.push(...event.step);
  } });
  window.stream.start();
}
"""

ANSWERED = "paths => paths.every((path) => performance.getEntriesByName(location.origin + path).length)"

DIGITS = "/api/digits?"

SINCE_PAINT = """
address => {
  const [paint] = performance.getEntriesByName("first-contentful-paint");
  const [request] = performance.getEntriesByType("resource").filter(({ name }) => name.includes(address));
  return request.startTime - paint.startTime;
}
"""
"""Milliseconds from the page's first contentful paint to its first request to an address."""


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TcpProxy]:
    """Before a server with a heartbeat every 300 ms, so that silence is noticed after 900."""
    with (
        serving(tmp_path_factory.mktemp("proxy"), start=unmeasured, heartbeat="0.3", warm_workers="false") as server,
        tcp_proxy(server.url) as made,
    ):
        yield made


def received(page: Page) -> tuple[list[WebSocket], list[str | bytes]]:
    """The sockets that a page opens from now on, and the frames that come by them."""
    opened: list[WebSocket] = []
    frames: list[str | bytes] = []

    def on_socket(socket: WebSocket) -> None:
        opened.append(socket)
        socket.on("framereceived", lambda frame: frames.append(frame))

    page.on("websocket", on_socket)
    return opened, frames


def size(frame: str | bytes) -> int:
    return len(frame.encode() if isinstance(frame, str) else frame)


def fetched(request: Request) -> int:
    """The bytes of the answer as they came, compressed, with their headers."""
    sizes = request.sizes()
    return sizes["responseHeadersSize"] + sizes["responseBodySize"]


def wait_for_steps(page: Page, more: int) -> None:
    page.evaluate("more => { window.goal = window.seen.length + more; }", more)
    until(page, "() => window.seen.length >= window.goal")


def test_nothing_is_lost_or_doubled_however_the_connection_goes(proxy: TcpProxy, new_page: NewPage) -> None:
    run = start(proxy.url, epochs=1000, steps_per_second=50)
    page = new_page(base_url=proxy.url)
    # A page without a connection of its own.
    page.route("**/pages/docs.js*", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page.goto("/docs")
    page.evaluate(COLLECT, run)
    wait_for_steps(page, 10)
    for go in (proxy.go_silent, proxy.cut):
        go()
        until(page, "() => window.states.at(-1) === 'reconnecting'")
        proxy.forward_again()
        wait_for_steps(page, 10)
    for event in ("offline", "online"):
        page.evaluate("event => window.dispatchEvent(new Event(event))", event)
    wait_for_steps(page, 10)
    seen = page.evaluate("window.seen")
    assert seen == list(range(1, len(seen) + 1))
    page.evaluate("window.stream.stop()")
    control(proxy.url, run, action="stop")


def test_a_page_shows_that_a_connection_has_gone_silent_and_goes_on(proxy: TcpProxy, new_page: NewPage) -> None:
    run = start(proxy.url, epochs=1000, steps_per_second=50)
    page = new_page(base_url=proxy.url)
    page.goto(f"/runs/{run}")
    connection = page.locator("[data-part=connection]")
    expect(connection).to_have_attribute("data-state", "live")
    expect(page.get_by_role("button", name="Pause")).to_be_enabled()
    expect(page.locator(".tile")).to_have_count(30)
    proxy.go_silent()
    expect(connection).to_have_attribute("data-state", "reconnecting")
    expect(connection).to_contain_text(re.compile(r"Disconnected, trying again in \d+ s"))
    proxy.forward_again()
    expect(connection).to_have_attribute("data-state", "live")
    control(proxy.url, run, action="stop")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Stopped after step")


def test_a_run_that_is_shown_goes_on_and_is_steered_when_another_has_begun(
    start_server: StartServer, new_page: NewPage, complaints: list[str]
) -> None:
    server = start_server()
    runs = [start(server, epochs=40, pace="slow")]
    page = new_page(base_url=server)
    page.goto("/")
    expect(page.locator(".progress-words")).to_contain_text("Step")
    runs.append(start(server, epochs=40, pace="slow"))
    expect(page.locator(".toast")).to_contain_text("has begun")
    before = steps_taken(page)
    until(
        page, "before => Number(document.querySelector('.progress-words').textContent.split(' ')[1]) > before", before
    )
    paused(page)
    stop(server, runs[0])
    expect(page.locator("body")).to_have_attribute("data-state", "stopped")
    page.get_by_role("button", name="Watch it").click()
    paused(page)
    assert httpx.get(f"{server}/api/runs/{runs[1]}").json()["state"] == "paused"

    # While nothing can be heard the second ends and a third begins.
    page.context.set_offline(True)
    expect(page.locator("#detail")).to_contain_text("No connection")
    stop(server, runs[1])
    runs.append(start(server, epochs=40, pace="slow"))
    page.context.set_offline(False)
    expect(page.locator("body")).to_have_attribute("data-state", "stopped")
    expect(page.locator(".toast")).to_contain_text("has begun")

    assert all("ERR_INTERNET_DISCONNECTED" in complaint for complaint in complaints)
    complaints.clear()

    # Of one that was deleted and is back nothing is doubled, and nothing has begun meanwhile.
    page.get_by_role("button", name="Watch it").click()
    until(page, "() => Number(document.querySelector('.progress-words').textContent.split(' ')[1]) > 1")
    stop(server, runs[2])
    expect(page.locator("body")).to_have_attribute("data-state", "stopped")
    taken = steps_taken(page)
    httpx.delete(f"{server}/api/runs/{runs[2]}").raise_for_status()
    httpx.post(f"{server}/api/runs/{runs[2]}/restore").raise_for_status()
    runs.append(start(server, epochs=40, pace="slow"))
    expect(page.locator(".toast")).to_have_count(1)
    expect(page.locator(".toast")).to_contain_text("#4")
    assert steps_taken(page) == taken


def test_fifty_queued_runs_take_one_socket_and_no_steps(start_server: StartServer, new_page: NewPage) -> None:
    server = start_server(queued_runs="60")
    slow = start(server, name="Slow", epochs=1000, batch_size=32)
    for number in range(50):
        start(server, name=f"Waiting {number}", epochs=1)
    page = new_page(base_url=server)
    opened, frames = received(page)
    page.goto("/runs")
    row = page.get_by_role("row", name=re.compile("“Waiting 49”"))
    expect(row).to_contain_text("place 50")
    expect(page.locator("[data-part=connection]")).to_have_attribute("data-state", "live")
    control(server, slow, action="stop")
    expect(row).not_to_contain_text(re.compile("place (50|49)"))
    assert len(opened) == 1
    assert frames
    assert not [frame for frame in frames if isinstance(frame, bytes) or '"Steps"' in frame]


def test_the_list_follows_what_others_do(page: Page, server: str) -> None:
    page.goto("/runs")
    run = start(server, name="Made elsewhere", epochs=1)
    row = page.get_by_role("row", name=re.compile("“Made elsewhere”"))
    expect(row).to_contain_text("finished")
    httpx.patch(f"{server}/api/runs/{run}", json={"name": "Renamed elsewhere"}, timeout=60).raise_for_status()
    renamed = page.get_by_role("row", name=re.compile("“Renamed elsewhere”"))
    expect(renamed).to_be_visible()
    httpx.delete(f"{server}/api/runs/{run}", timeout=60).raise_for_status()
    expect(renamed).to_have_count(0)


def test_a_finished_run_comes_in_300_kb(server: str, new_page: NewPage) -> None:
    """Its curves, its newest weights, and what the header shows. What the page itself weighs does not count, nor the
    pack of digits, which is asked for after the first paint; the other weights are, once one looks back."""
    run = start(server, preset="textbook")
    with connect(f"{server.replace('http', 'ws', 1)}/ws/runs/{run}", max_size=None, max_queue=None) as events:
        deque(events, 0)

    def look(address: str) -> None:
        other = new_page()
        opened, frames = received(other)
        asked: list[Request] = []
        other.on("request", lambda request: asked.append(request) if "/api/" in request.url else None)
        other.goto(address)
        expect(other.locator(".progress-words")).to_have_text("Step 1,960 of 1,960")
        expect(other.locator(".tile")).to_have_count(30)
        expect(other.locator("#picture-step")).to_have_text("after step 1,960")
        expect(other.locator("#misread")).to_contain_text("unseen digits.")
        until(other, ANSWERED, [f"/api/runs/{run}", "/api/runs?limit=30"])
        at_rest(other, "() => performance.getEntriesByType('resource').length")
        paths = [request.url.removeprefix(f"{server}/api/") for request in asked]
        assert len(opened) == 1
        assert len(paths) == len(set(paths)), paths
        assert f"runs/{run}/weights?format=frame" in paths
        assert f"runs/{run}/frames" not in paths
        counted = [request for request in asked if DIGITS not in request.url]
        assert sum(map(size, frames)) + sum(map(fetched, counted)) < 300_000
        assert other.evaluate(SINCE_PAINT, DIGITS) > 0
        with other.expect_request(f"**/api/runs/{run}/frames"):
            other.keyboard.press("Home")

    look(f"/runs/{run}")
    look("/")


def test_a_finished_run_says_that_it_comes_from_the_log(proxy: TcpProxy, new_page: NewPage) -> None:
    """The one connection stays for the run that may start next, and what is lost with it is said here too."""
    run = start(proxy.url, epochs=1)
    page = new_page(base_url=proxy.url)
    page.goto(f"/runs/{run}")
    connection = page.locator("[data-part=connection]")
    expect(connection).to_have_attribute("data-state", "ended")
    pill = page.locator("#live-pill")
    following = start(proxy.url, name="The next one", epochs=1000, steps_per_second=50)
    expect(pill).to_contain_text("LiveThe next one")
    proxy.go_silent()
    expect(connection).to_have_attribute("data-state", "reconnecting")
    expect(page.locator("main")).to_have_attribute("data-stale", "")
    expect(pill).to_contain_text("Last known")
    proxy.forward_again()
    expect(connection).to_have_attribute("data-state", "ended")
    expect(page.locator("main")).not_to_have_attribute("data-stale", "")
    control(proxy.url, following, action="stop")
    expect(pill).to_contain_text("StoppedThe next one")
