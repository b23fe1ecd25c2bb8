// The worker of `DigitReader`: answers each question with the logits.

import { litPixels } from "./digits.js";
import { networkOfFrame } from "./network.js";
import { readAll } from "./read-all.js";

/** @import { Recipe, Weights } from "../wire.js" */
/** @import { LitPixels } from "./digits.js" */

/** @typedef {{ weights: Weights, recipe: Recipe, digits: Uint8Array | null }} Question `digits`: 784 bytes for
 *   each; null are those of the question before */
/** @typedef {{ logits: Float64Array, took: number }} Answer `took`: milliseconds that the reading took, without the
 *   worker's start */

/** @type {LitPixels | null} */
let known = null;

self.addEventListener("message", (/** @type {MessageEvent<Question>} */ { data: { weights, recipe, digits } }) => {
  if (digits) known = litPixels(digits);
  const began = performance.now();
  const network = networkOfFrame(weights, recipe);
  if (!network || !known) throw new Error("a question that cannot be answered");
  const logits = readAll(network, known);
  self.postMessage(/** @satisfies {Answer} */ ({ logits, took: performance.now() - began }));
});
