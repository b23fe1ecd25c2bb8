"""`python -m benchmarks.pixel`: from the end of a step in the worker to the frame painted, in a real Chromium.

Both clocks are this machine's. A step counts as painted when the frame in which a chart's line was stroked, after the
step's message had come, has been handed over (a message posted in that frame's `requestAnimationFrame` arrives).
"""

import json
from urllib.parse import urlencode

from playwright.sync_api import Page, sync_playwright

from benchmarks.server import Server, running
from benchmarks.table import markdown, quantile, spread
from benchmarks.waiting import until
from scripts.find_browser import needed

ROUNDS = 3
PATIENCE = 120
"""Seconds from a run's start until all of it has been painted: five times what the longest takes."""

WATCH = """
(() => {
  const waiting = [], painted = [];
  let stroked = false;
  window.paintedSteps = painted;
  const stroke = CanvasRenderingContext2D.prototype.stroke;
  CanvasRenderingContext2D.prototype.stroke = function (...path) { stroked = true; return stroke.apply(this, path); };
  const Native = window.WebSocket;
  window.WebSocket = class extends Native {
    constructor(...args) {
      super(...args);
      this.addEventListener("message", ({ data }) => {
        if (typeof data !== "string") return;
        for (const event of [JSON.parse(data)].flat()) {
          if (event.type === "RunStarted") {
            waiting.length = painted.length = 0;
            window.paintedRun = event.run;
          }
          if (event.type === "Steps") waiting.push(event.step);
        }
      });
    }
  };
  const frame = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (paint) => frame((time) => {
    const due = waiting.splice(0);
    stroked = false;
    paint(time);
    if (!stroked) { waiting.unshift(...due); return; }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      const now = Date.now();
      for (const step of due.flat()) painted.push([step, now]);
    };
    port2.postMessage(0);
  });
})();
"""


ASKED = """document.addEventListener("submit", () => { window.asked = Date.now(); }, true);"""
"""When the button Start was pressed."""


def watch(server: Server, page: Page, steps_per_second: int | None, **recipe: object) -> tuple[float, list[float]]:
    """Milliseconds from the press of Start, with a warm worker, to the run's first step's paint; and from each step's
    end to its paint. Raises TimeoutError where the page does not paint them."""
    server.until_warm()
    page.goto(f"{server.url}/?{urlencode(recipe)}", wait_until="networkidle")
    sheet = page.get_by_role("dialog", name="New run")
    if steps_per_second is None:
        sheet.get_by_text("Full speed").click()
    else:
        sheet.get_by_label("Pace: steps a second").fill(str(steps_per_second))
    with page.expect_response(
        lambda answer: answer.request.method == "POST" and answer.url.endswith("/api/runs")
    ) as begun:
        sheet.get_by_role("button", name="Start", exact=True).click()
    run = begun.value.json()["id"]
    told = "(run) => window.paintedRun === run"
    until(page, told, run, patience=PATIENCE, otherwise="the page was not told that its run has started")
    steps = server.run(run)["steps"]
    unseen = f"not all of the {steps} steps were followed by a chart's line"
    until(page, "(steps) => paintedSteps.length >= steps", steps, patience=PATIENCE, otherwise=unseen)
    painted = dict(page.evaluate("paintedSteps"))
    metrics = json.loads(page.evaluate("run => fetch(`/api/runs/${run}/metrics`).then(r => r.text())", run))
    started = float(server.run(run)["started"]) * 1000  # type: ignore[arg-type]
    first = painted[1] - page.evaluate("asked")
    return first, [
        painted[step] - started - ms for step, ms in zip(metrics["step"], metrics["milliseconds"], strict=True)
    ]


def main() -> None:
    rows = []
    chromium = needed()
    with running() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        page.add_init_script(WATCH + ASKED)
        watch(server, page, None, epochs=1)  # the first run pays for the page
        for speed, epochs in ((10, 2), (100, 8), (None, 40)):
            found: list[float] = []
            firsts = []
            for _ in range(ROUNDS):
                first, steps = watch(server, page, speed, preset="textbook", epochs=epochs)
                firsts.append(first)
                found += steps
            name = f"{speed} steps/s" if speed else "full speed"
            figures = (quantile(found, 0.5), quantile(found, 0.95), max(found))
            rows.append((name, len(found), *(f"{ms:.0f}" for ms in figures), spread(firsts, digits=0)))
        browser.close()
    head = ("`textbook` at", "steps", "p50, ms", "p95, ms", "worst, ms", "from Start to the first step, ms")
    print(markdown(head, rows))


if __name__ == "__main__":
    main()
