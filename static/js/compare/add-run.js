// A form that adds a run to those that are compared.

import { element, uniqueId } from "../shell/element.js";
import { filledIn } from "../run/listed-run.js";
import { recipeDifferences } from "../run/recipe-words.js";

/** @typedef {import("../run/listed-run.js").CompactRun} CompactRun */

const WORDS = 3; // of a recipe's differences beside the name

/**
 * @param {HTMLElement} root is filled
 * @param {{listed: readonly CompactRun[], onAdd: (id: string) => void}} context `listed`: what can be added, newest first
 * @param {{signal: AbortSignal}} life
 */
export function mountAddRun(root, { listed, onAdd }, { signal }) {
  const choice = element("select", "");
  choice.id = uniqueId("add-run");
  choice.append(...listed.map(filledIn).map((run) => new Option(inWords(run), run.id)));
  const label = element("label", "", "Add a run");
  label.htmlFor = choice.id;
  const add = element("button", "button", "Add");
  const form = element("form", "row compare-add", label, choice, add);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    onAdd(choice.value);
  }, { signal });
  root.replaceChildren(form);
  signal.addEventListener("abort", () => root.replaceChildren());
}

/** @param {import("../wire.js").Run} run */
function inWords({ name, recipe }) {
  const words = recipeDifferences(recipe).slice(0, WORDS).map((difference) => difference.words).join(", ");
  return words && !name.includes(words) ? `${name} (${words})` : name;
}
