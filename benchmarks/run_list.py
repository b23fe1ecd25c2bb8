"""`python -m benchmarks.run_list [COUNT]`: the page /runs with so many runs: frames while it is scrolled, and waits."""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, sync_playwright

from benchmarks.table import markdown, quantile
from scripts.find_browser import needed
from scripts.serving import ROOT, serving

MANY = 2000
SECONDS = 5
WORDS = "adam 64"

SCROLL = """async seconds => {
  const frames = [];
  const down = (document.body.scrollHeight - window.innerHeight) / (60 * seconds);
  let last = await new Promise(requestAnimationFrame);
  const until = last + 1000 * seconds;
  while (last < until) {
    window.scrollBy({ top: down, behavior: "instant" });
    const now = await new Promise(requestAnimationFrame);
    frames.push(now - last);
    last = now;
  }
  return frames;
}"""
"""Through the whole list in so many seconds. Milliseconds of each frame."""

TYPE = """async words => {
  const search = document.querySelector("input[type=search]");
  const waits = [];
  for (const sign of words) {
    const pressed = performance.now();
    search.value += sign;
    search.dispatchEvent(new Event("input"));
    await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    waits.push(performance.now() - pressed);
  }
  return waits;
}"""
"""From each key to the second frame after it, on which what was found is seen. Milliseconds."""


def listed(page: Page, count: int) -> tuple[float, int]:
    """Milliseconds until all are listed, and bytes of the answers that took."""
    page.goto("/runs")
    page.locator(f'.runs-table[aria-rowcount="{count + 1}"]').wait_for()
    took: float = page.evaluate("performance.now()")
    sizes: int = page.evaluate(
        "performance.getEntriesByType('resource').filter(({ name }) => name.includes('/api/runs?'))"
        ".reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)"
    )
    return took, sizes


def main(count: int = MANY) -> None:
    chromium = needed()
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with TemporaryDirectory(prefix="threeseven-") as folder:
        subprocess.run([sys.executable, "-m", "scripts.many_runs", folder, str(count)], cwd=ROOT, check=True)
        with serving(Path(folder)) as server, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
            page = browser.new_page(base_url=server.url, viewport={"width": 1366, "height": 657})
            took, sizes = listed(page, count)
            frames = page.evaluate(SCROLL, SECONDS)
            page.evaluate("window.scrollTo(0, 0)")
            waits = page.evaluate(TYPE, WORDS)
            browser.close()
    head = (
        "runs",
        "listed after",
        "bytes fetched",
        "frames a second",
        "99 % of frames below",
        "worst frame",
        "search, a key",
    )
    row = (
        f"{count:,}", f"{took:.0f} ms", f"{sizes / 1000:.0f} kB", f"{1000 * len(frames) / sum(frames):.1f}",
        f"{quantile(frames, 0.99):.0f} ms", f"{max(frames):.0f} ms", f"{max(waits):.0f} ms",
    )  # fmt: skip
    print(markdown(head, [row]))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
