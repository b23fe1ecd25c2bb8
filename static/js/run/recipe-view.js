// The whole recipe of a run in words, and links that start it again or draw with it.

import { FIELDS, valueWords } from "../forms/field-words.js";
import { recipeQuery } from "../forms/prefill.js";
import { element } from "../shell/element.js";
import { root } from "../shell/root.js";
import { comparePath } from "./compare-address.js";
import { recipeDifferences, TEXTBOOK } from "./recipe-words.js";

/** @typedef {import("./run-at.js").RunAt} RunAt */
/** @typedef {import("../wire.js").Recipe} Recipe */

/**
 * @param {HTMLElement} place is filled
 * @param {{run: RunAt, painter: import("../shell/painter.js").Painter}} context
 * @param {{signal: AbortSignal}} options
 */
export function mountRecipe(place, { run, painter }, { signal }) {
  const words = element("p", "recipe-words");
  const list = element("dl", "facts recipe-facts");
  const again = element("a", "button small", "Start it again, changed or not");
  const draw = element("a", "button small", "Draw with this one");
  const compare = element("a", "button small", "Compare with others");
  place.append(words, list, element("p", "row", again, draw, compare));
  /** @type {Recipe | null} */
  let shown = null;

  const paint = painter.add(() => {
    const { recipe, started, step, live } = run;
    place.hidden = !recipe;
    if (!recipe) return;
    draw.hidden = !started;
    draw.href = `${root}/draw?run=${encodeURIComponent(run.run)}${live ? "" : `&step=${step}`}`;
    compare.href = comparePath([run.run]);
    if (recipe === shown) return;
    shown = recipe;
    const different = recipeDifferences(recipe);
    words.textContent = different.length
      ? `As the textbook has it, but for: ${different.map((each) => each.words).join(", ")}.`
      : "As the textbook has it.";
    list.replaceChildren(...facts(recipe));
    again.href = `${root}/${recipeQuery(recipe, { name: "textbook", recipe: TEXTBOOK })}`;
  });
  signal.addEventListener("abort", run.subscribe(({ type }) => (type === "RunQueued" || type === "RunStarted" || type === "Moved") && paint()));
  paint();
}

/** @param {Recipe} recipe */
function facts(recipe) {
  return /** @type {(keyof Recipe)[]} */ (Object.keys(FIELDS)).map((field) => {
    const value = recipe[field];
    return element("div", "", element("dt", "", FIELDS[field].label), element("dd", "", value === undefined ? "" : valueWords(field, value)));
  });
}
