// How a run stood within its first epoch, where its log has no figures: its pictures read the validation digits.

import { readAll, sharesRight } from "../model/read-all.js";
import { pastNetwork } from "./past-network.js";

/** @import { Digits } from "../model/digits.js" */
/** @import { Recipe } from "../wire.js" */
/** @typedef {{step: number, accuracy: number, ofPicture: boolean}} Point `ofPicture`: by weights rounded to 255 levels */

/**
 * Steps to look at before `end`: about as far from each other on a logarithmic axis, `also` among them.
 *
 * @param {number} end
 * @param {number} also
 */
export function stepsBefore(end, also) {
  const steps = new Set(also < end ? [also] : []);
  for (let step = 1; step < end; step = Math.ceil(step * 2)) steps.add(step);
  return [...steps].sort((one, other) => one - other);
}

/**
 * @param {{run: string, recipe: Recipe, steps: readonly number[], digits: Digits, signal: AbortSignal}} asked
 * @param {(point: Point) => void} onPoint each picture once; the picture at or before each of the steps
 */
export async function readPictures({ run, recipe, steps, digits, signal }, onPoint) {
  const seen = new Set();
  for (const step of steps) {
    const { network, step: pictured } = await pastNetwork({ run, recipe }, step);
    if (signal.aborted) return;
    if (seen.has(pictured)) continue;
    seen.add(pictured);
    onPoint({ step: pictured, accuracy: sharesRight(readAll(network, digits.lit), digits.labels).all, ofPicture: true });
  }
}

/**
 * The newest point at or before a place, or null.
 *
 * @template {{x: number}} Placed
 * @param {readonly Placed[]} points ascending
 * @param {number} x
 * @returns {Placed | null}
 */
export function newestAt(points, x) {
  return points.findLast((point) => point.x <= x * (1 + 1e-9)) ?? null;
}
