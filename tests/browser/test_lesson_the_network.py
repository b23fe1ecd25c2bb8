"""The network: the article's mark, how few units suffice, what frozen ones leave, and one digit's sum."""

import re

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.browser.drawing import SEVEN, THREE, draw
from tests.browser.figures import PRINTED_OVER
from tests.browser.waiting import TRAINED, until_is

pytestmark = pytest.mark.timeout(600)


def test_the_mark_and_the_units_that_can_be_off(page: Page) -> None:
    page.goto("/lessons/the-network")
    page.get_by_label("Its accuracy").press("ArrowRight")
    page.get_by_label("Units that can be off").press("ArrowRight")
    page.get_by_label("with the 30 pictures left as random").press("ArrowRight")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#veil")).to_be_hidden()
    expect(page.locator("#source")).to_contain_text("Runs of this server", timeout=TRAINED)
    expect(page.locator("#words-now")).to_contain_text("rightly on average (you expected 95.1 %)")
    expect(page.locator("#words-now")).to_contain_text("You expected that 6 units can be off; it is 2")
    expect(page.locator("#table tbody")).not_to_contain_text("…", timeout=TRAINED)
    rows = [row.locator("th, td").all_inner_texts() for row in page.locator("#table tbody tr").all()]
    *runs, by_l1, by_l2 = rows
    reached = {cells[0]: (float(cells[1].removesuffix("%")), float(cells[2]), cells[3]) for cells in runs}
    assert (by_l1[:2], by_l2[:2]) == (
        ["two mean images by L1", "95.14\u00a0%"],
        ["two mean images by L2", "96.61\u00a0%"],
    )
    for label in ("baseline by L1: 95.14 %", "by L2: 96.61 %"):
        expect(page.locator("#runs").get_by_text(label, exact=True)).to_be_visible()
    small = reached["batches of 32, seed 0"]
    for seed in (0, 1, 2):
        plain = reached[f"batches of 256, seed {seed}"]
        assert plain[2] == "no"
        assert small[0] > plain[0]
        assert small[1] < plain[1]
    expect(page.locator("#words-now")).to_contain_text("another seed to have that trained")
    assert reached["1 unit, seed 0"][0] > 97.5

    until_is(page, PRINTED_OVER, [])

    page.get_by_label("units frozen", exact=True).check()
    frozen = {rate: reached[f"hidden layer frozen, rate {rate}, seed 0"][0] for rate in ("0.1", "1", "10")}
    said = ", ".join(f"{value:.2f} % at rate {rate}" for rate, value in frozen.items())
    expect(page.locator("#live")).to_contain_text(
        f"its hidden layer frozen as it began (you expected 75.5 %): {said}. All learned: 98."
    )
    assert max(frozen.values()) < float(by_l1[1].removesuffix("%")) < reached["batches of 256, seed 0"][0]
    until_is(page, PRINTED_OVER, [])

    page.get_by_label("units off", exact=True).check()
    live = page.locator("#live")
    reads = re.compile(r"30 of 30 units are on.*: (\S+)\s% of the digits", re.DOTALL)
    expect(live).to_contain_text(reads)
    whole = reads.search(live.inner_text())
    assert whole is not None
    assert abs(float(whole[1]) - reached["batches of 256, seed 0"][0]) < 0.11
    slider = page.get_by_label("Units off, those missed least first", exact=True)
    slider.press("End")
    expect(live).to_contain_text("0 of 30 units are on")
    slider.press("Home")
    page.get_by_role("button", name=re.compile(r"^Unit 5,")).press("Space")
    expect(live).to_contain_text("29 of 30 units are on")
    expect(page).to_have_url(re.compile(r"off=4"))
    page.reload()
    expect(page.locator("#veil")).to_be_hidden()
    expect(live).to_contain_text("29 of 30 units are on", timeout=TRAINED)


def test_a_run_that_the_address_names_is_asked_for(page: Page) -> None:
    """Of batches of 32 only seed 0 is trained for everybody."""

    def is_seed_1(request: Request) -> bool:
        return request.url.endswith("/trials/headline") and '"seed":1' in (request.post_data or "")

    page.route("**/trials/headline", lambda route: route.fulfill(json={"runs": []}))  # it would take minutes
    with page.expect_request(is_seed_1):
        page.goto("/lessons/the-network?view=units&batches=32&seed=1")


def test_fewer_units_have_no_choice_that_changes_nothing(page: Page) -> None:
    """They are trained with seed 0 and batches of 256 alone."""
    page.goto("/lessons/the-network")
    page.locator("#veil button").evaluate("button => button.click()")
    seed = page.locator("#choices").get_by_text("Seed", exact=True)
    expect(seed).to_be_visible()
    page.get_by_label("fewer units", exact=True).evaluate("choice => choice.click()")
    expect(page.locator("#widths")).to_be_visible()
    expect(seed).to_be_hidden()
    expect(page.locator("#choices").get_by_text("Batches of", exact=True)).to_be_hidden()


def said_sum(page: Page) -> list[float]:
    """What units push up and down, the bias, the logit."""
    number = r"[+−]\d+\.\d+"
    expect(page.locator("#live")).to_contain_text(re.compile(".*".join([number] * 4), re.DOTALL))
    found = re.findall(number, page.locator("#live").inner_text())
    return [float(each.replace("−", "-")) for each in found]


def test_pushes_add_up_to_the_logit(page: Page) -> None:
    page.goto("/lessons/the-network?view=sum")
    page.locator("#veil button").evaluate("button => button.click()")
    expect(page.locator("#live")).to_contain_text("the logit is", timeout=TRAINED)
    up, down, bias, logit = said_sum(page)
    assert abs(up + down + bias - logit) < 0.003
    expect(page.locator("[data-number=up]")).not_to_have_text("0")
    logit, up, down, bias = (
        float((page.locator(f"[data-number={name}]").text_content() or "").replace("−", "-"))
        for name in ("logit", "up", "down", "bias")
    )
    assert up - down + bias == pytest.approx(logit, abs=0.02)  # each rounded to hundredths


def test_a_drawing_goes_through_learned_units_and_through_frozen_ones(page: Page) -> None:
    page.goto("/lessons/the-network?view=sum")
    page.locator("#veil button").evaluate("button => button.click()")
    live = page.locator("#live")
    expect(live).to_contain_text("the logit is", timeout=TRAINED)
    page.get_by_label("your own", exact=True).check()
    expect(live).to_have_text("Draw a 3 or a 7, and see what each unit makes of it.")
    draw(page, SEVEN)
    expect(live).to_have_text(re.compile(r"^Your drawing\. .* a 7\.$"))
    page.get_by_role("button", name="Clear").click()
    expect(live).to_contain_text("Draw a 3 or a 7")
    draw(page, THREE)
    expect(live).to_have_text(re.compile(r"^Your drawing\. .* a 3\.$"))
    expect(page.get_by_role("img", name="Your drawing as the network sees it")).to_be_visible()
    learned = said_sum(page)
    page.get_by_role("radiogroup", name="Hidden layer").get_by_label("frozen", exact=True).check()
    expect(live).not_to_contain_text(f"{abs(learned[3]):.3f}")
    up, down, bias, logit = said_sum(page)
    assert abs(up + down + bias - logit) < 0.003
    assert abs(logit) < abs(learned[3])
    expect(page).to_have_url(re.compile(r"own=true&hidden=frozen"))


def test_before_there_are_runs_their_graphs_say_so(page: Page) -> None:
    held: list[Route] = []
    page.route("**/trials/**", lambda route: held.append(route))
    page.goto("/lessons/the-network")
    page.locator("#veil button").click()
    expect(page.locator("#source")).to_have_text("Asking the server for its runs …")
    expect(page.locator("#runs")).to_contain_text("The runs come here.")
    page.get_by_role("radio", name="fewer units").check()
    expect(page.locator("#width")).to_contain_text("The runs come here.")
    for each in held:
        each.continue_()
    page.unroute_all()
