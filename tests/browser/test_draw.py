"""The draw page, by mouse and keyboard, against the real server."""

import math

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage
from tests.browser.drawing import SEVEN, THREE, Points, blank, draw, headline, inked, on_canvas, opened
from tests.browser.steering import finished
from tests.browser.waiting import at_rest, fits, until, until_is


@pytest.mark.parametrize(("digit", "points"), [("3", THREE), ("7", SEVEN)])
def test_a_drawn_digit_is_read(draw_page: Page, digit: str, points: Points) -> None:
    expect(headline(draw_page)).to_have_text("Nothing drawn yet")
    draw(draw_page, points)
    expect(headline(draw_page)).to_have_text(digit)
    expect(draw_page.locator("#verdict")).to_contain_text("Read by the built-in network.")
    expect(draw_page.locator(f"#means [data-digit='{digit}'][data-nearer]")).to_contain_text("nearer")
    expect(draw_page.locator("#means")).to_contain_text("Network and baseline agree")
    expect(draw_page.locator("#verdict [aria-live=polite]")).to_contain_text(f"Read as a {digit}")


def test_the_verdict_comes_before_the_pen_is_lifted(draw_page: Page) -> None:
    draw_page.mouse.move(*on_canvas(draw_page, *SEVEN[0]))
    draw_page.mouse.down()
    for point in SEVEN[1:]:
        draw_page.mouse.move(*on_canvas(draw_page, *point), steps=4)
    expect(headline(draw_page)).to_have_text("7")
    draw_page.mouse.up()


def test_what_the_network_saw_is_shown(draw_page: Page) -> None:
    with draw_page.expect_response("**/predict") as answered:
        draw_page.get_by_role("button", name="a 7", exact=True).click()
    image = answered.value.json()["image"]
    expect(headline(draw_page)).to_have_text("7")
    until(
        draw_page,
        """(image) => {
          const { data } = document.getElementById("seen").getContext("2d").getImageData(0, 0, 28, 28);
          return image.every((value, i) => Math.abs(data[4 * i + 3] - value) <= 8);
        }""",
        image,
    )


def test_undo_redo_and_clear(draw_page: Page) -> None:
    undo, redo, clear = (draw_page.get_by_role("button", name=name) for name in ("Undo", "Redo", "Clear"))
    for button in (undo, redo, clear):
        expect(button).to_be_disabled()
    draw(draw_page, SEVEN)
    draw(draw_page, [(0.40, 0.52), (0.70, 0.52)])
    inked(draw_page, 0.66, 0.52)
    undo.click()
    blank(draw_page, 0.66, 0.52)
    inked(draw_page, *SEVEN[1])
    redo.click()
    inked(draw_page, 0.66, 0.52)
    expect(redo).to_be_disabled()
    clear.click()
    expect(headline(draw_page)).to_have_text("Nothing drawn yet")
    blank(draw_page, *SEVEN[1])
    undo.click()  # what was cleared by mistake comes back
    expect(headline(draw_page)).to_have_text("7")


def test_keys_undo_redo_and_clear(draw_page: Page) -> None:
    draw(draw_page, SEVEN)
    canvas = draw_page.locator("#ink")
    expect(canvas).to_be_focused()
    canvas.press("Control+z")
    expect(headline(draw_page)).to_have_text("Nothing drawn yet")
    canvas.press("Control+Shift+z")
    expect(headline(draw_page)).to_have_text("7")
    canvas.press("Control+z")
    canvas.press("Control+y")
    expect(headline(draw_page)).to_have_text("7")
    canvas.press("Delete")
    expect(headline(draw_page)).to_have_text("Nothing drawn yet")


def test_samples_are_read_by_keyboard_alone(draw_page: Page) -> None:
    draw_page.locator("#thickness").focus()
    draw_page.keyboard.press("Tab")
    expect(draw_page.get_by_role("button", name="a 3", exact=True)).to_be_focused()
    draw_page.keyboard.press("Enter")
    expect(headline(draw_page)).to_have_text("3")
    draw_page.keyboard.press("Tab")
    draw_page.keyboard.press("Space")
    expect(headline(draw_page)).to_have_text("7")


def test_drawing_takes_the_place_of_a_sample(draw_page: Page) -> None:
    draw_page.get_by_role("button", name="a 3", exact=True).click()
    expect(headline(draw_page)).to_have_text("3")
    draw(draw_page, SEVEN)
    expect(headline(draw_page)).to_have_text("7")


def test_a_drawing_survives_a_reload(draw_page: Page) -> None:
    draw(draw_page, SEVEN)
    expect(headline(draw_page)).to_have_text("7")
    draw_page.locator("#thickness").fill("10")
    draw_page.reload()
    expect(headline(draw_page)).to_have_text("7")
    inked(draw_page, *SEVEN[1])
    expect(draw_page.locator("#thickness")).to_have_value("10")


def test_of_what_is_neither_no_side_of_the_bar_is_full(draw_page: Page) -> None:
    draw(draw_page, [(0.05 + 0.9 * (i % 2), 0.05 + 0.15 * i) for i in range(7)])
    expect(headline(draw_page)).to_have_text("Neither")
    expect(draw_page.locator(".verdict-bar")).to_have_attribute("data-empty", "")
    expect(draw_page.locator(".verdict-share.three")).to_have_text("3")
    expect(draw_page.locator("#verdict")).to_contain_text("There is more ink than a 3 or a 7 has.")
    expect(draw_page.locator(".verdict-gate")).to_contain_text("score")


def test_what_is_neither_is_told_by_what_it_looks_like(draw_page: Page) -> None:
    draw(draw_page, [(0.5 + 0.25 * math.sin(i / 4), 0.5 - 0.4 * math.cos(i / 4)) for i in range(26)])
    expect(headline(draw_page)).to_have_text("Neither")
    expect(draw_page.locator("#verdict")).to_contain_text("It looks like a 0.")


def test_the_drawing_is_the_same_in_all_tabs_and_on_a_runs_page(draw_page: Page, finished_run: str) -> None:
    other = draw_page.context.new_page()
    opened(other)
    draw(draw_page, SEVEN)
    expect(headline(other)).to_have_text("7")
    other.get_by_role("button", name="a 3", exact=True).click()
    expect(headline(draw_page)).to_have_text("3")
    draw_page.keyboard.press("Control+z")
    expect(headline(other)).to_have_text("7")
    draw_page.goto(f"/runs/{finished_run}")
    expect(draw_page.locator("#pad .verdict-headline")).to_have_text("7")


def test_keys_work_wherever_the_focus_is_and_on_every_layout(draw_page: Page) -> None:
    """Space on the paper does not scroll; undo lies where Z is on a Latin keyboard."""
    press = """([key, code, shiftKey]) => document.activeElement.dispatchEvent(
      new KeyboardEvent("keydown", { key, code, ctrlKey: true, shiftKey, bubbles: true, cancelable: true }))"""
    draw_page.set_viewport_size({"width": 1440, "height": 400})
    draw_page.locator("#ink").focus()
    draw_page.keyboard.press("Space")
    draw(draw_page, SEVEN)
    expect(headline(draw_page)).to_have_text("7")
    assert draw_page.evaluate("scrollY") == 0
    draw_page.locator("#thickness").focus()
    draw_page.evaluate(press, ["я", "KeyZ", False])
    expect(headline(draw_page)).to_have_text("Nothing drawn yet")
    draw_page.evaluate(press, ["Я", "KeyZ", True])
    expect(headline(draw_page)).to_have_text("7")
    draw_page.get_by_role("combobox").focus()
    draw_page.keyboard.press("Control+z")  # the field's own
    expect(headline(draw_page)).to_have_text("7")


def test_pad_verdict_and_who_reads_are_in_sight_on_a_laptop(new_page: NewPage) -> None:
    page = new_page(viewport={"width": 1366, "height": 657})
    opened(page)
    until_is(
        page,
        """(parts) => parts.filter((part) => {
          const { width, top, bottom } = document.querySelector(part).getBoundingClientRect();
          return !width || top < 0 || bottom > innerHeight;
        })""",
        [],
        ["#ink", "#verdict", "#who", "#samples", "#seen"],
    )


def test_pads_that_have_ended_leave_nothing_behind(draw_page: Page) -> None:
    session = draw_page.context.new_cdp_session(draw_page)
    session.send("Performance.enable")

    def left() -> dict[str, float]:
        for _ in range(3):
            session.send("HeapProfiler.collectGarbage")
        metrics = session.send("Performance.getMetrics")["metrics"]
        return {m["name"]: m["value"] for m in metrics if m["name"] in ("JSEventListeners", "Nodes")}

    mount = """async (times) => {
      const names = ["ink/pad", "ink/kept-drawing", "ink/who-reads", "run/stream", "run/watched-run", "shell/painter"];
      const modules = await Promise.all(names.map((name) => import(`/static/js/${name}.js`)));
      const { mountPad, openDrawing, mountWhoReads, Stream, WatchedRun, Painter } = Object.assign({}, ...modules);
      window.shared ??= { painter: new Painter(window), stream: new Stream(window), listeners: new Set() };
      const { painter, stream, listeners } = window.shared;
      const subscribe = (listener) => (listeners.add(listener), () => listeners.delete(listener));
      const run = { run: "", name: "", state: "none", recipe: null, step: 0, weights: null, units: null, subscribe };
      const { fetch } = window;
      const asked = [];
      const whole = async (answer) => new Response(await answer.text(), answer);
      window.fetch = (...question) => { asked.push(fetch(...question).then(whole)); return asked.at(-1); };
      const frame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      for (let i = 0; i < times; i++) {
        const end = new AbortController();
        const [pad, who] = [document.createElement("div"), document.createElement("div")];
        document.body.append(pad, who);
        const drawing = openDrawing(window, { signal: end.signal });
        mountPad(pad, { run, drawing, painter }, { signal: end.signal });
        const watched = new WatchedRun(stream, painter, { signal: end.signal });
        mountWhoReads(who, { watched, model: {}, onChange() {}, onLearned() {} }, { signal: end.signal });
        if (i % 10 === 0) await frame();
        end.abort();
        pad.remove();
        who.remove();
      }
      await Promise.all(asked);
      window.fetch = fetch;
      await frame();
      await frame();
      return listeners.size;
    }"""
    draw_page.evaluate(mount, 3)
    before = left()
    assert draw_page.evaluate(mount, 100) == 0
    after = left()
    assert after["JSEventListeners"] <= before["JSEventListeners"] + 10
    assert after["Nodes"] <= before["Nodes"] + 50


@pytest.mark.parametrize("width", [390, 320])
def test_the_canvas_stays_whatever_is_said_and_whoever_reads(new_page: NewPage, server: str, width: int) -> None:
    name = "Donaudampfschifffahrtsgesellschaftskapitänsmütze and other long words"
    page = new_page(phone=True, viewport={"width": width, "height": 844})
    page.goto(f"/draw?run={finished(server, name=name)}")
    headline = page.locator("#verdict .verdict-headline")
    tops = []
    for sample, verdict in ((1, "7"), (6, "Neither"), (0, "3"), (7, "Neither")):
        page.locator(".sample").nth(sample).click()
        expect(headline).to_have_text(verdict)
        expect(page.locator("#verdict .verdict-model")).to_contain_text("Donaudampf")
        fits(page, width)
        tops.append(at_rest(page, "() => document.querySelector('#ink').getBoundingClientRect().top + scrollY"))
    assert len(set(tops)) == 1
