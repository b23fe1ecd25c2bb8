"""A run with a long log: the page says how much of it is here until all of it is."""

import asyncio
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from playwright.sync_api import Page, WebSocketRoute, expect

from scripts.long_run import write_long_run
from scripts.serving import serving
from tests.browser.waiting import until

STEPS = 40_000

PIECE = 100_000
"""Bytes: no other message is as long as one with a piece of the log."""

NOTE = """window.addEventListener("DOMContentLoaded", () => {
  window.seen = [];
  const detail = document.getElementById("detail");
  new MutationObserver(() => window.seen.push(detail.textContent)).observe(detail, { childList: true });
})"""


SHARE = r"(\d+)\s% of what it"


class Holding:
    """Lets the first piece of a log through to a page, and the rest once it is told to."""

    def __init__(self, page: Page) -> None:
        self._holds = True
        self._held: list[tuple[WebSocketRoute, str | bytes]] = []
        self._through = 0
        page.route_web_socket("**/ws", self._serve)

    def _serve(self, page: WebSocketRoute) -> None:
        def on_message(message: str | bytes) -> None:
            if self._holds and self._through:
                self._held.append((page, message))
            else:
                self._through += len(message) > PIECE
                page.send(message)

        page.connect_to_server().on_message(on_message)

    def release(self) -> None:
        self._holds = False
        for page, message in self._held:
            page.send(message)


def test_its_page_says_how_much_is_here_until_it_is_complete(tmp_path: Path, new_page: Callable[..., Page]) -> None:
    with ThreadPoolExecutor(1) as beside:  # Playwright has this thread's event loop
        beside.submit(lambda: asyncio.run(write_long_run(tmp_path, STEPS))).result()
    with serving(tmp_path, warm_workers="false") as server:
        page = new_page(base_url=server.url)
        page.add_init_script(NOTE)
        holding = Holding(page)
        page.goto("/runs/long")
        until(page, f"() => seen.some((words) => /^{SHARE}/.test(words))")
        holding.release()
        expect(page.locator(".progress-words")).to_contain_text("Step 40,000 of 40,000")
        expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"It has learned in \d+ min\."))
        shares = [int(found[1]) for words in page.evaluate("seen") if (found := re.match(SHARE, words))]
        assert shares == sorted(shares)
        page.get_by_label("Step of the run").press("ArrowLeft")
        expect(page.locator(".progress-words")).to_contain_text("Step 39,999 of 40,000")
        expect(page.locator("[data-part=loss] .chart-readout")).to_contain_text(re.compile(r"Batch\s*0\.\d{4}"))
        expect(page.locator("[data-part=batch]")).to_contain_text("Mini-batch 39,999:")
        page.close()  # before its server
