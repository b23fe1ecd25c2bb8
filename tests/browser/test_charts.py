"""A run's two charts, mounted on a page of their own over a run's real figures."""

import re
from collections.abc import Callable

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.waiting import at_rest, boxes, fits, until, until_is

EPOCH = 49

MOUNT = """async ({ metrics, epoch }) => {
  const { Column } = await import("/static/js/run/column.js");
  const { Cursor } = await import("/static/js/plot/cursor.js");
  const { ChartChoices } = await import("/static/js/run/chart-choices.js");
  const { mountChartTools } = await import("/static/js/run/chart-tools.js");
  const { mountRunChart } = await import("/static/js/run/run-charts.js");
  const { Painter } = await import("/static/js/shell/painter.js");
  const column = (values) => { const made = new Column(); made.append(values); return made; };
  const listeners = new Set();
  const { step, loss, accuracy } = metrics;
  const ends = step.filter((each) => each % epoch === 0);
  const perEpoch = (value) => column(ends.map((_, i) => value + i / 100));
  const run = {
    run: "run", step: step.length, steps: step.length, live: true, active: false,
    rateChanges: [{ step: 60, value: 0.05 }],
    started: { steps_per_epoch: epoch, baseline: { l1: 0.951 } },
    metrics: { step: column(step), loss: column(loss), accuracy: column(accuracy) },
    epochs: {
      step: column(ends), valid_loss: perEpoch(0.1), valid_accuracy: perEpoch(0.97),
      accuracy_of_3: perEpoch(0.98), accuracy_of_7: perEpoch(0.96),
    },
    listeners,
    subscribe: (listener) => (listeners.add(listener), () => listeners.delete(listener)),
    moveTo: (moment) => {
      Object.assign(run, { step: moment, live: false });
      for (const listener of listeners) listener({ type: "Moved" });
    },
  };
  run.takePlace = () => {
    const steps = column([1, 2, 3]);
    const metrics = { step: steps, loss: column([1, 0.5, 0.25]), accuracy: steps };
    Object.assign(run, { step: 3, live: true, rateChanges: [], metrics });
    run.epochs = { ...run.epochs, step: column([]) };
    for (const listener of listeners) listener({ type: "Moved" });
  };
  const life = new AbortController();
  const [painter, cursor, choices] = [new Painter(window), new Cursor(), new ChartChoices()];
  const shared = { run, painter, cursor, choices, onMove: run.moveTo };
  const main = document.querySelector("main");
  const tools = document.createElement("div");
  main.replaceChildren(tools);
  mountChartTools(tools, shared, life);
  const plots = ["loss", "accuracy"].map((measure) => {
    const box = document.createElement("section");
    Object.assign(box.style, { width: "min(600px, 100%)", height: "150px", margin: "8px 0" });
    main.append(box);
    return mountRunChart(box, { ...shared, measure }, life);
  });
  window.charts = { run, plots, life, tools, shared, mountRunChart, mountChartTools };
}"""

BOTH_HUES = """() => {
  const canvas = document.querySelector("[data-part=accuracy] canvas");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const found = { blue: 0, orange: 0 };
  for (let i = 0; i < data.length; i += 4) {
    if (data[i + 3] < 200) continue;
    if (data[i + 2] - data[i] > 60) found.blue++;
    if (data[i] - data[i + 2] > 60) found.orange++;
  }
  return found.blue > 0 && found.orange > 0;
}"""


@pytest.fixture
def metrics(server: str, finished_run: str) -> dict[str, list[float]]:
    """Of 98 steps, two epochs."""
    columns: dict[str, list[float]] = (
        httpx.get(f"{server}/api/runs/{finished_run}/metrics", timeout=60).raise_for_status().json()
    )
    return columns


@pytest.fixture
def mount(metrics: dict[str, list[float]]) -> Callable[[Page], None]:
    def mount(page: Page) -> None:
        page.goto("/runs")
        page.add_style_tag(url="/static/css/chart.css")
        page.evaluate(MOUNT, {"metrics": metrics, "epoch": EPOCH})
        at_rest(page)

    return mount


def figure(page: Page, part: str, label: str) -> Locator:
    return page.locator(f"[data-part={part}] .chart-readout div", has_text=label).locator("dd")


def along(page: Page, part: str, share: float) -> tuple[float, float]:
    """A point of the window over a chart, so far from its left edge."""
    (box,) = boxes(page, f"[data-part={part}] .chart-plot")
    return box["x"] + box["width"] * share, box["y"] + box["height"] / 2


def test_one_looks_along_both_charts_and_asks_for_a_moment(
    page: Page, mount: Callable[[Page], None], metrics: dict[str, list[float]]
) -> None:
    mount(page)
    plot = page.locator("[data-part=loss] .chart-plot")
    expect(figure(page, "loss", "Step")).to_have_text("98")
    page.mouse.move(*along(page, "accuracy", 0.5))
    expect(figure(page, "accuracy", "Step")).not_to_have_text("98")
    expect(figure(page, "loss", "Step")).to_have_text(figure(page, "accuracy", "Step").inner_text())
    expect(figure(page, "loss", "Step")).not_to_have_text("98")
    expect(page.locator(".chart-cursor:visible")).to_have_count(2)
    page.mouse.move(0, 0)
    expect(page.locator(".chart-cursor:visible")).to_have_count(0)

    plot.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    expect(figure(page, "loss", "Batch")).to_have_text(f"{metrics['loss'][1]:.4f}")
    expect(figure(page, "accuracy", "Batch")).to_have_text(f"{metrics['accuracy'][1] * 100:.2f} %")
    expect(plot).to_have_attribute("aria-valuetext", re.compile("^Step 2, Validation –, "))
    until(page, "() => charts.run.step === 2")  # the page follows the keys
    plot.blur()
    expect(page.locator(".chart-moment:visible")).to_have_count(2)
    expect(figure(page, "accuracy", "Step")).to_have_text("2")
    page.mouse.click(*along(page, "accuracy", 0.7))
    until(page, "() => 55 < charts.run.step && charts.run.step < 80")

    page.evaluate("charts.run.takePlace()")  # another run's chart, of which nothing is zoomed
    page.mouse.move(0, 0)
    expect(figure(page, "loss", "Step")).to_have_text("3")
    expect(figure(page, "loss", "Smoothed")).to_have_text("0.2500")
    until(page, "() => charts.plots[0].range.max === 3")


VALUE = "() => document.querySelector('[data-part=accuracy] .chart-plot').getAttribute('aria-valuenow')"


def test_zoom_by_dragging_and_by_keys(page: Page, mount: Callable[[Page], None]) -> None:
    mount(page)
    show_all = page.get_by_role("button", name="Show all steps")
    expect(show_all).to_be_disabled()
    page.mouse.move(*along(page, "loss", 0.4))
    page.mouse.down()
    page.mouse.move(*along(page, "loss", 0.7), steps=5)
    expect(page.locator(".chart-selection:visible")).to_have_count(1)
    page.mouse.up()
    expect(show_all).to_be_enabled()
    assert page.evaluate("charts.run.live"), "dragging asks for no moment"
    shown = at_rest(page, "() => charts.plots.map((plot) => plot.range)")
    assert isinstance(shown, list)
    assert shown[0] == shown[1]
    assert 20 < shown[0]["min"] < shown[0]["max"] < 80

    plot = page.locator("[data-part=accuracy] .chart-plot")
    plot.focus()
    ends = []
    for key, beyond in (("Home", "ArrowLeft"), ("End", "ArrowRight")):
        page.keyboard.press(key)
        ends.append(int(str(at_rest(page, VALUE))))
        page.keyboard.press(beyond)
        assert at_rest(page, VALUE) == str(ends[-1]), "there is nothing beyond"
    assert shown[0]["min"] <= ends[0] < ends[1] <= shown[0]["max"]
    page.mouse.dblclick(*along(page, "loss", 0.5))
    expect(show_all).to_be_disabled()
    plot.press("+")
    expect(show_all).to_be_enabled()
    show_all.click()
    expect(show_all).to_be_disabled()


def test_what_is_chosen_is_remembered_and_what_a_chart_shows_is_told(
    page: Page, mount: Callable[[Page], None], assert_accessible: Callable[[Page], None]
) -> None:
    mount(page)
    note = page.locator("[data-part=accuracy] .chart-note")
    expect(note).to_have_text("errors logarithmic")  # an epoch is over
    at_rest(page)
    smoothed = figure(page, "accuracy", "Smoothed").inner_text()
    page.get_by_label("Smoothing").fill("0.2")
    expect(figure(page, "accuracy", "Smoothed")).not_to_have_text(smoothed)
    page.locator(".segments").get_by_text("Linear").click()
    expect(note).to_have_text("")
    mount(page)
    expect(page.get_by_role("radio", name="Linear")).to_be_checked()
    expect(page.get_by_label("Smoothing")).to_have_value("0.2")
    expect(note).to_have_text("")

    about = page.locator("[data-part=accuracy] .chart-about")
    page.get_by_label("About this chart: Accuracy").press("Enter")
    expect(about.locator("li")).to_have_count(6)  # every line, also where figures had no room
    expect(about).to_contain_text("asking which is nearer")
    at_rest(page)
    assert_accessible(page)
    page.keyboard.press("Escape")
    expect(about).to_be_hidden()


def test_one_looks_along_and_zooms_by_touch(phone: Page, mount: Callable[[Page], None]) -> None:
    mount(phone)
    fits(phone)
    phone.touchscreen.tap(*along(phone, "accuracy", 0.6))
    expect(phone.locator(".chart-moment:visible")).to_have_count(2)
    until(phone, "() => 40 < charts.run.step && charts.run.step < 75")
    phone.locator("[data-part=loss] .chart-plot").evaluate(
        """(area) => {
          const { left, width, top } = area.getBoundingClientRect();
          const send = (type, pointerId, share) =>
            area.dispatchEvent(new PointerEvent(type, {
              pointerId, pointerType: "touch", clientX: left + width * share, clientY: top + 50, bubbles: true,
            }));
          send("pointerdown", 1, 0.45);
          send("pointerdown", 2, 0.55);
          send("pointermove", 1, 0.25);
          send("pointermove", 2, 0.75);
          send("pointerup", 1, 0.25);
          send("pointerup", 2, 0.75);
        }"""
    )
    until(
        phone,
        """() => {
          const { min, max } = charts.plots[1].range;
          return 10 < min && min < max && max < 90;
        }""",
    )
    before = phone.evaluate("() => charts.plots[1].range")
    phone.locator("[data-part=loss] .chart-plot").evaluate(
        """(area) => {
          const { left, width, top } = area.getBoundingClientRect();
          const send = (type, pointerId, share) =>
            area.dispatchEvent(new PointerEvent(type, {
              pointerId, pointerType: "touch", clientX: left + width * share, clientY: top + 50, bubbles: true,
            }));
          const both = (type, moved) => [[1, 0.5], [2, 0.8]].forEach(([id, from]) => send(type, id, from - moved));
          both("pointerdown", 0);
          for (const moved of [0.1, 0.2, 0.3]) both("pointermove", moved);
          both("pointerup", 0.3);
        }"""
    )
    until(
        phone,
        """(before) => {
          const { min, max } = charts.plots[1].range;
          return min > before.min + 5 && Math.abs(max - min - (before.max - before.min)) < 2;
        }""",
        before,
    )


LOOKS = """() => [...document.querySelectorAll("[data-part=accuracy] .chart-readout svg path")]
  .map((key) => `${getComputedStyle(key).stroke} ${key.getAttribute("stroke-dasharray")}`)"""
"""How each curve of the accuracy is drawn: colour and dashes, in the order of the figures."""


def test_on_paper_and_in_forced_colours_every_curve_can_be_told(
    dark: Page, new_page: Callable[..., Page], mount: Callable[[Page], None]
) -> None:
    mount(dark)
    until(dark, BOTH_HUES)
    screen = at_rest(dark, LOOKS)
    dark.emulate_media(media="print")
    until(dark, f"() => ({LOOKS})()[0]?.startsWith('rgb(29, 31, 35)')")  # dark ink on white paper
    until(dark, BOTH_HUES)
    dark.emulate_media(media="screen")
    until_is(dark, LOOKS, screen)

    forced = new_page(forced_colors="active")
    mount(forced)
    until(forced, f"() => ({LOOKS})()[0]?.startsWith('rgb(0, 0, 0)')")  # the system's text
    _, _, _, threes, sevens, _ = forced.evaluate(LOOKS)
    assert threes != sevens


def test_a_chart_is_taken_along_as_a_picture(dark: Page, finished_run: str) -> None:
    """On white paper, whatever the theme."""
    dark.goto(f"/runs/{finished_run}")
    expect(figure(dark, "accuracy", "Step")).to_have_text("98")
    with dark.expect_download() as started:
        dark.get_by_role("button", name="Accuracy as PNG").click()
    assert started.value.suggested_filename == f"threeseven-{finished_run}-accuracy.png"
    with Image.open(started.value.path()) as picture:
        assert picture.size == (1920, 1080)
        assert picture.getpixel((0, 0))[:3] == (255, 255, 255)  # type: ignore[index]
        darkness = picture.convert("L").histogram()
    assert sum(darkness[:128]) > 5000, "ink"


def test_charts_end_with_their_signal(page: Page, mount: Callable[[Page], None]) -> None:
    mount(page)
    left = page.evaluate(
        """() => {
          const { run, life, tools, shared, mountRunChart, mountChartTools } = charts;
          life.abort();
          const before = document.querySelectorAll("*").length;
          const boxes = [...document.querySelectorAll("section[data-part]")];
          for (let i = 0; i < 100; i++) {
            const each = new AbortController();
            mountChartTools(tools, shared, each);
            boxes.forEach((box, at) => mountRunChart(box, { ...shared, measure: ["loss", "accuracy"][at] }, each));
            each.abort();
          }
          return {
            nodes: document.querySelectorAll("*").length - before, listeners: run.listeners.size,
            inside: boxes.map((box) => box.childElementCount + box.classList.length),
          };
        }"""
    )
    assert left == {"nodes": 0, "listeners": 0, "inside": [0, 0]}
