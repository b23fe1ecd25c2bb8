"""Runs of the shared server, and where a page says that they have got."""

import re

import httpx
from playwright.sync_api import Page, expect
from websockets.sync.client import connect


def start(server: str, **body: object) -> str:
    """The id of a new run."""
    answer = httpx.post(f"{server}/api/runs", json=body, timeout=60, verify=False)
    answer.raise_for_status()
    run: str = answer.json()["id"]
    return run


def finished(server: str, **recipe: object) -> str:
    """The id of a short run that is over."""
    run = start(server, **{"epochs": 1, **recipe})
    with connect(f"{server.replace('http', 'ws', 1)}/ws/runs/{run}", max_size=None) as events:
        for _ in events:
            pass
    return run


def control(server: str, run: str, **control: object) -> None:
    httpx.post(f"{server}/api/runs/{run}/control", json=control, timeout=60, verify=False).raise_for_status()


def stop(server: str, *runs: str) -> None:
    """Also those that have ended by themselves."""
    httpx.post(f"{server}/api/runs/stop", json={"runs": runs}, timeout=60, verify=False).raise_for_status()


def steps_taken(page: Page) -> int:
    words = page.locator(".progress-words").inner_text()
    return int(words.split()[1].replace(",", ""))


def paused(page: Page) -> int:
    """Presses Pause; the step after which it took effect, from the sentence on the page."""
    page.get_by_role("button", name="Pause").click()
    return paused_after(page)


def paused_after(page: Page) -> int:
    """The step after which the page says that the run is paused, once it does."""
    headline = page.get_by_role("heading", level=1)
    expect(headline).to_have_text(re.compile(r"Paused after step [\d,]+"))
    found = re.search(r"step ([\d,]+)", headline.inner_text())
    assert found is not None
    return int(found[1].replace(",", ""))
