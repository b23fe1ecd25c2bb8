"""What a page asks of the server about what is drawn, and what it does with late answers and none."""

from playwright.sync_api import Page, Route, expect

from tests.browser.drawing import SEVEN, draw, headline
from tests.browser.waiting import asked

LATER = """() => {
  const { setTimeout } = window;
  window.setTimeout = (work, time, ...rest) => setTimeout(work, time > 500 && time <= 1000 ? 600_000 : time, ...rest);
}"""
"""Nobody gives a question up after a second, in which a test cannot do on every machine what it wants to."""


def test_a_late_answer_is_never_shown(draw_page: Page) -> None:
    """The first request is answered only when the drawing it is about has been replaced."""
    draw_page.evaluate(LATER)
    held: list[Route] = []
    draw_page.route("**/predict", lambda route: held.append(route), times=1)
    draw_page.evaluate(
        """() => {
          window.shown = [];
          new MutationObserver(() => shown.push(document.querySelector(".verdict-headline").textContent))
            .observe(document.getElementById("verdict"), { childList: true, subtree: true, characterData: true });
        }"""
    )
    with draw_page.expect_request("**/predict"):
        draw_page.get_by_role("button", name="a 3", exact=True).click()
    first = asked(draw_page, held)
    draw_page.get_by_role("button", name="a 7", exact=True).click()
    with draw_page.expect_response("**/predict") as late:
        first.continue_()
    assert late.value.json()["verdict"] == "3"
    expect(headline(draw_page)).to_have_text("7")
    assert "3" not in draw_page.evaluate("shown")


def test_a_server_that_hangs_holds_up_the_next_drawing_only_briefly(draw_page: Page) -> None:
    hung: list[Route] = []
    draw_page.route("**/predict", lambda route: hung.append(route), times=1)
    with draw_page.expect_request("**/predict"):
        draw_page.get_by_role("button", name="a 3", exact=True).click()
    expect(headline(draw_page)).to_have_text("Reading …")
    draw_page.get_by_role("button", name="a 7", exact=True).click()
    expect(headline(draw_page)).to_have_text("7")


def test_a_burst_of_drawings_never_queues(draw_page: Page) -> None:
    """While one is being read only the newest waits: of five drawings the first and the last are asked about."""
    held: list[Route] = []
    questions: list[str] = []
    draw_page.evaluate(LATER)
    draw_page.on("request", lambda request: questions.append(request.url) if "/predict" in request.url else None)
    draw_page.route("**/predict", lambda route: held.append(route), times=1)
    draw_page.get_by_role("button", name="a 3", exact=True).click()
    first = asked(draw_page, held)
    draw_page.evaluate(
        """() => {
          const pick = (name) => document.querySelector(`#samples [aria-label="${name}"]`).click();
          for (const name of ["a 5", "a 9", "a 2", "a 7"]) pick(name);
        }"""
    )
    first.continue_()
    expect(headline(draw_page)).to_have_text("7")
    assert len(questions) == 2


def test_without_the_server_it_says_so_and_the_next_stroke_tries_again(draw_page: Page, complaints: list[str]) -> None:
    draw_page.route("**/predict", lambda route: route.abort("connectionrefused"))
    draw(draw_page, SEVEN)
    expect(headline(draw_page)).to_have_text("No answer from the server")
    draw_page.unroute_all()
    draw(draw_page, [(0.42, 0.52), (0.66, 0.52)])
    expect(headline(draw_page)).to_have_text("7")
    assert complaints
    complaints.clear()
