"""`python -m benchmarks.lesson_sliders [SLUG …]`: what a lesson's page computes for each move of a slider.

In headless Chromium, on a server that first trains the lessons' runs. Each slider of a figure is moved to sixty places,
one a frame (16.7 ms). Counted is the time of scripts from the event to the end of the frame that shows it: the handler,
and what it asked the painter for. Not counted: the browser's own layout and painting, and answers that come later.
"""

import statistics
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from app.lessons.contents import LESSONS
from benchmarks.table import markdown
from scripts.find_browser import needed
from scripts.serving import serving

FRAME = 1000 / 60
"""Milliseconds."""

PLACES = 60

VIEWS = {
    "nonlinearity": ["", "?view=pair", "?view=unit"],
    "the-network": ["", "?view=units", "?view=sum"],
    "why-not-accuracy": ["", "?zoom=100"],
}
"""Of a lesson, where its figure has several or looks closer."""

COUNTED = """
window.spent = 0;
const request = window.requestAnimationFrame.bind(window);
window.requestAnimationFrame = (callback) => request((time) => {
  const began = performance.now();
  try { callback(time); } finally { window.spent += performance.now() - began; }
});
"""
"""Adds up the time of all that runs in frames."""

SLIDERS = """[...document.querySelectorAll("#experiment input[type=range]")]
  .filter((each) => each.offsetParent && !each.disabled)"""

MOVE = """async ([index, places]) => {
  const slider = SLIDERS[index];
  const [min, max, step] = [slider.min, slider.max, slider.step].map(Number);
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const times = [];
  for (let i = 0; i <= places; i++) {
    const value = min + Math.round((((max - min) * i) / places) / step) * step;
    window.spent = 0;
    const began = performance.now();
    slider.value = String(value);
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    const handled = performance.now() - began;
    await frame();
    times.push(handled + window.spent);
  }
  const label = slider.labels?.[0]?.textContent ?? "";
  return [label, times.slice(1)];
}""".replace("SLIDERS", SLIDERS)

READY = """() => {
  const { textContent } = document.querySelector("#source");
  return !/…|Training|wait/.test(textContent);
}"""


def measured(browser: Browser, address: str, slug: str, view: str) -> list[tuple[str, str, str, str]]:
    context = browser.new_context(base_url=address, viewport={"width": 1366, "height": 657})
    page = context.new_page()
    page.add_init_script(COUNTED)
    page.goto(f"/lessons/{slug}{view}", wait_until="networkidle")
    page.locator("#veil button").click()
    while not page.evaluate(READY):
        page.wait_for_timeout(500)
    page.wait_for_load_state("networkidle")
    rows = []
    for index in range(page.evaluate(f"{SLIDERS}.length")):
        found: Any = page.evaluate(MOVE, [index, PLACES])
        label, times = found
        worst = max(times)
        mark = "" if worst <= FRAME else f"{sum(each > FRAME for each in times)} of {len(times)}"
        rows.append((f"{slug}{view}: {label}", f"{statistics.median(times):.1f}", f"{worst:.1f}", mark))
    context.close()
    return rows


def main() -> None:
    wanted = sys.argv[1:] or [each.slug for each in LESSONS]
    chromium = needed()
    rows: list[tuple[str, str, str, str]] = []
    with sync_playwright() as playwright, TemporaryDirectory() as folder, serving(Path(folder)) as server:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for slug in wanted:
            for view in VIEWS.get(slug, [""]):
                rows += measured(browser, server.url, slug, view)
        browser.close()
    print(markdown(("slider", "median, ms", "worst, ms", "over a frame"), rows))


if __name__ == "__main__":
    main()
