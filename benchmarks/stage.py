"""`python -m benchmarks.stage`: how smoothly the stage moves in headless Chromium, and what opening a run costs.

Frames are counted by `requestAnimationFrame` for some seconds; the worst is the longest time between two. Without a GPU
Chromium paints with the processor, which the server and the training share here.
"""

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import anyio
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.server import Server, running
from benchmarks.table import markdown
from scripts.find_browser import needed
from scripts.long_run import MOST_STEPS, write_long_run
from scripts.serving import serving

VIEWPORT: Any = {"width": 1366, "height": 657}
SECONDS = 5
LONG = MOST_STEPS
RUNS = 10

FRAMES = """seconds => new Promise((resolve) => {
  const times = [];
  const frame = (now) => {
    times.push(now);
    if (now - times[0] < seconds * 1000) return requestAnimationFrame(frame);
    const gaps = times.slice(1).map((time, i) => time - times[i]);
    resolve({ rate: (1000 * gaps.length) / (now - times[0]), worst: Math.max(...gaps) });
  };
  requestAnimationFrame(frame);
})"""

SCRUB = """() => {
  const range = document.querySelector(".scrubber-range");
  const end = Number(range.max);
  let frame = 0;
  const next = () => {
    range.value = String(Math.round(end * Math.abs(Math.sin(frame++ / 60))));
    range.dispatchEvent(new Event("input", { bubbles: true }));
    window.scrubbing = requestAnimationFrame(next);
  };
  next();
}"""


def frames(page: Page) -> tuple[str, str]:
    measured = page.evaluate(FRAMES, SECONDS)
    return f"{measured['rate']:.0f}", f"{measured['worst']:.0f} ms"


def at(browser: Browser, server: str, path: str) -> Page:
    page = browser.new_page(viewport=VIEWPORT, base_url=server)
    page.goto(path)
    page.locator(".tile:visible, .tiles-empty:visible").first.wait_for()
    return page


def training(browser: Browser, server: Server, hidden: int) -> tuple[str, str]:
    run = server.start(hidden=hidden, epochs=1000)
    page = at(browser, server.url, f"/runs/{run}")
    page.locator(".tile:visible").first.wait_for()
    measured = frames(page)
    page.get_by_role("button", name="Stop", exact=True).click()
    page.get_by_role("button", name="Train it again").wait_for()
    page.close()
    return measured


def scrubbing(browser: Browser, server: Server, run: str) -> tuple[str, str]:
    """Over the whole run to and fro, once its pictures are here. Fails if that asks the server for anything."""
    page = at(browser, server.url, f"/runs/{run}")
    with page.expect_response(lambda answer: "/frames" in answer.url) as pack:
        page.get_by_label("Step of the run").press("Home")
    pack.value.finished()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate(SCRUB)
    measured = frames(page)
    page.close()
    assert not asked, asked
    return measured


def opening(browser: Browser, server: Server, run: str) -> list[tuple[str, str]]:
    """What comes over the wire: the page with an empty cache, its data, and all pictures once one looks back."""
    context = browser.new_context(viewport=VIEWPORT, base_url=server.url)
    page = context.new_page()
    client = context.new_cdp_session(page)
    client.send("Network.enable")
    taken: dict[str, float] = {"files": 0, "digits": 0, "data": 0}
    kinds: dict[str, str] = {}
    client.on("Network.requestWillBeSent", lambda event: kinds.update({event["requestId"]: event["request"]["url"]}))

    def finished(event: dict[str, Any]) -> None:
        address = kinds.get(event["requestId"], "")
        kind = "digits" if "/api/digits" in address else "data" if "/api/" in address else "files"
        taken[kind] += event["encodedDataLength"]

    def received(event: dict[str, Any]) -> None:
        response = event["response"]
        length = len(response["payloadData"])
        taken["data"] += length * 3 / 4 if response["opcode"] == 2 else length

    client.on("Network.loadingFinished", finished)
    client.on("Network.webSocketFrameReceived", received)
    page.goto(f"/runs/{run}", wait_until="networkidle")
    page.locator(".tile:visible").first.wait_for()
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    before = dict(taken)
    with page.expect_response(lambda answer: "/frames" in answer.url) as pack:
        page.get_by_label("Step of the run").press("Home")
    pack.value.finished()
    sizes = pack.value.request.sizes()
    pictures = sizes["responseHeadersSize"] + sizes["responseBodySize"]
    rows = [
        ("files of the page, nothing cached", f"{before['files'] / 1000:.0f} kB"),
        ("a textbook run, complete", f"{before['data'] / 1000:.0f} kB"),
        ("the digits it is tested on, which the browser keeps", f"{before['digits'] / 1000:.0f} kB"),
        ("all its pictures, when first looked back", f"{pictures / 1000:.0f} kB"),
        ("first paint, nothing cached", f"{paint:.0f} ms"),
    ]
    context.close()
    return rows


def heap(browser: Browser, server: Server) -> list[float]:
    """Megabytes of JavaScript after each of some runs that one page has shown, garbage collected."""
    page = at(browser, server.url, "/")
    client = page.context.new_cdp_session(page)
    sizes = []
    for number in range(RUNS):
        server.start(name=f"Heap {number}", epochs=3)
        if number:
            page.get_by_role("button", name="Watch it").click()
        page.locator("#run-name", has_text=f"Heap {number}").wait_for()
        page.locator("[data-state=finished] #run-state").wait_for()
        client.send("HeapProfiler.collectGarbage")
        sizes.append(client.send("Runtime.getHeapUsage")["usedSize"] / 1e6)
    page.close()
    return sizes


def finished(server: Server, **recipe: object) -> str:
    run = server.start(**recipe)
    while server.run(run)["state"] != "finished":
        time.sleep(0.2)
    return run


def main() -> None:
    chromium = needed()
    with TemporaryDirectory() as folder:
        anyio.run(write_long_run, Path(folder), LONG)  # not beside Playwright, which has the thread's event loop
        rows, opened, sizes = measured(chromium, Path(folder))
    print(markdown(("1366 × 657", "frames a second", "worst frame"), rows))
    print()
    print(markdown(("opening", ""), opened))
    print(f"\nHeap after {RUNS} runs in one page: {sizes[-1]:.1f} MB, after the second {sizes[1]:.1f} MB.")


Rows = list[tuple[str, str, str]]


def measured(chromium: str, folder: Path) -> tuple[Rows, list[tuple[str, str]], list[float]]:
    rows: Rows = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        with running() as server:
            server.until_warm()
            sizes = heap(browser, server)
            textbook = finished(server, preset="textbook")
            for hidden in (30, 256):
                rows.append((f"training at full speed, {hidden} units", *training(browser, server, hidden)))
            rows.append(("scrubbing a textbook run", *scrubbing(browser, server, textbook)))
            opened = opening(browser, server, textbook)
        with serving(folder) as long:
            page = at(browser, long.url, "/runs/long")
            page.locator(".progress-words", has_text=f"Step {LONG:,}").wait_for(timeout=120_000)
            opened.append((f"a run of {LONG:,} steps, complete", f"{page.evaluate('performance.now()') / 1000:.1f} s"))
            page.evaluate(SCRUB)
            rows.append((f"scrubbing {LONG:,} steps", *frames(page)))
        browser.close()
    return rows, opened, sizes


if __name__ == "__main__":
    main()
