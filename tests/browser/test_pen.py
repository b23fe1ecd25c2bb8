"""What the pen, a finger and two of them do on the paper."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.drawing import SEVEN, Points, blank, draw, headline, inked, on_canvas, opened
from tests.browser.waiting import at_rest, boxes, until


def test_only_the_main_button_draws(draw_page: Page) -> None:
    draw_page.mouse.move(*on_canvas(draw_page, 0.3, 0.3))
    draw_page.mouse.down(button="right")
    draw_page.mouse.move(*on_canvas(draw_page, 0.7, 0.7))
    draw_page.mouse.up(button="right")
    expect(draw_page.get_by_role("button", name="Undo")).to_be_disabled()
    blank(draw_page, 0.5, 0.5)


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
    inked(draw_page, 0.2, 0.5)
    blank(draw_page, 0.8, 0.5)
    blank(draw_page, 0.5, 0.5)


def test_ink_keeps_its_place_when_the_canvas_changes_size(draw_page: Page) -> None:
    draw(draw_page, SEVEN)
    draw_page.set_viewport_size({"width": 390, "height": 844})
    until(draw_page, "() => innerWidth === 390 && ink.width === ink.clientWidth")
    inked(draw_page, *SEVEN[1])
    blank(draw_page, 0.2, 0.8)
    expect(headline(draw_page)).to_have_text("7")


def test_the_page_does_not_scroll_under_the_finger(phone: Page) -> None:
    opened(phone)
    session = phone.context.new_cdp_session(phone)

    def drag(start: tuple[float, float], end: tuple[float, float]) -> None:
        steps = 12
        path = [tuple(a + (b - a) * i / steps for a, b in zip(start, end, strict=True)) for i in range(steps + 1)]
        for kind, (x, y) in [("touchStart", path[0]), *(("touchMove", point) for point in path[1:])]:
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    top = boxes(phone, "#ink")
    drag(on_canvas(phone, 0.5, 0.9), on_canvas(phone, 0.5, 0.1))
    assert at_rest(phone, "() => scrollY") == 0
    inked(phone, 0.5, 0.5)
    expect(headline(phone)).to_have_text("Neither")
    assert boxes(phone, "#ink") == top, "the verdict moves the paper"
    phone.get_by_role("button", name="a 7", exact=True).click()
    expect(headline(phone)).to_have_text("7")
    assert boxes(phone, "#ink") == top
    drag((200, 150), (200, 20))
    until(phone, "() => scrollY > 0")  # the same gesture beside the canvas does scroll


def test_a_pinch_zooms_the_page_and_leaves_no_stroke(phone: Page) -> None:
    opened(phone)
    x, y = on_canvas(phone, 0.5, 0.5)
    session = phone.context.new_cdp_session(phone)
    session.send("Input.synthesizePinchGesture", {"x": x, "y": y, "scaleFactor": 2})
    until(phone, "() => visualViewport.scale > 1.2")
    expect(headline(phone)).to_have_text("Nothing drawn yet")
    expect(phone.get_by_role("button", name="Undo")).to_be_disabled()


Touch = Callable[..., None]


def touching(page: Page) -> Touch:
    """Sends touches, each with a number of its own and a place."""
    session = page.context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[int, tuple[float, float]]) -> None:
        touches = [{"x": x, "y": y, "id": number} for number, (x, y) in points]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    return touch


def test_a_hand_on_the_slider_of_thickness_does_not_move_it_while_a_finger_draws(phone: Page) -> None:
    opened(phone)
    touch, slider = touching(phone), phone.locator("#thickness")
    slider.scroll_into_view_if_needed()
    [box] = boxes(phone, "#thickness")
    middle, end = box["y"] + box["height"] / 2, box["x"] + box["width"] - 4
    start = on_canvas(phone, 0.3, 0.3)

    def slide(x: float, *finger: tuple[int, tuple[float, float]]) -> None:
        for way in (0.25, 0.5, 0.75, 1):
            touch("touchMove", (1, (end - (end - x) * way, middle)), *finger)

    touch("touchStart", (1, (end - 8, middle)))
    slide(box["x"])  # alone it moves
    touch("touchEnd")
    expect(slider).to_have_value("3")
    slider.fill("7")
    touch("touchStart", (7, start))
    touch("touchStart", (7, start), (1, (end, middle)))  # during a stroke
    slide(box["x"], (7, on_canvas(phone, 0.3, 0.6)))
    expect(slider).to_have_value("7")
    touch("touchEnd")
    expect(slider).to_have_value("7")
    touch("touchStart", (1, (end - 8, middle)))  # before a stroke
    slide(box["x"])
    expect(slider).to_have_value("3")
    touch("touchStart", (1, (box["x"], middle)), (7, start))
    touch("touchMove", (1, (box["x"], middle)), (7, on_canvas(phone, 0.3, 0.6)))
    expect(slider).to_have_value("7")
    touch("touchEnd")
    expect(slider).to_have_value("7")
    inked(phone, 0.3, 0.4)


def test_a_finger_draws_beside_a_hand_at_rest(phone: Page) -> None:
    """On the paper or below it; it leaves no ink and stops nothing."""
    opened(phone)
    touch = touching(phone)

    def stroke(points: Points, *hand: tuple[int, tuple[float, float]]) -> None:
        for place, point in enumerate(points):
            touch("touchMove" if place else "touchStart", *hand, (7, on_canvas(phone, *point)))
        touch("touchEnd", (7, on_canvas(phone, *points[-1])))

    _, bottom = on_canvas(phone, 0, 1)
    aside = (on_canvas(phone, 0.8, 0)[0], bottom + 40)
    for hand in ((1, on_canvas(phone, 0.9, 0.9)), (1, aside)):
        touch("touchStart", hand)
        down = phone.evaluate("() => performance.now()")
        # By the page's clock: a touch dated back to before the page was opened counts as one at its opening.
        until(phone, "(down) => performance.now() - down > 1000", down)
        stroke(SEVEN[:3], hand)
        stroke(SEVEN[2:], hand)
        touch("touchEnd")
        expect(headline(phone)).to_have_text("7")
        blank(phone, 0.9, 0.9)
        assert phone.evaluate("() => visualViewport.scale") == 1
        phone.get_by_role("button", name="Clear").click()
        expect(headline(phone)).to_have_text("Nothing drawn yet")
