// The worker of `DigitReader`: answers each question with the logits.

import { networkOfFrame } from "./network.js";
import { readAll } from "./read-all.js";

/** @import { Recipe, Weights } from "../wire.js" */
/** @import { LitPixels } from "./read-all.js" */

/** @typedef {{ weights: Weights, recipe: Recipe, digits: LitPixels | null }} Question `digits`: null are those of the
 *   question before */

/** @type {LitPixels | null} */
let known = null;

self.addEventListener("message", (/** @type {MessageEvent<Question>} */ { data: { weights, recipe, digits } }) => {
  known = digits ?? known;
  const network = networkOfFrame(weights, recipe);
  if (!network || !known) throw new Error("a question that cannot be answered");
  self.postMessage(readAll(network, known));
});
