"""Runs of the shared server, and where a page says that they have got."""

import re

import httpx
from playwright.sync_api import Page, expect


def start(server: str, **body: object) -> str:
    """The id of a new run."""
    answer = httpx.post(f"{server}/api/runs", json=body, timeout=30)
    answer.raise_for_status()
    run: str = answer.json()["id"]
    return run


def control(server: str, run: str, **control: object) -> None:
    httpx.post(f"{server}/api/runs/{run}/control", json=control, timeout=30).raise_for_status()


def steps_taken(page: Page) -> int:
    words = page.locator(".progress-words").inner_text()
    return int(words.split()[1].replace(",", ""))


def paused(page: Page) -> int:
    """Presses Pause; the step after which it took effect, from the sentence on the page."""
    page.get_by_role("button", name="Pause").click()
    headline = page.get_by_role("heading", level=1)
    expect(headline).to_have_text(re.compile(r"Paused after step [\d,]+"))
    found = re.search(r"step ([\d,]+)", headline.inner_text())
    assert found is not None
    return int(found[1].replace(",", ""))
