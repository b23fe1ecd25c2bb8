// The same recipe, and the images in three orders: what it reads wrongly after each epoch.

import { percent } from "../shell/format.js";
import { ask } from "./ask.js";
import { Graph } from "./graph.js";

/** @import { Ink, Item } from "./graph.js" */
/** @typedef {{valid_accuracy: number[]}} Curve */
/** @typedef {"shuffled" | "unshuffled" | "sorted"} Order */

/** @type {Record<Order, {words: string, label: string, ink: Ink, dash: boolean, by: number}>} */
const ORDERS = {
  shuffled: { words: "newly shuffled in each epoch", label: "shuffled", ink: "ink", dash: false, by: 1.12 },
  unshuffled: { words: "always in MNIST’s own order", label: "MNIST’s order", ink: "series-2", dash: true, by: 0.8 },
  sorted: { words: "all 7s before all 3s", label: "7s, then 3s", ink: "series-3", dash: false, by: 1.12 },
};
const EPOCHS = 6;

/**
 * Asks the server, and shows its answer.
 *
 * @param {HTMLElement} root gets the graph
 * @param {HTMLElement} words says what is to be seen on it, and where it comes from
 * @param {{seed: number}} recipe what differs from the textbook's
 * @param {{signal: AbortSignal}} options
 */
export async function showImageOrders(root, words, { seed }, { signal }) {
  const graph = new Graph(root, {
    label: "Digits read wrongly by epoch, by the order of the images",
    x: { min: 1, max: EPOCHS, label: "Epochs" },
    y: { min: 0.018, max: 0.6, scale: "log", label: "Read wrongly (lower is better)", ticks: [0.02, 0.05, 0.1, 0.2, 0.5], format: (value) => percent(value, 0) },
  }, { signal });
  words.textContent = "The server trains with the images in three orders …";
  /** @type {Record<Order, Curve> | null} */
  const answer = await ask("image_orders", { epochs: EPOCHS, seed }, { signal, onProblem: (problem) => (words.textContent = problem) });
  if (!answer) return;
  const names = /** @type {Order[]} */ (Object.keys(ORDERS));
  const wrong = names.map((name) => answer[name].valid_accuracy.map((accuracy) => 1 - accuracy));
  graph.show(names.flatMap((name, i) => {
    const { ink, dash, label, by } = ORDERS[name];
    const points = wrong[i].map((share, epoch) => /** @type {const} */ ([epoch + 1, share]));
    return /** @type {Item[]} */ ([{ kind: "line", points, ink, dash }, { kind: "words", x: 5, y: wrong[i][4] * by, words: label, ink }]);
  }));
  const ends = names.map((name, i) => `${ORDERS[name].words} ${percent(1 - (wrong[i].at(-1) ?? NaN))}`);
  const said = `Read rightly after ${EPOCHS} epochs with seed ${seed}: ${ends.join(", ")}.`;
  graph.describe(said);
  words.textContent = `${said} Computed by this server’s learner.`;
}
