// How well a network learns to read while its hidden layer stays as random as it began, beside one that learns it too.

import { part } from "../shell/element.js";
import { percent } from "../shell/format.js";
import { Graph } from "./graph.js";
import { ended } from "./runs-shown.js";

/** @import { RunLog } from "../run/run-log.js" */
/** @import { Item } from "./graph.js" */
/** @import { Prediction } from "./prediction.js" */
/** @import { LessonState } from "./state.js" */
/** @import { Member } from "./trials.js" */

const NAMED = 27; // the epoch at which a curve has its name

export class FrozenLayer {
  #state;
  #prediction;
  #members;
  #baseline;
  #graph;

  /**
   * @param {{ state: LessonState, prediction: Prediction, members: () => Member[], baseline: () => number | null }} lesson
   *   `members`: with all layers learned first, then frozen by their rates
   * @param {{ signal: AbortSignal }} options
   */
  constructor({ state, prediction, members, baseline }, { signal }) {
    this.#state = state;
    this.#prediction = prediction;
    this.#members = members;
    this.#baseline = baseline;
    this.#graph = new Graph(part("freezing"), {
      label: "Read rightly after each epoch, with the hidden layer learned and with it frozen",
      x: { min: 0, max: 40, label: "Epoch" },
      y: { min: 0.75, max: 1, label: "Read rightly", format: (value) => percent(value, 0) },
    }, { signal });
  }

  show() {
    const baseline = this.#baseline();
    const guess = this.#prediction.number("frozen");
    const shown = this.#shown();
    this.#graph.show([
      ...(baseline ? [/** @type {Item} */ ({ kind: "rule", y: baseline, ink: "soft", label: "baseline by L2" })] : []),
      ...(guess === null ? [] : [/** @type {Item} */ ({ kind: "rule", y: guess / 100, ink: "mine", dash: true, label: "your guess" })]),
      ...shown.map(({ log, ink, dash }) => /** @type {Item} */ ({ kind: "line", ink, dash, points: [...log.epochs.epoch.view].map((epoch, i) => /** @type {const} */ ([epoch, log.epochs.valid_accuracy.at(i)])) })),
      ...shown.map(({ log, ink, words }) => /** @type {Item} */ ({ kind: "words", x: NAMED, y: Math.max(...around(log)) + 0.004, words, ink })),
    ]);
    this.#graph.describe(this.words());
  }

  words() {
    const [learned, ...others] = this.#shown().filter(ended);
    if (!learned || !others.length) return "";
    const guess = this.#prediction.number("frozen");
    const found = others.map(({ recipe, log }) => `${percent(log.accuracy)} at rate ${recipe.learning_rate}`).join(", ");
    const mine = guess === null ? "" : ` (you expected ${percent(guess / 100, 1)})`;
    return `Seed ${this.#state.number("seed")}, its hidden layer frozen as it began${mine}: ${found}. All learned: ${percent(learned.log.accuracy)}.`;
  }

  /** Of the chosen seed. */
  #shown() {
    const seed = this.#state.number("seed");
    const all = this.#members().filter(({ recipe, log }) => recipe.seed === seed && log.epochs.epoch.view.length);
    const looks = /** @type {const} */ (["ink", "series-2", "series-4", "series-1"]);
    return all.map((member, i) => ({ ...member, ink: looks[i], dash: i === 3, words: member.recipe.freeze ? `frozen, rate ${member.recipe.learning_rate}` : "all learned" }));
  }
}

/** Its accuracies where its name stands. @param {RunLog} log */
function around(log) {
  return [...log.epochs.valid_accuracy.view].slice(-18, -8);
}
