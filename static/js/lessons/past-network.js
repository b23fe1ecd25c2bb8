// The network that a run was, by its pictures.

import { networkOfFrame } from "../model/network.js";
import { decodeFrame } from "../run/frames.js";
import { fetchBytes } from "../shell/problem.js";

/**
 * After a step, or at the picture before it. Weights are rounded to 255 levels, as pictures are: figures of it are about
 * right (≈).
 *
 * @param {{run: string, recipe: import("../wire.js").Recipe}} member
 * @param {number} step
 * @throws {import("../shell/problem.js").ProblemError}
 */
export async function pastNetwork({ run, recipe }, step) {
  const frame = decodeFrame(await fetchBytes(`/api/runs/${encodeURIComponent(run)}/weights?format=frame&step=${step}`));
  const network = frame.type === "Weights" ? networkOfFrame(frame, recipe) : null;
  if (frame.type !== "Weights" || !network) throw new TypeError("a run of lessons tells all of its weights");
  return { network, step: frame.step };
}
