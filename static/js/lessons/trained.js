// The network that one of a lesson's runs has become, in exact JavaScript.

import { networkOfFrame } from "../model/network.js";
import { networkOfFile, readTensors, vectorOf } from "../model/safetensors.js";
import { decodeFrame } from "../run/frames.js";
import { fetchBytes } from "../shell/problem.js";

/** @typedef {import("../model/network.js").Network} Network */
/** @typedef {{network: Network, step: number, run: string}} Trained */
/** @typedef {import("./trials.js").Member} Member */

/**
 * As it is now, or after its last step: every number as the learner has it.
 *
 * @param {Member} member
 * @returns {Promise<Trained>}
 * @throws {import("../shell/problem.js").ProblemError}
 */
export async function trainedNetwork({ run, recipe }) {
  return { ...networkOfFile(await fetchBytes(modelOf(run)), recipe), run };
}

/**
 * As it was after a step, or at the picture before it. Weights are rounded to 255 levels, as pictures are: figures of it
 * are about right (≈).
 *
 * @param {Member} member
 * @param {number} step
 * @returns {Promise<Trained>}
 * @throws {import("../shell/problem.js").ProblemError}
 */
export async function pastNetwork({ run, recipe }, step) {
  const frame = decodeFrame(await fetchBytes(`/api/runs/${encodeURIComponent(run)}/weights?format=frame&step=${step}`));
  const network = frame.type === "Weights" ? networkOfFrame(frame, recipe) : null;
  if (frame.type !== "Weights" || !network) throw new TypeError("a run of lessons tells all of its weights");
  return { network, step: frame.step, run };
}

/**
 * All parameters after a step, or the last one: layer by layer, weights before biases.
 *
 * @param {Member} member
 * @param {number} [step]
 */
export async function parametersOf({ run }, step) {
  return vectorOf(readTensors(await fetchBytes(modelOf(run, step))).tensors);
}

/** @param {string} run @param {number} [step] */
function modelOf(run, step) {
  return `/api/runs/${encodeURIComponent(run)}/model?format=safetensors${step === undefined ? "" : `&step=${step}`}`;
}
