"""Parts of pages by themselves, mounted in a real page on the pictures of real runs."""

import re
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.steering import finished
from tests.browser.waiting import asked, at_rest, fits, until

SETTING = """async ({ run, recipe, boxes }) => {
  const sheets = ["ink", "weights", "digits"].map((name) => new Promise((resolve) => {
    const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: `/static/css/${name}.css` });
    link.onload = resolve;
    document.head.append(link);
  }));
  await Promise.all(sheets);
  const { decodeFrame } = await import("/static/js/run/frames.js");
  const { DigitSource } = await import("/static/js/model/digit-source.js");
  const { Painter } = await import("/static/js/shell/painter.js");
  const source = () => {
    const listeners = new Set();
    return {
      listeners,
      subscribe: (listener) => (listeners.add(listener), () => listeners.delete(listener)),
      tell: (change) => listeners.forEach((listener) => listener(change)),
    };
  };
  window.shown = { ...source(), run, recipe, state: "finished", live: false, step: 0, weights: null, units: null };
  shown.take = async (step) => {
    const answer = await fetch(`/api/runs/${run}/weights?format=frame&step=${step}`);
    const weights = decodeFrame(await answer.arrayBuffer());
    const units = { bias: [...weights.bias], output_weight: [...weights.output_weight] };
    Object.assign(shown, { weights, units, step: weights.step });
    shown.tell({ type: "Moved" });
  };
  window.drawing = { ...source(), image: null };
  drawing.put = (image) => { drawing.image = image; drawing.tell(); };
  window.painter = new Painter(window);
  window.picked = null;
  const onPick = (image, label) => { picked = label; drawing.put(image); };
  window.context = { run: shown, painter, drawing, digits: new DigitSource(), onPick };
  window.mount = async (path, name, options = {}) => {
    const root = document.createElement("div");
    Object.assign(root.style, { width: "300px", height: "220px", ...boxes });
    document.getElementById("main").prepend(root);
    const end = new AbortController();
    (await import(path))[name](root, { ...context, ...options }, { signal: end.signal });
    return () => { end.abort(); root.remove(); };
  };
  window.settled = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
}"""

PICTURE = ("/static/js/weights/whole-picture.js", "mountWholePicture")
TILES = ("/static/js/weights/tiles.js", "mountTiles")
MISREAD = ("/static/js/run/misread.js", "mountMisread")
CONTRIBUTIONS = ("/static/js/ink/contributions.js", "mountContributions")
BATCH = ("/static/js/run/batch.js", "mountBatch")
PARTS = [PICTURE, TILES, MISREAD, CONTRIBUTIONS, BATCH]

HOUR = 3600
"""Seconds: longer than a page takes to be set up."""


def set_up(page: Page, server: str, run: str, **boxes: str) -> None:
    page.goto("/draw")
    recipe = httpx.get(f"{server}/api/runs/{run}", timeout=60).json()["recipe"]
    page.evaluate(SETTING, {"run": run, "recipe": recipe, "boxes": boxes})


def mount(page: Page, part: tuple[str, str]) -> None:
    page.evaluate("async ([path, name]) => { await mount(path, name); }", list(part))


def take(page: Page, step: int) -> None:
    """Show the run as it was at this step."""
    page.evaluate("async (step) => { await shown.take(step); await settled(); }", step)


def both_hues(page: Page, canvas: str, more: int) -> None:
    """Wait until more pixels of a canvas than so many are blue, and as many orange."""
    until(
        page,
        """([canvas, more]) => {
          const { width, height } = (canvas = document.querySelector(canvas));
          const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
          let [blue, orange] = [0, 0];
          for (let i = 0; i < data.length; i += 4) {
            const warm = data[i] - data[i + 2];
            if (warm < -20) blue++;
            if (warm > 40) orange++;
          }
          return blue > more && orange > more;
        }""",
        [canvas, more],
    )


@pytest.fixture(scope="module")
def wide_run(server: str) -> str:
    return finished(server, hidden=256)


def test_the_whole_picture_takes_shape(page: Page, server: str, finished_run: str) -> None:
    set_up(page, server, finished_run)
    mount(page, PICTURE)
    figure = page.locator('[data-part="picture"]')
    canvas = figure.locator("canvas")
    expect(figure).to_contain_text("It appears with the first weights.")
    take(page, 98)
    expect(figure).to_contain_text("Summed over all 30 units")
    expect(canvas).to_have_attribute("aria-label", re.compile(r"after step 98\..*Ink speaks most for a 3 at the "))
    both_hues(page, '[data-part="picture"] canvas', 60)
    until(
        page,
        """() => {
          const { width, height } = document.querySelector('[data-part="picture"] canvas').getBoundingClientRect();
          return width >= 240 && Math.abs(width - height) <= 1;
        }""",
    )
    page.evaluate("drawing.put(Float32Array.from({ length: 784 }, (_, i) => (i > 200 && i < 330 ? 1 : 0)))")
    expect(figure).to_contain_text(re.compile(r"Summed over \d+ of 30 units, those that your drawing switches on"))
    page.evaluate("drawing.put(null)")
    expect(figure).to_contain_text("Summed over all 30 units")


def test_what_is_blue_and_orange_stays_so_in_forced_colours(
    new_page: Callable[..., Page], server: str, finished_run: str
) -> None:
    page = new_page(forced_colors="active")
    set_up(page, server, finished_run)
    for part in (PICTURE, TILES):
        mount(page, part)
    take(page, 98)
    expect(page.locator(".whole-picture-caption")).to_contain_text("Summed over")
    expect(page.locator(".tile").first).to_have_attribute("aria-label", re.compile("Unit 1"))
    for canvas in ('[data-part="picture"] canvas', '[data-part="tiles"] canvas'):
        both_hues(page, canvas, 30)


STRENGTHS = """() => {
  const tiles = document.querySelector('[data-part="tiles"]');
  const canvas = tiles.querySelector("canvas");
  const ratio = canvas.width / canvas.clientWidth;
  return [...tiles.querySelectorAll(".tile")]
    .sort((a, b) => a.style.order - b.style.order)
    .map(({ offsetLeft, offsetTop, offsetWidth, offsetHeight }) => {
      const box = [offsetLeft, offsetTop + offsetHeight - 1, offsetWidth];
      const [x, y, wide] = box.map((size) => Math.round(size * ratio));
      const { data } = canvas.getContext("2d").getImageData(x, y, wide, 1);
      return data.filter((value, i) => i % 4 === 3 && value === 255).length / wide;
    });
}"""
"""The length of the bar at the foot of each tile, as a share of its width, in the tiles' order."""


def test_tiles_are_ordered_enlarged_and_walked_through(page: Page, server: str, finished_run: str) -> None:
    set_up(page, server, finished_run)
    mount(page, TILES)
    tiles = page.locator('[data-part="tiles"]')
    expect(tiles).to_contain_text("The first weights will appear here.")
    take(page, 98)
    expect(tiles.locator(".tile")).to_have_count(30)
    until(
        page,
        f"""() => {{
          const strengths = ({STRENGTHS})();
          const falls = strengths.every((each, i) => i === 0 || each <= strengths[i - 1]);
          return strengths[0] === 1 && falls && strengths.at(-1) < 0.5;
        }}""",
    )
    loudest = tiles.locator(".tile[tabindex='0']")
    expect(loudest).to_have_css("order", "0")
    expect(loudest).to_have_attribute("aria-label", re.compile(r"^Unit \d+, speaks for a [37]$"))
    loudest.focus()
    page.keyboard.press("ArrowRight")
    expect(tiles.locator(".tile:focus")).to_have_css("order", "1")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Of 30 units it is the 2nd loudest")
    for label in ("Output weight", "Bias"):
        expect(dialog).to_contain_text(re.compile(label + r"\s*[+−]\d\.\d{3}"))
    page.keyboard.press("ArrowRight")
    expect(dialog).to_contain_text("3rd loudest")
    dialog.get_by_role("button", name="Louder").click()
    dialog.get_by_role("button", name="Louder").click()
    expect(dialog).to_contain_text("1st loudest")
    expect(dialog.get_by_role("button", name="Louder")).to_have_attribute("aria-disabled", "true")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(tiles.locator(".tile:focus")).to_have_css("order", "0")


def test_all_tiles_fit_into_their_box(page: Page, server: str, finished_run: str, wide_run: str) -> None:
    for run, units in ((finished_run, 30), (wide_run, 256), (finished(server, hidden=1), 1)):
        set_up(page, server, run, width="400px", height="230px")
        mount(page, TILES)
        take(page, 10_000)
        tiles = page.locator('[data-part="tiles"]')
        expect(tiles.locator(".tile")).to_have_count(units)
        until(
            page,
            """() => {
              const tiles = document.querySelector('[data-part="tiles"]');
              const shown = [...tiles.querySelectorAll(".tile")].filter((each) => each.checkVisibility());
              return tiles.scrollHeight <= tiles.clientHeight && tiles.scrollWidth <= tiles.clientWidth &&
                shown[0]?.getBoundingClientRect().width >= 24;
            }""",
        )
        expect(tiles.locator(".tiles-more:visible")).to_have_count(int(units > 100))


SHOWN = """() => [...document.querySelectorAll('[data-part="tiles"] .tile')].filter((each) => each.checkVisibility())
  .length"""


def test_the_quieter_ones_of_many_units_are_opened_over_the_page(page: Page, server: str, wide_run: str) -> None:
    set_up(page, server, wide_run, width="400px", height="130px")
    mount(page, TILES)
    take(page, 10_000)
    tiles = page.locator('[data-part="tiles"]')
    more = tiles.get_by_role("button", name=re.compile(r"^\+ \d+ quieter$"))
    expect(more).to_be_visible()
    shown = at_rest(page, SHOWN)
    assert isinstance(shown, int)
    expect(more).to_have_text(f"+ {256 - shown} quieter")
    tiles.locator(".tile[tabindex='0']").focus()
    page.keyboard.press("End")
    expect(tiles.locator(".tile:focus")).to_have_css("order", str(shown - 1))
    page.keyboard.press("Tab")
    expect(more).to_be_focused()
    page.keyboard.press("Enter")
    every = page.get_by_role("dialog", name="All 256 units, the loudest first")
    expect(every.locator(".tile:visible")).to_have_count(256)
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").last).to_contain_text("256th loudest")
    page.keyboard.press("Escape")
    expect(every).to_be_visible()
    page.keyboard.press("Escape")
    expect(every).to_be_hidden()
    expect(more).to_be_focused()
    expect(tiles.locator(".tile[tabindex='0']")).to_be_visible()


def errors(server: str, run: str) -> float:
    """How many validation digits the run gets wrong, by its log."""
    accuracy: float = httpx.get(f"{server}/api/runs/{run}", timeout=60).json()["summary"]["valid_accuracy"]
    return 2038 * (1 - accuracy)


def misread_of(part: Locator) -> int:
    found = re.search(r"≈ ([\d,]+) of", part.inner_text())
    assert found
    return int(found[1].replace(",", ""))


def test_inverted_digits_are_read_as_the_run_met_them(page: Page, server: str) -> None:
    run = finished(server, invert=0.5)
    set_up(page, server, run)
    mount(page, MISREAD)
    take(page, 98)
    misread = page.locator('[data-part="misread"]')
    expect(misread).to_contain_text("of 2,038 unseen digits")
    assert misread_of(misread) == pytest.approx(errors(server, run), abs=12)


def test_misread_digits_go_into_the_drawing_and_their_ink_adds_up(page: Page, server: str, finished_run: str) -> None:
    set_up(page, server, finished_run, width="420px", height="auto")
    mount(page, MISREAD)
    mount(page, CONTRIBUTIONS)
    misread, sums = page.locator('[data-part="misread"]'), page.locator('[data-part="contributions"]')
    expect(misread).to_contain_text("What it misreads appears here.")
    expect(sums).to_contain_text("Draw a digit")
    take(page, 98)
    expect(misread).to_contain_text(re.compile(r"Misreads ≈ [\d,]+ of 2,038 unseen digits"))
    assert misread_of(misread) == pytest.approx(errors(server, finished_run), abs=6)  # its weights are rounded
    worst = misread.get_by_role("button").first
    named = re.compile(r": a ([37]) that it reads as a ([37]), P\(3\) [≈<>] \d+\s%$")
    expect(worst).to_have_attribute("aria-label", named)
    said = named.search(worst.get_attribute("aria-label") or "")
    assert said
    assert said[1] != said[2]
    worst.click()
    until(page, "(label) => picked === label", int(said[1]))
    expect(sums).to_contain_text(re.compile(rf"P\(3\) ≈ [\d.]+\s%: a {said[2]}\."))
    *terms, logit = [float(text.replace("−", "-")) for text in sums.locator("b").all_inner_texts()]
    assert sum(terms) == pytest.approx(logit, abs=1e-6)
    assert (logit > 0) == (said[2] == "3")
    page.evaluate("drawing.put(null)")
    expect(sums).to_contain_text("Draw a digit")


def test_weights_that_come_while_the_worker_starts_are_read_at_once(
    new_page: Callable[..., Page], server: str, finished_run: str
) -> None:
    page = new_page()
    page.clock.install()
    held: list[Route] = []
    page.route("**/reading-worker.js", lambda route: held.append(route))
    set_up(page, server, finished_run)
    mount(page, MISREAD)
    take(page, 3)
    worker = asked(page, held)
    take(page, 98)  # the last of a run that goes no further
    page.clock.fast_forward("01:00")  # on a busy machine a worker starts late
    worker.continue_()
    right = round(errors(server, finished_run))
    near = "|".join(str(number) for number in range(right - 6, right + 7))  # its weights are rounded
    expect(page.locator(".misread-count")).to_have_text(re.compile(rf"^Misreads ≈ ({near}) of"))


@pytest.mark.parametrize(
    ("missing", "why"), [("**/api/digits*", "Wait."), ("**/reading-worker.js", "worker has failed")]
)
def test_digits_that_cannot_be_read_are_tried_again(
    page: Page, server: str, finished_run: str, complaints: list[str], missing: str, why: str
) -> None:
    page.route(missing, lambda route: route.fulfill(status=503, json={"title": "Not now", "detail": "Wait."}))
    set_up(page, server, finished_run)
    mount(page, MISREAD)
    take(page, 98)
    misread = page.locator('[data-part="misread"]')
    expect(misread).to_contain_text("The unseen digits cannot be read: ")
    expect(misread).to_contain_text(why)
    page.unroute(missing)
    misread.get_by_role("button", name="Try again").click()
    expect(misread).to_contain_text("of 2,038 unseen digits")
    expect(misread.get_by_role("button", name="Try again")).to_be_hidden()
    assert complaints
    assert all("503" in complaint or "reading-worker" in complaint for complaint in complaints)
    complaints.clear()


def test_the_images_that_a_step_learned_from(page: Page, server: str, finished_run: str) -> None:
    """The learner's own, of any step that is looked up, as many as there is room for; none while steps pass too fast to
    be looked at, nor before somebody looks back at what is over."""
    set_up(page, server, finished_run)
    mount(page, BATCH)
    batch = page.locator('[data-part="batch"]')
    expect(batch).to_contain_text("Its mini-batches appear here.")
    take(page, 98)
    asked = {"run": finished_run, "step": 98, "images": 64}
    labels = httpx.post(f"{server}/api/experiments/batch", json=asked, timeout=60).json()["labels"]
    page.evaluate("() => { shown.live = true; shown.tell({ type: 'Moved' }); }")
    expect(batch).to_contain_text("Go back to see its mini-batches.")
    page.evaluate("() => { shown.live = false; shown.tell({ type: 'Moved' }); }")
    expect(batch).to_contain_text(f"Mini-batch 98: {labels.count(3)} threes, {labels.count(7)} sevens.")
    first = f"The first 20 of {len(labels)} images that step 98 learned from, in the order "
    expect(batch.get_by_role("img")).to_have_attribute("aria-label", first + ", ".join(map(str, labels[:20])))
    until(
        page,
        """() => {
          const canvas = document.querySelector('[data-part="batch"] canvas');
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          return data.filter((value, i) => i % 4 === 3 && value > 128).length > 20 * 30;
        }""",
    )
    page.evaluate("() => { shown.step = 7; shown.tell({ type: 'Moved' }); }")
    expect(batch).to_contain_text("Mini-batch 7: ")
    batch.evaluate("part => { part.parentElement.style.width = '600px'; }")
    expect(batch.get_by_role("img")).to_have_attribute("aria-label", re.compile("^The first 40 of 256 images"))
    page.evaluate("() => { Object.assign(shown, { state: 'running', live: true }); shown.tell({ type: 'Steps' }); }")
    expect(batch).to_contain_text("Pause to see its mini-batch.")
    expect(batch.locator("canvas")).to_be_hidden()


def test_going_through_a_run_asks_for_no_images_until_it_stands_still(
    new_page: Callable[..., Page], server: str, finished_run: str
) -> None:
    """The page's clock goes on by a tenth of a second at each move, however long a busy machine takes for it."""
    page = new_page()
    page.clock.install(time=0)
    set_up(page, server, finished_run)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if "/experiments/batch" in request.url else None)
    mount(page, BATCH)
    batch = page.locator('[data-part="batch"]')
    batch.evaluate("batch => new Promise((seen) => new IntersectionObserver(seen).observe(batch))")
    page.clock.pause_at(HOUR)
    for step in range(1, 16):
        page.evaluate("step => { shown.step = step; shown.tell({ type: 'Moved' }); }", step)
        page.clock.run_for(100)
    expect(batch).to_have_text("Stop at a step to see its mini-batch.")
    assert not sent
    page.clock.resume()
    expect(batch).to_contain_text("Mini-batch 15: ")
    assert len(sent) == 1


def test_parts_and_the_enlarged_unit_are_accessible(
    new_page: Callable[..., Page], server: str, finished_run: str, assert_accessible: Callable[[Page], None]
) -> None:
    page = new_page(phone=True, color_scheme="dark", reduced_motion="reduce")
    set_up(page, server, finished_run)
    for part in PARTS:
        mount(page, part)
        mount(page, part)  # any number on a page
    take(page, 98)
    page.get_by_role("button", name=re.compile(", P")).first.click()
    expect(page.locator(".contributions-sum").first).to_contain_text("logit")
    page.locator(".batch").first.scroll_into_view_if_needed()  # only there does it ask for images
    expect(page.locator(".batch-image").first).to_be_visible()
    assert_accessible(page)
    page.locator(".tile").first.click()
    expect(page.get_by_role("dialog")).to_contain_text("Output weight")
    assert_accessible(page)
    fits(page, 390)


def test_nothing_outlives_its_signal(page: Page, server: str, finished_run: str) -> None:
    """Each part is mounted and ended a hundred times: no listener, node or subscription is left."""
    set_up(page, server, finished_run)
    take(page, 98)
    chromium = page.context.new_cdp_session(page)
    chromium.send("Performance.enable")
    again = """async ([parts, times]) => {
      for (let i = 0; i < times; i++) {
        for (const [path, name] of parts) {
          const end = await mount(path, name);
          if (i % 10 === 0) await settled();
          end();
        }
      }
      await settled();
    }"""

    def left() -> tuple[int, int]:
        for _ in range(3):
            chromium.send("HeapProfiler.collectGarbage")
        metrics = {each["name"]: each["value"] for each in chromium.send("Performance.getMetrics")["metrics"]}
        return metrics["JSEventListeners"], metrics["Nodes"]

    page.evaluate(again, [PARTS, 3])
    before = left()
    page.evaluate(again, [PARTS, 100])
    after = left()
    assert after[0] <= before[0] + 10  # of the page's own, while a hundred of each part were mounted
    assert after[1] <= before[1] + 50
    assert page.evaluate("[shown.listeners.size, drawing.listeners.size]") == [0, 0]


def test_a_graph_leaves_out_what_has_no_figure_yet(page: Page) -> None:
    page.goto("/draw")
    page.evaluate("""async () => {
      const { Graph } = await import("/static/js/lessons/graph.js");
      const root = document.getElementById("main").appendChild(document.createElement("div"));
      root.style.height = "200px";
      const axis = { min: 0, max: 1, label: "" };
      const graph = new Graph(root, { label: "", x: axis, y: axis }, { signal: new AbortController().signal });
      graph.show([0.5, NaN, Infinity, -Infinity].flatMap((at) => [
        { kind: "rule", x: at, ink: "ink", label: "rule" },
        { kind: "rule", y: at, ink: "ink", label: "rule" },
        { kind: "flag", x: at, ink: "ink", label: "flag" },
        { kind: "words", x: at, y: 0.5, ink: "ink", words: "words" },
        { kind: "words", x: 0.5, y: at, ink: "ink", words: "words" },
      ]));
    }""")
    expect(page.locator(".graph .graph-words")).to_have_count(5)
