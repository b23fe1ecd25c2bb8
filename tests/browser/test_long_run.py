"""A run with a long log: the page says how much of it is here until all of it is."""

import asyncio
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from playwright.sync_api import Page, expect

from scripts.long_run import write_long_run
from scripts.serving import serving

STEPS = 100_000

NOTE = """window.addEventListener("DOMContentLoaded", () => {
  window.seen = [];
  const detail = document.getElementById("detail");
  new MutationObserver(() => window.seen.push(detail.textContent)).observe(detail, { childList: true });
})"""


def test_its_page_says_how_much_is_here_until_it_is_complete(tmp_path: Path, new_page: Callable[..., Page]) -> None:
    with ThreadPoolExecutor(1) as beside:  # Playwright has this thread's event loop
        beside.submit(lambda: asyncio.run(write_long_run(tmp_path, STEPS))).result()
    with serving(tmp_path, warm_workers="false") as server:
        page = new_page(base_url=server.url)
        page.add_init_script(NOTE)
        page.goto("/runs/long")
        expect(page.locator(".progress-words")).to_contain_text("Step 100,000 of 100,000")
        expect(page.get_by_role("heading", level=1)).to_have_text("It has learned in 17 min.")
        shares = [int(found[1]) for words in page.evaluate("seen") if (found := re.match(r"(\d+) % of what it", words))]
        assert shares, "it was complete at once"
        assert shares == sorted(shares)
        page.get_by_label("Step of the run").press("ArrowLeft")
        expect(page.locator(".progress-words")).to_contain_text("Step 99,999 of 100,000")
        expect(page.locator("[data-part=loss] .chart-readout")).to_contain_text(re.compile(r"Batch\s*0\.\d{4}"))
        page.close()  # before its server
