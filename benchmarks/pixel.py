"""`python -m benchmarks.pixel`: from the end of a step in the worker to the frame painted, in a real Chromium.

Both clocks are this machine's. A step counts as painted when the frame in which a chart's line was stroked, after the
step's message had come, has been handed over (a message posted in that frame's `requestAnimationFrame` arrives).
"""

import json
from typing import Any

from playwright.sync_api import Page, sync_playwright

from benchmarks.server import Server, running
from benchmarks.table import markdown, quantile, spread
from scripts.find_browser import find

ROUNDS = 3

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
        const event = JSON.parse(data);
        if (event.type === "RunStarted") {
          waiting.length = painted.length = 0;
          window.paintedRun = event.run;
        }
        if (event.type === "Steps") waiting.push(event.step);
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


START = """recipe => {
  window.asked = Date.now();
  const headers = { "content-type": "application/json" };
  const asked = fetch("/api/runs", { method: "POST", headers, body: JSON.stringify(recipe) });
  return asked.then(r => r.json()).then(r => r.id);
}"""


def watch(server: Server, page: Page, **recipe: Any) -> tuple[float, list[float]]:
    """Milliseconds from asking for a run, with a warm worker, to its first step's paint; and from each step's end to
    its paint."""
    server.until_warm()
    page.goto(server.url)
    page.wait_for_load_state("networkidle")
    run = page.evaluate(START, recipe)
    complete = "([run, steps]) => window.paintedRun === run && window.paintedSteps.length >= steps"
    page.wait_for_function(complete, arg=[run, server.run(run)["steps"]], timeout=120_000)
    painted = dict(page.evaluate("window.paintedSteps"))
    metrics = json.loads(page.evaluate("run => fetch(`/api/runs/${run}/metrics`).then(r => r.text())", run))
    begun = float(server.run(run)["started"]) * 1000  # type: ignore[arg-type]
    first = painted[1] - page.evaluate("window.asked")
    return first, [
        painted[step] - begun - ms for step, ms in zip(metrics["step"], metrics["milliseconds"], strict=True)
    ]


def main() -> None:
    rows = []
    with running() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        page.add_init_script(WATCH)
        watch(server, page, epochs=1)  # the first run pays for the page
        for speed, epochs in ((10, 2), (100, 8), (None, 40)):
            found: list[float] = []
            firsts = []
            for _ in range(ROUNDS):
                first, steps = watch(server, page, preset="textbook", epochs=epochs, steps_per_second=speed)
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
