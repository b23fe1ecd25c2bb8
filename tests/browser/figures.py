"""What is asked of lessons' figures, as JavaScript for ``page.evaluate``."""

ACTING = """() => [...document.querySelectorAll("#experiment *")]
  .filter((each) => each.matches("button, input, select, textarea, summary, [tabindex], [role=slider]"))
  .filter((each) => each.checkVisibility({visibilityProperty: true}) && !each.disabled && !each.closest("[inert]"))
  .filter((each) => !each.closest("#veil"))
  .map((each) => each.outerHTML)"""
"""What in the figure can be operated."""

PRINTED_OVER = """() => [...document.querySelectorAll("svg.graph")].flatMap((graph) => {
  const words = [...graph.querySelectorAll(".graph-words")]
    .map((each) => [each.textContent, each.getBoundingClientRect()]);
  return words.flatMap(([text, box], i) => words.slice(i + 1)
    .filter(([, other]) => box.width && other.width && box.left < other.right && other.left < box.right)
    .filter(([, other]) => box.top < other.bottom - 1 && other.top < box.bottom - 1)
    .map(([other]) => `${text} | ${other}`));
})"""
"""Pairs of labels of a graph that lie over each other."""

PRINTED_CONTROLS = """() => [...document.querySelectorAll(":is(#experiment, .recipe-card) *")]
  .filter((each) => each.checkVisibility({visibilityProperty: true}) && each.matches(
    "select, textarea, summary, input:is([type=range], [type=checkbox]), .button:not(.rung, .unit-tile), " +
    ".segments label:not(:has(:checked)), .scroll-sign span"))
  .map((each) => each.outerHTML)"""
"""What of controls is on paper beside the values that they are set to and the pictures that are pressed."""

CUT_OFF = """() => [...document.querySelectorAll("#lesson, #lesson *")]
  .filter((each) => each.checkVisibility({visibilityProperty: true}) && !each.closest(".visually-hidden, svg"))
  .filter((each) => (getComputedStyle(each).overflow !== "visible" && (each.scrollWidth > each.clientWidth + 1 ||
    each.scrollHeight > each.clientHeight + 1)) || each.getBoundingClientRect().right > innerWidth + 1)
  .map((each) => `${each.outerHTML.slice(0, 200)} ${each.scrollWidth} ${each.clientWidth} ${each.scrollHeight}`)"""
"""What does not fit into its place."""
