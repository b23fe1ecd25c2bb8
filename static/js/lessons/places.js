// Things that a reader puts in order: a select for each place, all with the same options, of which each has one place; and
// that order beside the one that came.

import { element } from "../shell/element.js";
import { Graph } from "./graph.js";

/** @import { Ink, Item } from "./graph.js" */

/**
 * One that is chosen where another place has it already leaves that place, which gets what stood here before. That is as
 * the select is left: arrow keys pass by others on the way.
 *
 * @param {HTMLFormElement} form
 * @param {readonly string[]} names of the selects
 * @param {{signal: AbortSignal}} options
 */
export function bindPlaces(form, names, { signal }) {
  const selects = names.map((name) => /** @type {HTMLSelectElement} */ (form.elements.namedItem(name)));
  let before = ""; // of the select that has the focus, as it got it
  const words = element("p", "caption");
  words.setAttribute("role", "status");
  selects[selects.length - 1].closest("label")?.after(words);
  const check = () => {
    for (const each of selects) {
      const twice = each.value !== "" && selects.some((other) => other !== each && other.value === each.value);
      each.setCustomValidity(twice ? "Each has one place: choose another one here." : "");
    }
  };
  form.addEventListener("change", check, { signal });
  form.addEventListener("focusin", ({ target }) => {
    if (target instanceof HTMLSelectElement) before = target.value;
  }, { signal });
  form.addEventListener("focusout", ({ target }) => {
    const here = selects.find((each) => each === target);
    if (!here) return;
    const there = here.value && selects.find((each) => each !== here && each.value === here.value);
    if (there) {
      there.value = before;
      words.textContent = `Each has one place: “${there.labels[0].firstChild?.textContent?.trim()}” is ${there.value ? `now ${there.selectedOptions[0].text}` : "to be chosen anew"}.`;
    }
    check();
  }, { signal });
}

/** Two orders side by side, and a line from the place of each thing in the one to its place in the other. */
export class PlacesMet {
  #graph;

  /**
   * @param {HTMLElement} root
   * @param {{signal: AbortSignal}} options
   */
  constructor(root, { signal }) {
    const places = [1, 2, 3, 4, 5];
    this.#graph = new Graph(root, {
      label: "The order that you expected, and the one that came",
      x: { min: 0, max: 3, label: "", ticks: [] },
      y: { min: 5.4, max: 0, label: "", ticks: places, format: (place) => `${place}.` },
    }, { signal });
  }

  /**
   * @param {readonly number[]} expected the best first
   * @param {readonly number[]} came the same in another order
   * @param {{words: (thing: number) => string, look: (thing: number) => {ink: Ink, dash: boolean}, worth: (thing: number) => unknown}} how each
   *   is written and drawn; those that are worth the same may change places
   * @returns {number} how many have the place that was expected
   */
  show(expected, came, { words, look, worth }) {
    /** @type {Item[]} */
    const heads = [["you expected", 0.75, "mine"], ["it is", 2.25, "ink"]].map(([words, x, ink]) => /** @type {Item} */ ({ kind: "words", words, x, y: 0.3, ink }));
    this.#graph.show([...heads, ...came.flatMap((thing, i) => {
      const from = expected.indexOf(thing);
      if (from < 0) return [];
      const { ink, dash } = look(thing);
      return /** @type {Item[]} */ ([
        { kind: "line", ink, dash, points: [[1, from + 1], [2, i + 1]] },
        { kind: "dots", ink: "mine", size: 5, points: [[1, from + 1]] },
        { kind: "dots", ink, size: 5, points: [[2, i + 1]] },
        { kind: "words", ink: "mine", x: 0.55, y: from + 1.15, words: words(thing) },
        { kind: "words", ink, x: 2.45, y: i + 1.15, words: words(thing) },
      ]);
    })]);
    const right = came.filter((thing, i) => worth(expected[i]) === worth(thing)).length;
    const all = (/** @type {readonly number[]} */ order) => order.map(words).join(", ");
    this.#graph.describe(`You expected ${all(expected)}; it is ${all(came)}.`);
    return right;
  }
}
