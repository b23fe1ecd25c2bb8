"""Lessons: what all of their pages have in common, and what each of them shows."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from app.lessons.contents import LESSONS
from tests.browser.figures import ACTING, CUT_OFF, PRINTED_CONTROLS, PRINTED_OVER
from tests.browser.waiting import fits, painted, resize, trained, until, until_is

pytestmark = pytest.mark.timeout(600)  # they train with whatever the machine has left

SLUGS = [lesson.slug for lesson in LESSONS]

VIEWS = {"the-network": ["&view=units", "&view=sum&own=true"]}
"""Those of a lesson that have something to act on beside the usual controls."""

PAPER: ViewportSize = {"width": 718, "height": 1047}
"""A4 within margins of a centimetre."""


def show_result(page: Page) -> None:
    """As by its button, which on a phone may be gone by the time that one has scrolled to it."""
    page.locator("#veil button").evaluate("button => button.click()")


def test_the_index_leads_to_each_lesson_and_remembers_those_begun(page: Page) -> None:
    page.goto("/lessons")
    expect(page.locator("[data-progress]:visible")).to_have_count(0)
    expect(page.locator(".lesson-card .card-picture")).to_have_count(len(LESSONS))
    begun = (LESSONS[0], LESSONS[-1])
    for lesson in begun:
        page.get_by_role("link", name=lesson.title, exact=True).first.click()
        expect(page.get_by_role("heading", level=1)).to_have_text(lesson.title)
        page.wait_for_load_state()  # until then its scripts have not run
        page.go_back()
    expect(page.get_by_text("Begun", exact=True)).to_have_count(len(begun))


def test_one_who_has_not_begun_is_led_to_the_first_lesson(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="New here? The first lesson").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(LESSONS[0].title)
    page.wait_for_load_state()
    page.goto("/")
    expect(page.locator("#headline")).not_to_have_text("Fetching the run …")
    expect(page.locator("#first-lesson")).to_be_hidden()


@pytest.mark.parametrize("slug", SLUGS)
def test_a_lesson_has_its_parts_at_every_width_and_links_that_lead_somewhere(
    page: Page, assert_accessible: Callable[..., None], slug: str
) -> None:
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.goto(f"/lessons/{slug}")
    for name in ("prediction", "experiment", "result"):
        expect(page.locator(f"[data-part={name}]")).to_have_count(1)
    expect(page.locator("#veil")).to_be_visible()
    expect(page.get_by_text("What there is to see")).to_be_hidden()
    page.mouse.wheel(0, 5000)  # one who only scrolls sees the result all the same
    expect(page.locator("#veil")).to_be_hidden()
    expect(page.get_by_text("What there is to see")).to_be_visible()
    for width in (1366, 390, 320):
        resize(page, width, 657)
        fits(page, width)
    painted(page)
    assert_accessible(page)
    page.emulate_media(color_scheme="dark")
    painted(page)
    assert_accessible(page, colours=True)
    page.emulate_media(forced_colors="active")
    painted(page)
    assert_accessible(page, colours=True)
    page.emulate_media(forced_colors="none", media="print")
    resize(page, **PAPER)
    expect(page.locator("#experiment")).to_be_visible()
    until_is(page, PRINTED_CONTROLS, [])
    until_is(page, CUT_OFF, [])
    page.emulate_media(media="screen")
    links = page.locator("#lesson a[href^='/']").evaluate_all("all => all.map((each) => each.getAttribute('href'))")
    for view in VIEWS.get(slug, [""]):
        page.goto(f"/lessons/{slug}?controls=none{view}")
        expect(page.locator("#class-link")).to_be_visible()
        show_result(page)
        painted(page)
        until_is(page, ACTING, [])
    for address in {*links} - {"/lessons"}:
        assert page.request.get(address).ok, address


def test_the_answer_waits_for_who_may_still_predict(
    page: Page, new_page: Callable[..., Page], complaints: list[str]
) -> None:
    """Not for others: who asks for it, searches the page, presents it or has no script."""
    answer, waits = page.locator("#words-now"), page.get_by_text("The answer waits for your prediction")
    page.goto("/lessons/broadcasting")
    expect(answer).to_be_hidden()
    page.locator("#answer-waits").get_by_role("button", name="Show it now").press("Enter")
    for shown in (answer, page.get_by_text("What there is to see"), page.locator("#align")):
        expect(shown).to_be_visible()
    expect(waits).to_be_hidden()
    page.reload()
    expect(answer).to_be_hidden()
    page.locator("#answer").dispatch_event("beforematch")
    expect(answer).to_be_visible()
    page.goto("/lessons/broadcasting#result")  # as a teacher's link may begin
    expect(answer).to_be_visible()
    page.goto("/lessons/broadcasting")
    expect(answer).to_be_hidden()
    page.evaluate("location.hash = 'found-title'")
    expect(answer).to_be_visible()
    page.goto("/lessons/broadcasting?present")
    expect(answer).to_be_visible()
    expect(waits).to_be_hidden()
    page.goto("/lessons/broadcasting")
    expect(answer).to_be_hidden()
    page.emulate_media(media="print")
    expect(answer).to_be_visible()
    expect(waits).to_be_hidden()
    plain = new_page(java_script_enabled=False)
    plain.goto("/lessons/broadcasting")
    expect(plain.locator("#words-now")).to_be_visible()
    expect(plain.get_by_text("The answer waits")).to_be_hidden()
    complaints[:] = [each for each in complaints if not each.endswith("(csp)")]  # scripts that are fetched beforehand


def test_no_class_of_a_histogram_hides_the_other(page: Page) -> None:
    """Without abs all digits of both classes lie in the same few bins; their bars stand beside each other."""
    page.goto("/lessons/baseline?norm=signed")
    show_result(page)
    until(
        page,
        """() => {
          const edges = (ink) => [...document.querySelectorAll(`#histogram .graph-bar.graph-${ink}`)]
            .filter(({ height }) => height.baseVal.value > 1)
            .map(({ x, width }) => [x.baseVal.value, x.baseVal.value + width.baseVal.value]);
          const [threes, sevens] = [edges("three"), edges("seven")];
          const apart = ([from, to], [start, end]) => to <= start + 0.01 || end <= from + 0.01;
          return threes.length && sevens.length && threes.every((one) => sevens.every((other) => apart(one, other)));
        }""",
    )


def test_a_figure_that_scrolls_says_so_and_scrolls_by_keyboard(page: Page) -> None:
    resize(page, 1366, 400)
    page.goto("/lessons/broadcasting")  # whose figure no answer of the server makes taller
    show_result(page)
    sign, figure = page.locator(".scroll-sign span"), page.locator("#experiment")
    expect(sign).to_be_visible()
    until(
        page,
        """() => {
          const ends = [".scroll-sign span", "#experiment"].map((each) => document.querySelector(each));
          const [low, edge] = ends.map((each) => each.getBoundingClientRect().bottom);
          return Math.abs(low - edge) <= 2;
        }""",
    )
    figure.focus()
    page.keyboard.press("End")
    expect(sign).to_be_hidden()
    page.keyboard.press("Home")
    expect(sign).to_be_visible()
    resize(page, 1366, 2000)
    expect(sign).to_be_hidden()
    expect(figure).not_to_have_attribute("tabindex", "0")


def test_the_learning_rate_by_keyboard_alone(page: Page) -> None:
    page.goto("/lessons/learning-rate")
    page.get_by_label("The best rate", exact=True).focus()
    for _ in range(20):
        page.keyboard.press("ArrowRight")
    expect(page.locator("output[for=predict-best]")).to_have_text("1")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")  # to where it stood
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#veil")).to_be_hidden()
    expect(page.locator("#graph").get_by_text("your best")).to_be_visible()
    trained(page.locator("#source"), "12 runs of this server")
    expect(page.locator("#words-now")).to_have_text(
        re.compile(r"The best of 12 rates is (3|10): 9[89]\.\d\d\s% read rightly after 10 epochs\.")
    )
    expect(page.locator("#words-now")).to_contain_text("learning breaks down: it stays at 5")
    expect(page.locator("#words-now")).to_contain_text(
        re.compile(
            r"You put the best rate at 1: it is at (3|10), \1 times as large\. "
            r"You put the cliff at 1: it is at (10|30), \2 times as large\."
        )
    )
    expect(page.locator("#miniatures").get_by_text("stuck at")).to_have_count(3)
    page.reload()
    expect(page.locator("#graph").get_by_text("your cliff")).to_be_visible()
    page.get_by_role("button", name="Change it", exact=True).press("Enter")
    for label in ("The best rate", "The cliff"):
        page.get_by_label(label, exact=True).press("Home")
    page.get_by_role("button", name="This is what I expect").press("Enter")
    expect(page.locator("#graph").get_by_text("your best")).to_be_visible()
    expect(page.locator("#graph").get_by_text("your cliff")).to_be_visible()
    until_is(page, PRINTED_OVER, [])
    page.get_by_label("Look at the rate", exact=True).press("End")
    expect(page.locator("#at-rate")).to_contain_text("At rate 300 the first step moves one weight from")
    expect(page.locator("#at-rate")).to_contain_text("After 10 epochs it reads 49.56 % rightly, with a loss of 0.5")
    expect(page).to_have_url(re.compile(r"rate=300"))
    expect(page.locator("[data-number=rate]")).to_have_text("300")
    new, old, slope = shown_numbers(page, "new", "old", "slope")
    assert new == pytest.approx(old - 300 * slope, abs=2e-6)
    typed = page.get_by_label("Look at the rate, typed")
    typed.fill("20")  # of those that were trained the nearest is taken
    typed.press("Enter")
    expect(page.locator("[data-number=rate]")).to_have_text("30")
    expect(page.locator("#at-rate")).to_contain_text("it reads 50.44 % rightly")
    page.goto("/lessons")
    expect(page.locator("[data-lesson=learning-rate] [data-progress]")).to_have_text("Done")


def shown_numbers(page: Page, *names: str) -> list[float]:
    """A page's numbers in its formulas."""
    words = [page.locator(f"[data-number={name}]").first.text_content() or "" for name in names]
    return [float(each.replace("−", "-").replace(",", "")) for each in words]


def test_without_a_bend_cross_entropy_explodes(page: Page) -> None:
    page.goto("/lessons/learning-rate?loss=bce")
    show_result(page)
    expect(page.get_by_label("cross-entropy")).to_be_checked()
    page.get_by_label("no bend").check()
    expect(page).to_have_url(re.compile(r"loss=bce&model=two_linear"))
    trained(page.locator("#source"), "12 runs of this server")
    expect(page.locator("#words-now")).to_contain_text("its numbers overflow at step")
    expect(page.locator("#miniatures").get_by_text("overflowed")).to_have_count(5)


def test_the_sigmoid_at_any_step_of_a_run(page: Page) -> None:
    page.goto("/lessons/sigmoid")
    page.get_by_label("In the middle").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.get_by_role("button", name="This is what I expect").press("Enter")
    words = page.locator("#words-now")
    trained(page.locator("#source"), "validation digits, read here by run")
    expect(words).to_contain_text(
        re.compile(r"1\.[1-5]\s% lie between −1 and 1, 9[01]\.\d\s% beyond ±6\. You expected 1\s%")
    )
    expect(words).to_contain_text("a probability of 0.500, reads 98.2")
    expect(page.locator("#curve").get_by_text("−20", exact=True)).to_be_visible()  # a minus, as in the words
    expect(page.locator("#histogram").get_by_text("your guess")).to_be_visible()
    typed = page.get_by_label("After step, typed")
    typed.fill("0")
    typed.press("Enter")
    expect(words).to_contain_text("≈ 100.0 % lie between −1 and 1, ≈ 0.0 % beyond ±6.")
    expect(page.locator("#histogram").get_by_text("your guess")).to_have_count(0)  # it is of the end
    page.get_by_label("Threshold (logit)", exact=True).focus()
    page.keyboard.press("End")
    expect(words).to_contain_text("A threshold of 6, a probability of 0.998, reads ≈ 50.44 % rightly.")
    expect(page).to_have_url(re.compile(r"step=0&threshold=6"))


def test_formula_code_and_figure_point_at_each_other(page: Page) -> None:
    """By hover, by focus and by a tap, from each of the three; the formula has the figure's numbers."""
    page.goto("/lessons/sigmoid?threshold=2")
    show_result(page)
    expect(page.locator("[data-part=formula] [data-number=probability]")).to_have_text("0.881")
    expect(page.locator("[data-part=formula] [data-number=minus]")).to_have_text("−2")
    places = [
        page.locator(f"{where} [data-point=logit]")
        for where in ("#experiment", "[data-part=formula]", "[data-part=code]")
    ]
    figure, formula, code = (each.first for each in places)
    for point in (
        lambda: formula.hover(),
        lambda: code.focus(),
        lambda: figure.dispatch_event("click"),
    ):
        page.locator("h1").click()
        expect(page.locator("[data-pointed]")).to_have_count(0)
        point()
        for each in places:
            expect(each.and_(page.locator("[data-pointed]")).first).to_be_attached()


def test_the_baseline_by_every_distance(page: Page) -> None:
    page.goto("/lessons/baseline")
    page.get_by_label("L1 reads rightly").focus()
    page.keyboard.press("ArrowRight")
    page.get_by_label("L2, the squared ones").press("Space")
    page.keyboard.press("Enter")
    words = page.locator("#words-now")
    expect(words).to_contain_text("L1 reads 95.14 % of 2,038 digits rightly: 91.68 % of the 3s, 98.54 % of the 7s.")
    expect(words).to_contain_text("You expected 75.5 % for L1 (95.14 %), and L2 to be the better one: it is L2.")
    reached = page.locator("#reached")
    expect(reached.get_by_text("you: L1")).to_be_visible()
    expect(reached.get_by_role("img")).to_have_accessible_name(
        re.compile(
            r"L1 95.14\s%, L2 96.61\s%, without abs 49.56\s%, abs too late 65.90\s%. You expected 75.5\s% for L1."
        )
    )
    for name, right in (("L2", "96.61"), ("without abs", "49.56"), ("abs too late", "65.90")):
        page.get_by_role("radio", name=name, exact=True).check()
        expect(words).to_contain_text(f"{name} reads {right} %")
        if name == "L2":
            expect(words).to_contain_text("has the same verdict for 2,038 of them.")
    expect(page.get_by_text("32 digits that only the network gets right, such as:")).to_be_visible()
    page.get_by_role("button", name="250", exact=True).press("Enter")
    expect(words).to_contain_text("Digit 250, a")
    expect(page).to_have_url(re.compile(r"norm=late&digit=250"))


def test_a_link_to_a_drawing_of_another_browser_shows_the_first_digit(page: Page) -> None:
    page.goto("/lessons/baseline?digit=-1")
    show_result(page)
    expect(page.locator("#words-now")).to_contain_text("Digit 0, a 7, is nearer to the mean 7.")


def test_what_a_digit_costs_and_how_hard_it_pulls(page: Page) -> None:
    page.goto("/lessons/a-sensible-loss")
    page.get_by_label("A hundred times more weakly").press("Space")
    for place, which in (("largest loss", "b"), ("second", "c"), ("third", "d"), ("smallest", "a")):
        page.get_by_label(f"The {place}").select_option(which)
    page.get_by_label("The third").focus()
    page.get_by_label("The third").select_option("a")  # which has another place by then: both change theirs
    page.keyboard.press("Tab")
    expect(page.get_by_label("The smallest")).to_have_value("d")
    expect(page.get_by_text("“The smallest” is now a 7, P(3) = 0.3.")).to_be_visible()
    page.get_by_role("button", name="This is what I expect").press("Enter")
    words = page.locator("#words-now")
    expect(words).to_contain_text("A 3 at −6 (P(3) = 0.0025) costs 0.9975 and pulls with 0.0025.")
    expect(words).to_contain_text("As you expected")
    expect(words).to_contain_text(
        "the 7 with P(3) = 0.8 (0.80), the 3 with P(3) = 0.4 (0.60), the 7 with P(3) = 0.3 (0.30)"
    )
    expect(words).to_contain_text("You had 2 of the four in its place.")
    for number in range(1, 5):
        expect(page.locator("#curves").get_by_text(f"{number}.", exact=True)).to_be_visible()
    until_is(page, PRINTED_OVER, [])
    page.get_by_role("radio", name="cross-entropy").check()
    expect(words).to_contain_text("costs 6.0025 and pulls with 0.9975.")
    trained(page.locator("#source"), "of 39 epochs loss and accuracy fell together")
    expect(page.locator("#source")).to_contain_text(re.compile(r"In \d+ of 39 epochs loss and accuracy fell together"))
    page.get_by_role("radio", name="mnist_loss").check()
    trained(page.locator("#source"), "In 11 of 39 epochs")


def test_one_weight_moves_the_loss_and_hardly_ever_a_verdict(page: Page) -> None:
    resize(page, 1440, 900)  # where the figure has room for a stair as high as is asked for below
    page.goto("/lessons/why-not-accuracy")
    page.get_by_label("Verdicts that change").press("ArrowRight")
    page.get_by_label("Accuracy with 2 taken from the weight").press("ArrowUp")
    page.get_by_label("Accuracy with 1 added to the weight").press("ArrowDown")
    expect(page.locator("output[for=predict-more-1]")).to_have_text("89.5 %")
    page.get_by_role("button", name="This is what I expect").press("Enter")
    words = page.locator("#words-now")
    trained(page.locator("#source"), "validation digits, read here by run")
    expect(words).to_contain_text("2 of 2,038 verdicts change. You expected 21.")
    expect(words).to_contain_text(re.compile(r"Accuracy is 98.28\s%, as before: as many became right as wrong."))
    beside = page.locator("#drawn-beside")
    expect(beside.get_by_text("you drew")).to_be_visible()
    drawn = "You drew it through 75.5 % at −2, 90.0 % at −1, 89.5 % at +1, 75.0 % at +2."
    expect(beside.get_by_role("img")).to_have_accessible_name(re.compile(re.escape(drawn).replace(r"\ %", r"\s%")))
    stair = page.locator("#accuracy .graph-line.graph-ink").first
    height = "line => line.getBBox().height"
    assert stair.evaluate(height) > 60  # on an axis of its own, whatever was drawn
    page.locator("#steps button").last.press("Enter")
    page.get_by_role("radio", name="100 ×").check()
    until(page, "() => document.querySelector('#accuracy .graph-line.graph-ink').getBBox().height > 40")
    page.get_by_role("radio", name="1 ×", exact=True).check()
    weight, rate, slope, after = shown_numbers(page, "weight", "rate", "slope", "after")
    assert slope != 0
    assert after == pytest.approx(weight - rate * slope, abs=2e-6)
    typed = page.get_by_label("Added to the weight, typed")
    typed.fill("-0,1")
    typed.press("Enter")
    expect(words).to_contain_text("−0.1 added to one weight (unit 7, row 8, column 12): no verdict changes.")
    expect(words).to_contain_text("The loss moves by 0.000")
    typed.fill("0.05")
    typed.press("Enter")
    expect(words).to_contain_text("1 of 2,038 verdicts changes.")
    expect(page.locator("#stuck")).to_contain_text(
        "23,581 of 23,581 parameters are at its end what they were at its start"
    )


def test_where_a_slider_stands_by_itself_is_no_prediction(page: Page) -> None:
    page.goto("/lessons/learning-rate")
    best, cliff = page.locator("#predict-best"), page.locator("#predict-cliff")
    expect(best).to_have_attribute("aria-valuetext", "not set yet")
    best.press("ArrowRight")
    expect(best).to_have_attribute("aria-valuetext", re.compile(r"^0\.1"))
    page.locator("#prediction [type=submit]").click()
    expect(page.locator("#veil")).to_be_visible()
    expect(cliff).to_be_focused()
    assert "what you expect" in cliff.evaluate("each => each.validationMessage")
    place = float(cliff.input_value())
    cliff.evaluate("each => each.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true }))")  # where it is
    page.locator("#prediction [type=submit]").click()
    expect(page.locator("#veil")).to_be_hidden()
    assert float(cliff.input_value()) == place


def test_what_was_set_and_not_said_yet_outlives_a_reload(page: Page) -> None:
    page.goto("/lessons/learning-rate")
    best, cliff = page.locator("#predict-best"), page.locator("#predict-cliff")
    best.press("ArrowRight")
    place = best.input_value()
    page.reload()
    expect(best).to_have_value(place)
    expect(best).not_to_have_attribute("aria-valuetext", "not set yet")
    expect(cliff).to_have_attribute("aria-valuetext", "not set yet")
    page.goto("/lessons/mini-batches")
    page.locator("#prediction select").first.select_option(index=2)
    chosen = page.locator("#prediction select").first.input_value()
    page.goto("/lessons/learning-rate")
    page.goto("/lessons/mini-batches")
    expect(page.locator("#prediction select").first).to_have_value(chosen)
    expect(page.locator("#veil")).to_be_visible()
