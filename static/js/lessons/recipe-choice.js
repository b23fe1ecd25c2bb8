// The fields of a recipe that a reader composes within a budget.

import { element, part } from "../shell/element.js";
import { count, plain } from "../shell/format.js";
import { parametersOf, priceOf, tooMuch } from "./budget.js";
import { mountChoice, mountSlider } from "../forms/slider.js";

/** @import { Chosen, Limits } from "./budget.js" */
/** @import { LessonState } from "./state.js" */

/** Each with its options: value, name, and what it is. @type {[keyof Chosen, string, [string | boolean, string, string][]][]} */
const CHOICES = [
  ["model", "Model", [
    ["linear", "one layer", "One sum: each pixel times its weight."],
    ["simple_net", "two, with a bend", "Hidden units, each a picture of weights and a bend; then one sum of what they give."],
    ["two_linear", "two, without", "The same with no bend between: it folds into one layer."],
  ]],
  ["activation", "Bend", [
    ["relu", "ReLU", "A negative sum becomes 0, any other stays."],
    ["tanh", "tanh", "Any sum is squeezed between −1 and 1."],
    ["sigmoid", "sigmoid", "Any sum is squeezed between 0 and 1."],
  ]],
  ["loss", "Loss", [
    ["mnist_loss", "mnist_loss", "How far the probability is from the truth: 1 at most."],
    ["bce", "cross-entropy", "The surer a mistake, the larger, without end."],
  ]],
  ["optimizer", "Optimiser", [
    ["sgd", "SGD", "Plain gradient descent by mini-batches, as in all lessons so far."],
    ["momentum", "momentum", "Each step keeps some of the one before, like a ball that rolls."],
    ["adam", "Adam", "Each weight gets a step size of its own. It takes a small rate, such as 0.003."],
  ]],
  ["augment", "Images", [
    [false, "as they are", "Each image is met as it was written."],
    [true, "varied", "Each is shifted, turned and slanted a little, anew whenever it is met."],
  ]],
];

/** @type {[keyof Chosen, string, number, number, boolean][]} */
const AMOUNTS = [
  ["hidden", "Hidden units", 1, 256, true],
  ["epochs", "Epochs", 1, 100, true],
  ["batch_size", "Batch size", 4, 10_358, true],
  ["learning_rate", "Learning rate", 0.0001, 100, false],
];

/**
 * What it costs stands in the page's parts `budget`, `spent` and `price`.
 *
 * @param {HTMLElement} root is filled
 * @param {{state: LessonState, limits: Limits}} context
 * @param {{signal: AbortSignal}} options
 * @returns {{value: () => Chosen, wrong: () => string}} `wrong`: why it cannot be trained; empty: it can
 */
export function mountRecipe(root, { state, limits }, { signal }) {
  /** @type {Map<keyof Chosen, HTMLElement>} */
  const roots = new Map();
  const place = (/** @type {keyof Chosen} */ field) => {
    const made = element("div", "");
    roots.set(field, made);
    return made;
  };
  root.replaceChildren();
  for (const [field, label, options] of CHOICES.slice(0, 1)) choice(field, label, options);
  for (const [field, label, min, max, whole] of AMOUNTS) {
    const value = Math.min(max, Math.max(min, state.number(field)));
    state.set(field, whole ? Math.round(value) : value);
    const made = place(field);
    root.append(made);
    mountSlider(made, { label, min, max, log: true, whole, ...state.control(field) }, { signal });
  }
  for (const [field, label, options] of CHOICES.slice(1)) choice(field, label, options);

  /** @param {keyof Chosen} field @param {string} label @param {[string | boolean, string, string][]} options */
  function choice(field, label, options) {
    const now = typeof options[0][0] === "boolean" ? state.flag(field) : state.text(field);
    const value = options.some(([each]) => each === now) ? now : options[0][0];
    state.set(field, value);
    const made = place(field);
    root.append(made);
    const chooser = made.appendChild(element("div", ""));
    made.append(element("p", "caption choice-words"));
    mountChoice(chooser, { label, options: options.map(([each, words]) => ({ value: each, label: words })), ...state.control(field) }, { signal });
  }

  function value() {
    return /** @type {Chosen} */ ({
      ...Object.fromEntries(CHOICES.map(([field]) => [field, field === "augment" ? state.flag(field) : state.text(field)])),
      ...Object.fromEntries(AMOUNTS.map(([field]) => [field, state.number(field)])),
    });
  }

  const wrong = () => tooMuch(value(), limits);

  function paint() {
    const recipe = value();
    for (const [field, , options] of CHOICES) {
      const words = options.find(([each]) => each === recipe[field])?.[2] ?? "";
      const place = roots.get(field)?.querySelector(".choice-words");
      if (place) place.textContent = words;
    }
    const off = { hidden: recipe.model === "linear", activation: recipe.model !== "simple_net" };
    for (const [field, hidden] of Object.entries(off)) {
      const made = roots.get(/** @type {keyof Chosen} */ (field));
      if (made) made.hidden = hidden;
    }
    const [price, problem] = [priceOf(recipe), wrong()];
    const spent = part("spent", HTMLMeterElement);
    spent.value = price;
    spent.textContent = `${count(price)} of ${count(limits.budget)}`;
    const words = `${count(parametersOf(recipe))} parameters × ${plain(recipe.epochs)} = ${count(price)} of ${count(limits.budget)}`;
    part("price").textContent = problem ? `${words}. ${problem}` : words;
    part("budget").toggleAttribute("data-over", problem !== "");
  }

  const end = state.subscribe(paint);
  signal.addEventListener("abort", end);
  part("budget").hidden = false;
  paint();
  return { value, wrong };
}
