"""The draw page, by mouse, finger, keyboard and picture, against the real server."""

import io
import json
from collections.abc import Sequence

import httpx
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import NewPage
from tests.browser.waiting import until

Points = Sequence[tuple[float, float]]

# Shares of the canvas' side.
THREE: Points = [
    (0.30, 0.25), (0.44, 0.15), (0.62, 0.19), (0.67, 0.32), (0.58, 0.43), (0.44, 0.48), (0.60, 0.53), (0.70, 0.66),
    (0.64, 0.80), (0.47, 0.87), (0.29, 0.80),
]  # fmt: skip
SEVEN: Points = [(0.28, 0.20), (0.50, 0.20), (0.73, 0.20), (0.63, 0.40), (0.53, 0.61), (0.44, 0.86)]


@pytest.fixture
def draw_page(page: Page) -> Page:
    opened(page)
    return page


def opened(page: Page, address: str = "/draw") -> None:
    page.goto(address)
    expect(page.get_by_role("button", name="a 5")).to_be_visible()


def headline(page: Page) -> Locator:
    return page.locator("#verdict .verdict-headline")


def on_canvas(page: Page, x: float, y: float) -> tuple[float, float]:
    box = page.locator("#ink").bounding_box()
    assert box is not None
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def draw(page: Page, points: Points) -> None:
    page.mouse.move(*on_canvas(page, *points[0]))
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*on_canvas(page, *point), steps=4)
    page.mouse.up()


def inked(page: Page, x: float, y: float) -> bool:
    """Is there ink at this place of the canvas, once it is painted?"""
    opacity: int = page.evaluate(
        """([x, y]) => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => {
          const canvas = document.getElementById("ink");
          const at = (share) => Math.round(share * canvas.width);
          resolve(canvas.getContext("2d").getImageData(at(x), at(y), 1, 1).data[3]);
        })))""",
        [x, y],
    )
    return opacity > 0


def photo(shape: Points, kind: str = "PNG") -> bytes:
    """Dark ink on light paper, off-centre, far from 28 × 28."""
    image = Image.new("L", (640, 480), 225)
    line = [(60 + 400 * x, 20 + 400 * y) for x, y in shape]
    ImageDraw.Draw(image).line(line, fill=40, width=34, joint="curve")
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()


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
    context = "document.getElementById('seen').getContext('2d')"
    seen = draw_page.evaluate(f"[...{context}.getImageData(0, 0, 28, 28).data].filter((_, i) => i % 4 === 3)")
    assert [round(value / 16) for value in seen] == [round(value / 16) for value in image]


def test_undo_redo_and_clear(draw_page: Page) -> None:
    undo, redo, clear = (draw_page.get_by_role("button", name=name) for name in ("Undo", "Redo", "Clear"))
    for button in (undo, redo, clear):
        expect(button).to_be_disabled()
    draw(draw_page, SEVEN)
    draw(draw_page, [(0.40, 0.52), (0.70, 0.52)])
    assert inked(draw_page, 0.66, 0.52)
    undo.click()
    assert not inked(draw_page, 0.66, 0.52)
    assert inked(draw_page, *SEVEN[1])
    redo.click()
    assert inked(draw_page, 0.66, 0.52)
    expect(redo).to_be_disabled()
    clear.click()
    expect(headline(draw_page)).to_have_text("Nothing drawn yet")
    assert not inked(draw_page, *SEVEN[1])
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


def test_only_the_main_button_draws(draw_page: Page) -> None:
    draw_page.mouse.move(*on_canvas(draw_page, 0.3, 0.3))
    draw_page.mouse.down(button="right")
    draw_page.mouse.move(*on_canvas(draw_page, 0.7, 0.7))
    draw_page.mouse.up(button="right")
    expect(draw_page.get_by_role("button", name="Undo")).to_be_disabled()
    assert not inked(draw_page, 0.5, 0.5)


def test_a_second_pointer_and_a_cancelled_one_leave_no_ink(draw_page: Page) -> None:
    draw_page.evaluate(
        """() => {
          const canvas = document.getElementById("ink");
          canvas.setPointerCapture = () => {}; // made-up pointers cannot be captured
          const { left, top, width } = canvas.getBoundingClientRect();
          window.pointer = (type, pointerId, x, y) => canvas.dispatchEvent(new PointerEvent(type,
            { pointerId, button: 0, clientX: left + x * width, clientY: top + y * width, bubbles: true }));
        }"""
    )
    pointer = "([type, id, x, y]) => pointer(type, id, x, y)"
    for event in (
        ["pointerdown", 101, 0.2, 0.2], ["pointerdown", 102, 0.8, 0.2], ["pointermove", 102, 0.8, 0.8],
        ["pointermove", 101, 0.2, 0.8], ["pointerup", 102, 0.8, 0.8], ["pointerup", 101, 0.2, 0.8],
        ["pointerdown", 103, 0.5, 0.2], ["pointermove", 103, 0.5, 0.8], ["pointercancel", 103, 0.5, 0.8],
    ):  # fmt: skip
        draw_page.evaluate(pointer, event)
    assert inked(draw_page, 0.2, 0.5)
    assert not inked(draw_page, 0.8, 0.5)
    assert not inked(draw_page, 0.5, 0.5)


def test_ink_keeps_its_place_when_the_canvas_changes_size(draw_page: Page) -> None:
    draw(draw_page, SEVEN)
    draw_page.set_viewport_size({"width": 390, "height": 844})
    until(draw_page, "() => innerWidth === 390 && ink.width === ink.clientWidth")
    assert inked(draw_page, *SEVEN[1])
    assert not inked(draw_page, 0.2, 0.8)
    expect(headline(draw_page)).to_have_text("7")


def test_a_late_answer_is_never_shown(draw_page: Page) -> None:
    """The first request is answered only when the drawing it is about has been replaced."""
    held: list[Route] = []
    draw_page.route("**/predict", lambda route: route.continue_() if held else held.append(route))
    draw_page.evaluate(
        """() => {
          window.shown = [];
          new MutationObserver(() => shown.push(document.querySelector(".verdict-headline").textContent))
            .observe(document.getElementById("verdict"), { childList: true, subtree: true, characterData: true });
        }"""
    )
    with draw_page.expect_request("**/predict"):
        draw_page.get_by_role("button", name="a 3", exact=True).click()
    draw_page.get_by_role("button", name="a 7", exact=True).click()
    with draw_page.expect_response("**/predict") as late:
        held[0].continue_()
    assert late.value.json()["verdict"] == "3"
    expect(headline(draw_page)).to_have_text("7")
    assert "3" not in draw_page.evaluate("shown")


def test_a_server_that_hangs_holds_up_the_next_drawing_only_briefly(draw_page: Page) -> None:
    hung: list[Route] = []
    draw_page.route("**/predict", lambda route: route.continue_() if hung else hung.append(route))
    with draw_page.expect_request("**/predict"):
        draw_page.get_by_role("button", name="a 3", exact=True).click()
    expect(headline(draw_page)).to_have_text("Reading …")
    draw_page.get_by_role("button", name="a 7", exact=True).click()
    expect(headline(draw_page)).to_have_text("7")


def test_a_burst_of_drawings_never_queues(draw_page: Page) -> None:
    """While one is being read only the newest waits: of five drawings the first and the last are asked about."""
    held: list[Route] = []
    asked: list[str | None] = []

    def on_predict(route: Route) -> None:
        asked.append(route.request.post_data)
        if held:
            route.continue_()
        else:
            held.append(route)

    draw_page.route("**/predict", on_predict)
    with draw_page.expect_request("**/predict"):
        draw_page.get_by_role("button", name="a 3", exact=True).click()
    draw_page.evaluate(  # within the second after which a hanging question is given up
        """() => {
          const pick = (name) => document.querySelector(`#samples [aria-label="${name}"]`).click();
          for (const name of ["a 5", "a 9", "a 2", "a 7"]) pick(name);
        }"""
    )
    held[0].continue_()
    expect(headline(draw_page)).to_have_text("7")
    assert len(asked) == 2


def test_the_page_does_not_scroll_under_the_finger(phone: Page) -> None:
    opened(phone)
    session = phone.context.new_cdp_session(phone)

    def drag(start: tuple[float, float], end: tuple[float, float]) -> float:
        """Returns by how far the page has scrolled two frames after the finger is lifted."""
        steps = 12
        path = [tuple(a + (b - a) * i / steps for a, b in zip(start, end, strict=True)) for i in range(steps + 1)]
        for kind, (x, y) in [("touchStart", path[0]), *(("touchMove", point) for point in path[1:])]:
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        scrolled: float = phone.evaluate(
            "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(scrollY))))"
        )
        return scrolled

    top = on_canvas(phone, 0, 0)
    assert drag(on_canvas(phone, 0.5, 0.9), on_canvas(phone, 0.5, 0.1)) == 0
    assert inked(phone, 0.5, 0.5)
    expect(headline(phone)).to_have_text("Neither")
    assert on_canvas(phone, 0, 0) == top, "the verdict moves the paper"
    phone.get_by_role("button", name="a 7", exact=True).click()
    expect(headline(phone)).to_have_text("7")
    assert on_canvas(phone, 0, 0) == top
    assert drag((200, 150), (200, 20)) > 0, "the same gesture beside the canvas does scroll"


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


@pytest.mark.parametrize(("digit", "points", "kind"), [("3", THREE, "PNG"), ("7", SEVEN, "JPEG")])
def test_a_chosen_picture_is_read(draw_page: Page, digit: str, points: Points, kind: str) -> None:
    file = {"name": "digit", "mimeType": f"image/{kind.lower()}", "buffer": photo(points, kind)}
    draw_page.set_input_files("#picture", file)  # type: ignore[arg-type]
    expect(headline(draw_page)).to_have_text(digit)
    assert inked(draw_page, 0.5, 0.5)


def carry(page: Page, event: str, *files: bytes) -> None:
    """Paste or drop these pictures, or a text where there are none."""
    page.evaluate(
        """([event, files]) => {
          const carried = new DataTransfer();
          const type = "image/png";
          for (const bytes of files) carried.items.add(new File([new Uint8Array(bytes)], "7.png", { type }));
          if (!files.length) carried.setData("text/plain", "a seven");
          const options = { bubbles: true, cancelable: true };
          document.body.dispatchEvent(event === "paste"
            ? new ClipboardEvent("paste", { ...options, clipboardData: carried })
            : new DragEvent("drop", { ...options, dataTransfer: carried }));
        }""",
        [event, [list(file) for file in files]],
    )


def test_a_picture_is_pasted_or_dropped(draw_page: Page, finished_run: str) -> None:
    carry(draw_page, "paste")
    expect(draw_page.locator(".toast")).to_contain_text("No picture was pasted")
    carry(draw_page, "paste", photo(SEVEN))
    expect(headline(draw_page)).to_have_text("7")
    expect(draw_page.locator(".toast")).to_have_count(0)
    carry(draw_page, "drop", photo(THREE))
    expect(headline(draw_page)).to_have_text("3")
    draw_page.goto(f"/runs/{finished_run}")  # as on any page with a pad
    carry(draw_page, "drop", photo(SEVEN))
    expect(draw_page.locator("#pad .verdict-headline")).to_have_text("7")


def test_a_file_that_is_no_picture_is_said_to_be_none(draw_page: Page) -> None:
    draw_page.set_input_files(
        "#picture", {"name": "notes.png", "mimeType": "image/png", "buffer": b"not a picture at all"}
    )
    expect(draw_page.locator(".toasts")).to_contain_text("That is no picture. notes.png could not be opened")
    expect(headline(draw_page)).to_have_text("Nothing drawn yet")
    draw(draw_page, SEVEN)
    expect(draw_page.locator(".toast")).to_have_count(0)


def test_a_picture_without_a_digit_is_said_to_have_none(draw_page: Page) -> None:
    file = io.BytesIO()
    Image.new("L", (60, 60), 255).save(file, "PNG")
    draw_page.set_input_files("#picture", {"name": "white.png", "mimeType": "image/png", "buffer": file.getvalue()})
    expect(headline(draw_page)).to_have_text("No digit found")


def test_a_drawing_survives_a_reload(draw_page: Page) -> None:
    draw(draw_page, SEVEN)
    expect(headline(draw_page)).to_have_text("7")
    draw_page.locator("#thickness").fill("10")
    draw_page.reload()
    expect(headline(draw_page)).to_have_text("7")
    assert inked(draw_page, *SEVEN[1])
    expect(draw_page.locator("#thickness")).to_have_value("10")


def test_without_the_server_it_says_so_and_the_next_stroke_tries_again(draw_page: Page, complaints: list[str]) -> None:
    draw_page.route("**/predict", lambda route: route.abort("connectionrefused"))
    draw(draw_page, SEVEN)
    expect(headline(draw_page)).to_have_text("No answer from the server")
    draw_page.unroute_all()
    draw(draw_page, [(0.42, 0.52), (0.66, 0.52)])
    expect(headline(draw_page)).to_have_text("7")
    assert complaints
    complaints.clear()


def test_where_a_run_is_gone_the_built_in_network_reads(page: Page, complaints: list[str]) -> None:
    opened(page, "/draw?run=there-is-none")
    with page.expect_response("**/predict") as answered:
        page.get_by_role("button", name="a 3", exact=True).click()
    assert answered.value.status == 404
    expect(page.locator(".toasts")).to_contain_text("There is no run")
    expect(headline(page)).to_have_text("3")
    expect(page.locator("#verdict")).to_contain_text("Read by the built-in network.")
    assert complaints
    complaints.clear()


def test_another_run_can_read_at_any_of_its_steps(draw_page: Page, finished_run: str) -> None:
    draw_page.get_by_role("button", name="a 3", exact=True).click()
    expect(draw_page.locator("#verdict")).to_contain_text("Read by the built-in network.")
    who = draw_page.get_by_role("combobox", name="Who reads")
    expect(who).to_have_value("The built-in network")
    who.press("ArrowDown")
    expect(draw_page.get_by_role("option", name="The built-in network")).to_have_attribute("aria-selected", "true")
    who.fill(finished_run)  # the id is searched too
    expect(draw_page.get_by_role("option")).to_have_count(1)
    with draw_page.expect_request("**/predict") as asked:
        who.press("Enter")
    assert json.loads(asked.value.post_data or "")["run"] == finished_run
    expect(draw_page.locator("#verdict")).to_contain_text("at step 98.")
    expect(headline(draw_page)).to_have_text("3")
    step = draw_page.get_by_label("At step")
    expect(step).to_have_attribute("aria-valuetext", "98, the newest")
    step.press("ArrowLeft")
    earlier = int((step.get_attribute("aria-valuetext") or "").split()[0])
    assert earlier < 98
    expect(draw_page.locator("#verdict")).to_contain_text(f"at step {earlier}.")
    draw_page.wait_for_url(f"**/draw?run={finished_run}&step={earlier}")
    draw_page.reload()
    expect(step).to_have_attribute("aria-valuetext", f"{earlier} of 98")
    expect(draw_page.locator("#verdict")).to_contain_text(f"at step {earlier}.")
    who.fill("no run is called this")
    expect(draw_page.get_by_text("No run has that in its name.")).to_be_visible()
    who.press("Escape")
    expect(who).not_to_have_value("no run is called this")
    expect(draw_page.locator("#verdict")).to_contain_text(f"at step {earlier}.")


def test_another_run_can_read_a_picture(page: Page, finished_run: str) -> None:
    opened(page, f"/draw?run={finished_run}")
    page.set_input_files("#picture", {"name": "7.png", "mimeType": "image/png", "buffer": photo(SEVEN)})
    expect(page.locator("#verdict")).to_contain_text("at step")
    expect(headline(page)).to_have_text("7")
    page.reload()  # what the network saw of it is kept
    expect(headline(page)).to_have_text("7")


def test_ink_is_read_again_while_the_network_trains(page: Page, server: str, finished_run: str) -> None:
    """With nothing drawn anew, each of the live run's new weights reads what is there."""
    opened(page, "/draw?run=live")
    page.get_by_role("button", name="a 3", exact=True).click()
    expect(headline(page)).to_have_text("3")
    started = httpx.post(f"{server}/api/runs", json={"epochs": 3, "name": "watched"}, timeout=30).json()
    expect(page.locator("#verdict")).to_contain_text(f"Read by “watched” at step {started['steps']}.")
    expect(headline(page)).to_have_text("3")


def test_of_what_is_neither_no_side_of_the_bar_is_full(draw_page: Page) -> None:
    draw(draw_page, [(0.05 + 0.9 * (i % 2), 0.05 + 0.15 * i) for i in range(7)])
    expect(headline(draw_page)).to_have_text("Neither")
    expect(draw_page.locator(".verdict-bar")).to_have_attribute("data-empty", "")
    expect(draw_page.locator(".verdict-share.three")).to_have_text("3")
    expect(draw_page.locator("#verdict")).to_contain_text("There is more ink than a 3 or a 7 has.")
    expect(draw_page.locator(".verdict-gate")).to_contain_text("score")


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


def test_a_pinch_zooms_the_page_and_leaves_no_stroke(phone: Page) -> None:
    opened(phone)
    x, y = on_canvas(phone, 0.5, 0.5)
    session = phone.context.new_cdp_session(phone)
    session.send("Input.synthesizePinchGesture", {"x": x, "y": y, "scaleFactor": 2})
    until(phone, "() => visualViewport.scale > 1.2")
    expect(headline(phone)).to_have_text("Nothing drawn yet")
    expect(phone.get_by_role("button", name="Undo")).to_be_disabled()


def test_pad_verdict_and_who_reads_are_in_sight_on_a_laptop(new_page: NewPage) -> None:
    page = new_page(viewport={"width": 1366, "height": 657})
    opened(page)
    for part in ("#ink", "#verdict", "#who", "#samples", "#seen"):
        box = page.locator(part).bounding_box()
        assert box is not None
        assert box["y"] >= 0, part
        assert box["y"] + box["height"] <= 657, part


def test_white_ink_on_clear_ground_is_read(draw_page: Page) -> None:
    image = Image.new("RGBA", (640, 640), (255, 255, 255, 0))
    line = [(60 + 500 * x, 60 + 500 * y) for x, y in SEVEN]
    ImageDraw.Draw(image).line(line, fill=(255, 255, 255, 255), width=50, joint="curve")
    file = io.BytesIO()
    image.save(file, "PNG")
    draw_page.set_input_files("#picture", {"name": "7.png", "mimeType": "image/png", "buffer": file.getvalue()})
    expect(headline(draw_page)).to_have_text("7")


def test_on_a_runs_page_it_reads_at_the_step_that_is_shown(page: Page, finished_run: str) -> None:
    """Between the steps whose models are kept, by the pictures of the weights."""
    page.goto(f"/runs/{finished_run}")
    page.locator("#pad").get_by_role("button", name="a 7", exact=True).click()
    verdict = page.locator("#pad .verdict-figures")
    expect(verdict).to_contain_text("at step 98.")
    expect(verdict).not_to_contain_text("≈")
    scrubber = page.locator("[data-part=scrubber] input[type=range]")
    scrubber.press("Home")
    expect(verdict).to_contain_text("at step 0.")
    for _ in range(20):
        scrubber.press("ArrowRight")
    expect(verdict).to_contain_text("at step 20.")
    expect(verdict).to_contain_text("Logit ≈")
    scrubber.press("End")
    expect(verdict).to_contain_text("at step 98.")


def test_pads_that_have_ended_leave_nothing_behind(draw_page: Page) -> None:
    session = draw_page.context.new_cdp_session(draw_page)
    session.send("Performance.enable")

    def left() -> dict[str, float]:
        for _ in range(3):
            session.send("HeapProfiler.collectGarbage")
        metrics = session.send("Performance.getMetrics")["metrics"]
        return {m["name"]: m["value"] for m in metrics if m["name"] in ("JSEventListeners", "Nodes")}

    mount = """async (times) => {
      const names = ["ink/pad", "ink/kept-drawing", "ink/who-reads", "run/stream", "shell/painter"];
      const modules = await Promise.all(names.map((name) => import(`/static/js/${name}.js`)));
      const { mountPad, openDrawing, mountWhoReads, Stream, Painter } = Object.assign({}, ...modules);
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
        mountWhoReads(who, { stream, model: {}, onChange() {}, onLearned() {} }, { signal: end.signal });
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
