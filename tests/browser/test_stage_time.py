"""The stage's line of time: a run as it was at an earlier step."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, Route, WebSocketRoute, expect

from tests.browser.waiting import asked, painted, until


def test_any_moment_of_a_run_is_shown_again(page: Page, finished_run: str) -> None:
    """Figures, pictures and confusion are those of the moment; no data is asked of the server on the way, but for the
    images of a step at which one stays."""
    page.goto(f"/runs/{finished_run}")
    expect(page.locator("#connection")).to_have_text("From the log")
    expect(page.locator(".progress-words")).to_have_text("Step 98 of 98")
    accuracy, headline = page.locator(".accuracy-figure"), page.get_by_role("heading", level=1)
    expect(page.locator(".misread")).to_contain_text("Misreads")  # by now all that a page asks for is here
    expect(accuracy).to_have_text(re.compile(r"^9\d\.\d\d\s%$"))
    at_end = accuracy.inner_text()
    time = page.get_by_label("Step of the run")
    with page.expect_response(lambda answer: "/frames" in answer.url):
        time.press("Home")
    expect(accuracy).to_have_text("–")
    expect(headline).to_contain_text("before its first step")
    expect(page.locator("#picture-step")).to_have_text("after step 0")
    asked: list[str] = []
    # A worker's script comes with the first reading of all digits, whenever the machine has time for it.
    page.on("request", lambda request: asked.append(request.url) if "/static/" not in request.url else None)
    page.locator("body").click(position={"x": 5, "y": 300})
    for _ in range(49):
        page.keyboard.press("ArrowRight")
    expect(headline).to_contain_text("as it was after step 49")
    expect(accuracy).to_have_text(re.compile(r"^9\d\.\d\d\s%$"))
    expect(page.locator("#facts")).to_contain_text("1 of 2")
    page.get_by_role("button", name="Play the run again").click()
    expect(headline).not_to_contain_text("after step 49")
    page.get_by_role("button", name="End").click()
    expect(accuracy).to_have_text(at_end)
    expect(page.locator("#picture-step")).to_have_text("after step 98")
    assert not [address for address in asked if "/experiments/batch" not in address]


def test_going_back_while_it_trains_loses_nothing(slow: Page) -> None:
    expect(slow.locator("#picture-step")).to_contain_text("after step")
    live = slow.get_by_role("button", name="Live")
    expect(live).to_have_attribute("aria-pressed", "true")
    slow.get_by_label("Step of the run").press("Home")
    expect(live).to_have_attribute("aria-pressed", "false")
    expect(slow.get_by_role("heading", level=1)).to_contain_text("before its first step")
    known = "document.querySelector('.scrubber-known').getBoundingClientRect().width"
    before = slow.evaluate(known)
    until(slow, f"before => {known} > before", before)
    expect(slow.locator(".progress-words")).to_contain_text("Step 0 of")
    live.click()
    expect(slow.get_by_role("heading", level=1)).to_contain_text("Learning with")
    expect(slow.locator(".progress-words")).not_to_contain_text("Step 0 of")


def test_until_earlier_pictures_are_here_it_says_that_they_come(page: Page, finished_run: str) -> None:
    held: list[Route] = []
    page.route("**/frames", lambda route: held.append(route))
    page.goto(f"/runs/{finished_run}")
    expect(page.locator(".tile").first).to_be_visible()
    page.locator(".sample").nth(1).click()
    expect(page.locator("#pad .verdict-headline")).to_have_text("7")
    page.route("**/predict", lambda _: None)  # it is not asked in time
    page.locator("#scrubber input[type=range]").fill("10")
    expect(page.locator(".whole-picture-caption")).to_have_text("Fetching its pictures …")
    expect(page.locator(".misread-count")).to_have_text("Fetching this moment’s pictures …")
    expect(page.locator(".tile").first).to_be_visible()
    asked(page, held).continue_()
    expect(page.locator("#picture-step")).to_contain_text(re.compile(r"after step \d+$"))
    expect(page.locator(".whole-picture-caption")).to_contain_text("units")
    step = page.locator("#picture-step").inner_text().split()[-1]
    expect(page.locator("#pad .verdict-figures")).to_contain_text(f"at step {step}.")


def test_one_may_look_back_before_the_log_has_come(new_page: Callable[..., Page], finished_run: str) -> None:
    held: list[tuple[WebSocketRoute, str | bytes]] = []

    def serve(socket: WebSocketRoute) -> None:
        def on_message(message: str | bytes) -> None:
            if held or "RunStarted" in str(message):
                held.append((socket, message))
            else:
                socket.send(message)

        socket.connect_to_server().on_message(on_message)

    page = new_page()
    packs: list[str] = []
    page.on("request", lambda request: packs.append(request.url) if "/frames" in request.url else None)
    page.route_web_socket("**/ws", serve)
    page.goto(f"/runs/{finished_run}")
    expect(page.locator(".tile").first).to_be_visible()  # the newest picture comes by itself
    page.locator("#scrubber input[type=range]").press("Home")
    while not held:
        painted(page)
    for socket, message in held:
        socket.send(message)
    expect(page.locator("#picture-step")).to_have_text("after step 0")
    page.locator("#scrubber input[type=range]").press("ArrowRight")
    expect(page.locator("#picture-step")).to_have_text("after step 1")
    assert len(packs) == 1
