// How many steps a recipe has, and about how long they take.

import { count, duration } from "../shell/format.js";
import { paceSeconds, paceTitle } from "./pace-value.js";

/** @typedef {import("./pace-value.js").PaceValue} PaceValue */
/** @typedef {Pick<import("./field-words.js").WholeRecipe, "epochs" | "batch_size">} Size */

/**
 * @param {Size} recipe
 * @param {number} images in an epoch
 */
export function stepsOf({ epochs, batch_size: batch }, images) {
  return epochs * Math.ceil(images / batch);
}

/**
 * What is wrong with a recipe's number of steps, in words; empty: nothing.
 *
 * @param {Size} recipe
 * @param {{images: number, most: number}} limits
 */
export function tooManySteps(recipe, { images, most }) {
  const steps = stepsOf(recipe, images);
  if (steps <= most) return "";
  const epochs = Math.floor(most / (steps / recipe.epochs));
  return `That makes ${count(steps)} steps; at most ${count(most)} are kept. Take at most ${count(epochs)} epochs, or larger batches.`;
}

/**
 * @param {number} steps
 * @param {PaceValue} pace
 */
export function timeWords(steps, pace) {
  const seconds = paceSeconds(pace, steps);
  const words = `${count(steps)} ${steps === 1 ? "step" : "steps"}`;
  return seconds === null ? `${words}, ${paceTitle(pace).toLowerCase()}` : `${words}, about ${duration(seconds)}`;
}
