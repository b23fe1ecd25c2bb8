"""The stage: a run followed live, or drawn from its log."""

import re
from collections.abc import Callable
from itertools import combinations

import httpx
import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.steering import control, paused, steps_taken
from tests.browser.waiting import asked, at_rest, boxes, fits, painted, resize, until, until_is


def test_a_fresh_server_shows_a_network_that_learns(
    start_server: Callable[..., str], new_page: Callable[..., Page]
) -> None:
    server = start_server(first_run="true")
    (first,) = httpx.get(f"{server}/api/runs", timeout=60).json()["runs"]
    control(server, first["id"], steps_per_second=20)  # it is not to be over before somebody looks
    page = new_page(base_url=server)
    page.goto("/")
    headline = page.get_by_role("heading", level=1)
    expect(headline).to_have_text("Learning with 30 hidden units.")
    expect(page.locator(".tile")).to_have_count(30)
    expect(page.locator(".accuracy-figure")).to_have_text(re.compile(r"^9\d\.\d\d\s%$"))
    page.locator("#controls").get_by_text("Full", exact=True).click()
    expect(headline).to_have_text(re.compile("It has learned in"))
    expect(page.locator(".progress-words")).to_have_text("Step 1,960 of 1,960")
    expect(page.locator("#connection")).to_have_text("Connected")


SEEN = ("bar", "controls", "picture", "tiles", "loss", "accuracy", "pad", "scrubber")
BELOW_ON_A_PHONE = ("loss", "tiles")
SHARE = """part => {
      const box = document.querySelector(`[data-part=${part}]`).getBoundingClientRect();
      const nav = document.querySelector(".site-nav").getBoundingClientRect();
      // On a phone these lie over the page.
      const foot = [nav, document.querySelector("#controls").getBoundingClientRect()];
      const lying = part === "bar" || part === "controls" ? foot.slice(0, 1) : foot;
      const end = Math.min(innerHeight, ...lying.map(({ top }) => top).filter((top) => top > innerHeight / 2));
      const wide = Math.min(box.right, innerWidth) - Math.max(box.left, 0);
      const high = Math.min(box.bottom, end) - Math.max(box.top, 0);
      return box.width && box.height ? Math.max(0, wide) * Math.max(0, high) / (box.width * box.height) : 0;
    }"""
"""How much of a part is on the screen, from 0 to 1."""


def test_all_that_moves_is_on_the_screen_while_a_run_trains(
    new_page: Callable[..., Page], server: str, slow_run: str
) -> None:
    for phone, sizes in (
        (False, [(1366, 657), (1280, 720), (1440, 900), (1920, 1080), (2560, 1440)]),
        (True, [(390, 844)]),
    ):
        page = new_page(phone=phone)
        page.goto(f"/runs/{slow_run}")
        expect(page.get_by_role("button", name="Pause")).to_be_enabled()
        expect(page.locator(".tile")).to_have_count(30)
        expect(page.locator(".misread")).to_contain_text("Misreads")
        for width, height in sizes:
            resize(page, width, height)
            wanted = [part for part in (*SEEN, "misread", "batch") if not (phone and part in BELOW_ON_A_PHONE)]
            until_is(page, f"(parts) => parts.filter((part) => !(({SHARE})(part) > 0.99))", [], wanted)
            until(
                page,
                """([picture, used]) => [[".whole-picture-image", picture], [".stage", used]].every(
                  ([part, least]) => document.querySelector(part).getBoundingClientRect().width >= least)""",
                [160 if phone else 300 if width >= 1920 else 240, 0 if width < 1920 else 0.95 * width],
            )
            fits(page, width)
    before = boxes(page, *(f"[data-part={part}]" for part in wanted))
    try:
        paused(page)
        expect(page.locator("[data-part=batch]").get_by_role("img")).to_be_visible()
        until_is(page, f"(parts) => parts.filter((part) => !(({SHARE})(part) > 0.99))", [], wanted)
        page.locator(".sample").first.tap()
        expect(page.locator("#contributions")).to_contain_text("logit")
        page.get_by_role("button", name="Clear").tap()
        expect(page.locator("#contributions")).not_to_contain_text("logit")
        assert boxes(page, *(f"[data-part={part}]" for part in wanted))[:-1] == before[:-1]
    finally:
        control(server, slow_run, action="resume")


def test_what_happens_is_said_in_full_beside_the_controls(slow: Page) -> None:
    expect(slow.locator("#headline")).to_have_text("Learning with 30 hidden units.")
    room = "() => { const it = document.getElementById('headline'); return it.clientHeight - it.scrollHeight; }"
    for width in (1216, 1280, 1366, 1440):
        resize(slow, width, 720)
        assert at_rest(slow, room) in (-1, 0), f"cut at {width}"


def test_the_images_it_learns_from_are_on_the_screen_while_one_looks(page: Page, server: str, slow_run: str) -> None:
    """Beside the digits that it misreads, or under the drawing; all else stays where it is, and nothing lies on it."""
    page.goto(f"/runs/{slow_run}")
    expect(page.locator(".misread .digit-row-digit").first).to_be_visible()
    batch = page.locator("[data-part=batch]")
    image = batch.get_by_role("img")
    parts = [*(f"[data-part={part}]" for part in SEEN), ".misread .digit-row-digit", "#contributions"]
    try:
        for width, height, fewest in ((1366, 657, 12), (1280, 720, 12), (1440, 900, 30), (1920, 1080, 30)):
            resize(page, width, height)
            expect(batch).to_have_text("Pause to see its mini-batch.")
            before = boxes(page, *parts)
            apart(page, ".batch .caption", ".misread-count", ".misread .digit-row", "#contributions", "#scrubber")
            until_is(page, f"(part) => ({LAST_TO_PRESS})(part)", True, ".misread .digit-row")
            step = paused(page)
            expect(batch).to_contain_text(re.compile(rf"^Mini-batch {step:,}: \d+ threes, \d+ sevens\.$"))
            expect(image).to_have_attribute("aria-label", re.compile(r"^The first \d+ of \d+ images that step"))
            assert int((image.get_attribute("aria-label") or "").split()[2]) >= fewest
            until_is(
                page, f"(parts) => parts.filter((part) => !(({SHARE})(part) > 0.99))", [], [*SEEN, "misread", "batch"]
            )
            assert boxes(page, *parts) == before
            apart(page, ".batch", ".misread", "#contributions", "#scrubber")
            inside, outside = boxes(page, ".batch-image", ".batch")
            assert inside["x"] + inside["width"] <= outside["x"] + outside["width"]
            assert inside["y"] + inside["height"] <= outside["y"] + outside["height"]
            page.get_by_role("button", name="One step").click()
            expect(batch).to_contain_text(f"Mini-batch {step + 1:,}: ")
            page.get_by_role("button", name="Resume").click()
            expect(image).to_be_hidden()
        page.locator(".sample").first.click()
        page.goto(f"/runs/{slow_run}?present")
        expect(page.locator("#contributions")).to_contain_text("logit")
        paused(page)
        expect(image).to_be_visible()
        apart(page, ".batch", ".misread", "#contributions", "#scrubber")
    finally:
        control(server, slow_run, action="resume")


def test_images_that_could_not_be_had_come_once_the_server_has_time(
    page: Page, finished_run: str, complaints: list[str]
) -> None:
    page.route(
        "**/api/experiments/batch",
        lambda route: route.fulfill(status=503, json={"title": "Busy", "detail": "Too many experiments wait."}),
    )
    page.goto(f"/runs/{finished_run}")
    expect(page.locator(".progress-words")).to_contain_text("Step 98 of 98")  # all of it has come
    page.get_by_label("Step of the run").press("ArrowLeft")
    batch = page.locator("[data-part=batch]")
    expect(batch).to_contain_text("cannot be had: Too many experiments wait.")
    page.unroute_all()
    expect(batch.get_by_role("img")).to_be_visible()
    expect(batch).to_contain_text("Mini-batch ")
    complaints[:] = [each for each in complaints if " 503 " not in each]  # which the browser logs


LAST_TO_PRESS = """row => {
  const { right } = document.querySelector(row).getBoundingClientRect();
  const seen = [...document.querySelector(row).children].filter((each) => each.getBoundingClientRect().right <= right);
  const { x, y, width, height } = seen.at(-1).getBoundingClientRect();
  return seen.at(-1).contains(document.elementFromPoint(x + width / 2, y + height / 2));
}"""
"""Whether the last digit in sight of a row lies under nothing else."""


def apart(page: Page, *parts: str) -> None:
    """Fail where two of these parts lie on one another."""

    def overlap(one: dict[str, float], other: dict[str, float]) -> bool:
        along = min(one["x"] + one["width"], other["x"] + other["width"]) - max(one["x"], other["x"])
        down = min(one["y"] + one["height"], other["y"] + other["height"]) - max(one["y"], other["y"])
        return along > 0.5 and down > 0.5

    placed = dict(zip(parts, boxes(page, *parts), strict=True))
    assert not [(a, b) for a, b in combinations(parts, 2) if overlap(placed[a], placed[b])], placed


@pytest.mark.parametrize(("width", "height"), [(1366, 657), (390, 844)])
def test_how_the_run_stands_and_what_steers_it_stay_in_sight(
    new_page: Callable[..., Page], slow_run: str, width: int, height: int
) -> None:
    page = new_page(phone=width < 500, viewport={"width": width, "height": height})
    page.goto(f"/runs/{slow_run}")
    page.locator("#confusion").scroll_into_view_if_needed()
    for part in (
        page.locator(".accuracy-figure"),
        page.locator(".accuracy-baseline"),
        page.get_by_role("heading", level=1),
        page.get_by_role("button", name="Pause"),
        page.get_by_role("button", name="Stop"),
        page.get_by_label("Learning rate", exact=True),
        page.locator("#connection"),
    ):
        expect(part).to_be_in_viewport(ratio=1)
    until_is(
        page,
        """() => ["#headline", "#controls button", "#controls input", ".accuracy-figure"].filter((each) => {
          const part = document.querySelector(each);
          const { left, top, width, height } = part.getBoundingClientRect();
          const found = document.elementFromPoint(left + width / 2, top + height / 2);
          return !part.contains(found) && !found.closest("label")?.contains(part);
        })""",
        [],
    )
    ends = "document.querySelector('.toasts').getBoundingClientRect().bottom"
    if width < 500:
        until(page, f"() => {ends} <= document.querySelector('#controls').getBoundingClientRect().top")


def test_a_finished_run_is_drawn_from_its_log(page: Page, finished_run: str) -> None:
    page.goto(f"/runs/{finished_run}")
    expect(page.locator("#connection")).to_have_text("From the log")
    expect(page.locator(".progress-words")).to_have_text("Step 98 of 98")
    readout = page.locator(".chart").first.locator(".chart-readout")
    expect(readout.locator("div", has_text="Step")).to_contain_text("98")
    expect(page.locator(".confusion b").first).to_have_text(re.compile(r"^[\d,]+$"))
    expect(page.locator("#recipe")).to_contain_text("As the textbook has it, but for: 2 epochs.")
    again = page.get_by_role("link", name="Start it again")
    expect(again).to_have_attribute("href", "/?preset=textbook&epochs=2")
    expect(page.get_by_role("link", name="Draw with this one")).to_have_attribute("href", f"/draw?run={finished_run}")
    for name, kind in (
        ("Every step as CSV", "csv"),
        ("Every step as JSON lines", "jsonl"),
        ("The model as safetensors", "safetensors"),
    ):
        address = page.get_by_role("link", name=name).get_attribute("href")
        assert address is not None
        assert page.request.get(address).ok, kind


def test_what_can_be_taken_along_is_there_before_the_picture_is(page: Page, finished_run: str) -> None:
    held: list[Route] = []
    page.route("**/weights?format=frame", lambda route: held.append(route))
    page.goto(f"/runs/{finished_run}")
    expect(page.get_by_role("link", name="Every step as CSV")).to_be_visible()
    expect(page.locator(".tile")).to_have_count(0)
    asked(page, held).continue_()
    expect(page.locator(".tile")).to_have_count(30)


def test_the_state_of_the_connection_is_shown(slow: Page, complaints: list[str]) -> None:
    """The connection goes and cannot be had again, until it can."""
    slow.evaluate(
        """() => {
          window.KeptWebSocket = WebSocket;
          window.WebSocket = class extends EventTarget {
            constructor() {
              super();
              setTimeout(() => this.dispatchEvent(new CloseEvent("close", { code: 1006 })));
            }
            close() {}
          };
          window.dispatchEvent(new Event("offline"));
        }"""
    )
    expect(slow.locator("#connection")).to_contain_text(re.compile(r"Disconnected, trying again in \d+ s"))
    expect(slow.locator("#detail")).to_have_text("No connection: this is what was known last.")
    expect(slow.get_by_role("heading", level=1)).to_have_text("Last known: learning.")
    resize(slow, 1366, 657)
    until(slow, "() => headline.scrollHeight <= headline.clientHeight")  # none of it is cut off
    expect(slow.locator("#run-state")).to_have_text("last known: running")
    expect(slow).to_have_title(re.compile(r"^\? "))
    expect(slow.get_by_role("button", name="Pause")).to_be_disabled()
    slow.evaluate("() => { window.WebSocket = KeptWebSocket; window.dispatchEvent(new Event('online')); }")
    expect(slow.locator("#connection")).to_have_text("Connected")
    expect(slow.get_by_role("heading", level=1)).to_have_text("Learning with 30 hidden units.")
    expect(slow).not_to_have_title(re.compile(r"^\?"))
    expect(slow.get_by_role("button", name="Pause")).to_be_enabled()
    shown = steps_taken(slow)
    expect(slow.locator(".progress-words")).not_to_contain_text(f"Step {shown:,} of")
    complaints.clear()  # the browser logs what the page asks to learn why no connection opens


def test_a_unit_is_painted_in_the_two_hues(page: Page, finished_run: str) -> None:
    """Blue and orange both occur, and nothing else but shades between them and the neutral middle."""
    page.goto(f"/runs/{finished_run}")
    expect(page.locator(".tile")).to_have_count(30)
    until(
        page,
        """() => {
          const found = { blue: 0, orange: 0 };
          const canvas = document.querySelector(".tiles canvas");
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          for (let i = 0; i < data.length; i += 4) {
            if (data[i + 2] - data[i] > 40) found.blue++;
            if (data[i] - data[i + 2] > 60) found.orange++;
          }
          return found.blue > 100 && found.orange > 100;
        }""",
    )


def test_a_hidden_tab_paints_nothing_and_is_right_on_return(slow: Page) -> None:
    hide = """hidden => {
      Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
      document.dispatchEvent(new Event("visibilitychange"));
    }"""
    slow.evaluate(hide, True)
    painted(slow)  # a frame that was due already has passed
    shown = steps_taken(slow)
    slow.evaluate(
        """known => new Promise((done) => {
          const socket = new WebSocket(`ws://${location.host}/ws/runs/${document.body.dataset.run}`);
          socket.onmessage = ({ data }) => {
            const event = typeof data === "string" ? JSON.parse(data) : {};
            if (event.type === "Steps" && event.step.at(-1) > known + 50) done(socket.close());
          };
        })""",
        shown,
    )
    assert steps_taken(slow) == shown
    slow.evaluate(hide, False)
    expect(slow.locator(".progress-words")).not_to_have_text(re.compile(f"Step {shown:,} of"))


def test_the_page_stays_with_its_run_until_it_is_told_to_follow(
    start_server: Callable[..., str], new_page: Callable[..., Page]
) -> None:
    server = start_server()
    page = new_page(base_url=server)
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Nothing has been trained yet.")
    for name in ("First", "Second"):
        httpx.post(f"{server}/api/runs", json={"name": name, "epochs": 1}, timeout=60).raise_for_status()
        if name == "Second":
            expect(page.locator(".toast")).to_contain_text("“Second” has begun")
            toast, time = boxes(page, ".toast", "#scrubber")
            assert toast["y"] + toast["height"] <= time["y"], "the message lies over what one goes back with"
            expect(page.locator("#run-name")).to_have_text("First")
            page.get_by_role("button", name="Watch it").click()
            expect(page.locator(".toast")).to_have_count(0)
        expect(page.locator("#run-name")).to_have_text(name)
        expect(page.locator(".progress-words")).to_have_text("Step 49 of 49")
    page.get_by_label("Go on to each new run as it begins").check()
    page.reload()
    expect(page.get_by_label("Go on to each new run as it begins")).to_be_checked()
    expect(page.locator("#connection")).to_have_text("Connected")
    httpx.post(f"{server}/api/runs", json={"name": "Third", "epochs": 1}, timeout=60).raise_for_status()
    expect(page.locator("#run-name")).to_have_text("Third")
    expect(page.locator(".toast")).to_have_count(0)


def test_the_theme_is_switched_and_remembered(page: Page, finished_run: str) -> None:
    page.goto(f"/runs/{finished_run}")
    paper = "getComputedStyle(document.body).backgroundColor"
    light = at_rest(page, f"() => {paper}")
    switch = page.get_by_role("button", name="Colour theme")
    switch.click()  # light
    switch.click()  # dark
    expect(switch).to_have_attribute("aria-label", re.compile("dark"))
    dark = at_rest(page, f"() => {paper}")
    assert dark != light
    page.reload()
    until_is(page, f"() => {paper}", dark)
