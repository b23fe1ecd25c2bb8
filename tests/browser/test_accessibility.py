"""axe-core finds nothing against WCAG 2.1 A and AA on any page: light, dark, forced colours; at a desk, on a phone."""

import json
from collections import deque
from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import Page
from websockets.sync.client import connect

from tests.browser.waiting import fits, until

PAGES = ("/", "/runs/{finished}", "/runs", "/draw", "/models/{finished}", "/lessons")


@pytest.fixture(scope="module")
def live_run(server: str) -> Iterator[str]:
    """The id of a run that trains slowly, so that its controls are there to be looked at. Another is deleted, so that
    what undoes that is there too."""
    recipe = {"preset": "textbook", "epochs": 1000, "steps_per_second": 5}
    with httpx.Client(base_url=server, timeout=60) as client:
        gone = client.post("/api/runs", json={"epochs": 1}).raise_for_status().json()["id"]
        with connect(f"{server.replace('http', 'ws', 1)}/ws/runs/{gone}", max_queue=None) as events:
            deque(events, 0)
        client.delete(f"/api/runs/{gone}").raise_for_status()
        run: str = client.post("/api/runs", json=recipe).raise_for_status().json()["id"]
        with connect(f"{server.replace('http', 'ws', 1)}/ws/runs/{run}") as events:
            assert any(json.loads(event)["type"] == "Steps" for event in events if isinstance(event, str))
        yield run
        client.post(f"/api/runs/{run}/control", json={"action": "stop"}).raise_for_status()


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_nothing_against_wcag(
    new_page: Callable[..., Page],
    assert_accessible: Callable[..., None],
    finished_run: str,
    live_run: str,
    phone: bool,
) -> None:
    # With reduced motion no colour is caught half-way through a transition.
    page = new_page(phone=phone, reduced_motion="reduce")
    for path in PAGES:
        page.emulate_media(color_scheme="light")
        page.goto(path.format(finished=finished_run, live=live_run), wait_until="networkidle")
        light = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert_accessible(page)
        page.emulate_media(color_scheme="dark")
        until(page, "light => getComputedStyle(document.body).backgroundColor !== light", light)
        assert_accessible(page, colours=True)
        fits(page)


def test_nothing_against_wcag_in_forced_colours(
    new_page: Callable[..., Page],
    assert_accessible: Callable[..., None],
    finished_run: str,
    live_run: str,
) -> None:
    page = new_page(forced_colors="active", reduced_motion="reduce")
    for path in (*PAGES, "/models/built-in", "/?preset=textbook", "/about"):
        page.goto(path.format(finished=finished_run, live=live_run), wait_until="networkidle")
        assert_accessible(page)


def test_no_colour_lags_behind_when_the_theme_changes(new_page: Callable[..., Page], finished_run: str) -> None:
    """With reduced motion least of all: very short transitions on everything would each wait for the one around it."""
    page = new_page(color_scheme="light", reduced_motion="reduce")
    page.goto(f"/runs/{finished_run}", wait_until="networkidle")
    ink = "getComputedStyle(document.body).color"
    for scheme in ("dark", "light"):
        before = page.evaluate(ink)
        page.emulate_media(color_scheme=scheme)
        until(page, f"before => {ink} !== before", before)
        behind = page.evaluate(
            """before => [...document.querySelectorAll("body *")]
              .filter((element) => getComputedStyle(element).color === before)
              .map((element) => `${element.localName}.${element.className}`)""",
            before,
        )
        assert not behind, f"after the change to {scheme}"


def test_a_page_that_is_not_there(page: Page, assert_accessible: Callable[..., None], complaints: list[str]) -> None:
    response = page.goto("/runs/there-is-none", wait_until="networkidle")
    assert response is not None
    assert response.status == 404
    complaints.clear()  # the browser logs the 404
    assert_accessible(page)
