"""What a finger presses is 44 pixels wide and high at least, on every page."""

from playwright.sync_api import Page, expect

from tests.browser.waiting import fits, until, until_is

SMALL = """() => {
  const pressed = "a[href], button, input, select, textarea, summary, [role=button], [role=slider], [role=option]";
  // A run's row opens it wherever it is pressed; within a line of text a link is as high as that.
  const inText = (each) => each.matches("a") && (each.closest(".run-row") ||
    (getComputedStyle(each).display === "inline" && each.closest("p, li, dd, td, th, figcaption, caption")));
  const side = (boxes, name) => Math.max(...boxes.map((box) => box[name]));
  return [...document.querySelectorAll(pressed)]
    .filter((each) => !each.disabled && !each.closest(".skip") && !inText(each))
    .filter((each) => each.checkVisibility({ visibilityProperty: true }))
    .map((each) => ({ each, boxes: [each, ...(each.labels ?? [])].map((part) => part.getBoundingClientRect()) }))
    .filter(({ boxes }) => side(boxes, "width") && (side(boxes, "width") < 43.9 || side(boxes, "height") < 43.9))
    .map(({ each, boxes }) => `${side(boxes, "width")} × ${side(boxes, "height")}: ${each.outerHTML.slice(0, 120)}`);
}"""


def test_nothing_to_press_is_smaller_than_a_finger(phone: Page, slow_run: str) -> None:
    for path, shown in (
        (f"/runs/{slow_run}", ".tile"),
        ("/runs", ".run-row"),
        ("/draw", ".sample"),
        ("/models/built-in", ".digit-row-digit"),
        ("/lessons", "#open-class"),
        ("/lessons/tensors", ".rung"),
        ("/lessons/your-turn", ".segments"),
    ):
        phone.goto(path)
        expect(phone.locator(shown).first).to_be_attached()
        until_is(phone, SMALL, [])
    phone.goto(f"/runs/{slow_run}")
    expect(phone.get_by_role("button", name="Pause")).to_be_enabled()
    expect(phone.locator(".tile").first).to_be_visible()
    for width in (390, 360, 320):
        phone.set_viewport_size({"width": width, "height": 740})
        until(phone, "(width) => document.documentElement.clientWidth === width", width)
        until_is(phone, SMALL, [])
        until(
            phone,
            """() => {
              const edges = (part) => part.getBoundingClientRect();
              const [controls, nav] = ["#controls", ".site-nav"].map((each) => edges(document.querySelector(each)));
              const within = [...document.querySelectorAll("#controls :is(button, input)")].map(edges);
              return within.every(({ bottom }) => bottom <= controls.bottom + 0.5) && controls.bottom <= nav.top + 0.5;
            }""",
        )
        fits(phone)


def test_a_figure_that_waits_for_a_prediction_takes_little_of_a_phones_screen(phone: Page) -> None:
    phone.goto("/lessons/baseline")
    figure = "document.querySelector('#experiment').offsetHeight"
    until(phone, f"() => {figure} < 200")
    phone.locator("#veil").get_by_role("button", name="Show it now").click()
    until(phone, f"() => {figure} > 400")


def test_what_is_pressed_and_stays_so_can_be_read_under_a_pointer(slow: Page) -> None:
    live = slow.get_by_role("button", name="Live")
    expect(live).to_have_attribute("aria-pressed", "true")
    live.hover()
    expect(live).to_have_css("color", "rgb(251, 250, 247)")
    expect(live).to_have_css("background-color", "rgb(29, 31, 35)")


def test_looking_back_at_a_paused_run_does_not_say_that_it_goes_on(slow: Page) -> None:
    slow.get_by_role("button", name="Pause").click()
    expect(slow.get_by_role("button", name="Resume")).to_be_enabled()
    slow.get_by_label("Step of the run").press("Home")
    expect(slow.locator("#detail")).to_have_text("It is paused meanwhile. “Live” returns.")
