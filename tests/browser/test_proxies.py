"""The pages behind real proxies: below a path, and where a proxy lets no WebSocket through."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.steering import start
from tests.proxies import REWRITING, UPGRADE, lines, nginx

StartServer = Callable[..., str]
NewPage = Callable[..., Page]


def test_every_page_works_below_a_path(start_server: StartServer, new_page: NewPage, tmp_path: Path) -> None:
    server = start_server(root_path="/threeseven")
    with nginx(tmp_path, server.removesuffix("/threeseven"), lines("nginx")) as proxy:
        page = new_page(base_url=proxy)
        page.goto("/threeseven/")
        expect(page.locator("#connection")).to_contain_text("Connected")
        run = start(f"{proxy}/threeseven", epochs=1, name="Below")
        expect(page.locator(".progress-words")).to_have_text("Step 49 of 49")
        page.get_by_role("link", name="Runs", exact=True).click()
        page.get_by_role("link", name="Below").click()
        expect(page).to_have_url(f"{proxy}/threeseven/runs/{run}")
        expect(page.locator(".progress-words")).to_have_text("Step 49 of 49")
        page.get_by_role("link", name="Draw", exact=True).click()
        page.get_by_role("button", name="a 7", exact=True).click()
        expect(page.locator("#verdict")).to_contain_text("7")
        page.get_by_role("link", name="API").click()
        expect(page.get_by_text("Watch a small network learn").first).to_be_visible()


@pytest.mark.parametrize(
    ("upgrade", "words"),
    [(UPGRADE, "THREESEVEN_ALLOWED_HOSTS='[\"127.0.0.1\"]'"), ("", "a proxy in front of it must pass them on")],
)
def test_a_page_says_why_nothing_live_comes(
    start_server: StartServer, new_page: NewPage, tmp_path: Path, complaints: list[str], upgrade: str, words: str
) -> None:
    server = start_server() if upgrade else start_server(allowed_hosts='["127.0.0.1"]')
    with nginx(tmp_path, server, REWRITING.format(upgrade=upgrade)) as proxy:
        page = new_page(base_url=proxy)
        for path in ("/", "/draw", "/lessons/baseline", "/docs"):
            page.goto(path)
            expect(page.locator("[data-key=blocked]")).to_contain_text("This page gets no live data")
            expect(page.locator("[data-key=blocked]")).to_contain_text(words)
        page.close()  # before the proxy has gone, whose absence would be one more complaint
    # Nor may it start a lesson's runs where the origin is refused.
    assert [each for each in complaints if not re.search("WebSocket connection|status of 403", each)] == []
    complaints.clear()
