// How many steps a recipe has, and about how long they take.

import { count, duration } from "../shell/format.js";
import { paceSeconds, paceTitle } from "./pace-value.js";

/** @typedef {import("./pace-value.js").PaceValue} PaceValue */
/** @typedef {Pick<import("./field-words.js").WholeRecipe, "epochs" | "batch_size">} Size */
/** @typedef {Pick<import("../wire.js").Recipe, "model" | "hidden" | "batch_size" | "optimizer" | "augment" | "device">} Shape */
/** @typedef {Pick<import("../wire.js").Run, "state" | "step" | "summary"> & {recipe: Shape, sweep: string | null, pace: string | null, steps_per_second: number | null}} Timed */

/**
 * How many images an epoch has.
 *
 * @param {Pick<import("./field-words.js").WholeRecipe, "hold_out">} recipe
 * @param {{train_images: number, held_out: number}} known
 */
export function imagesOf({ hold_out }, { train_images, held_out }) {
  return train_images - (hold_out ? held_out : 0);
}

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
 * Seconds a step that the quickest run of a recipe's size took at full speed: what this server can do.
 *
 * @param {readonly Timed[]} runs of this server
 * @param {Shape} recipe
 * @returns {number | null} null: none like it has gone at full speed
 */
export function fullSpeed(runs, recipe) {
  const shape = shapeOf(recipe);
  let quickest = Infinity;
  for (const { state, sweep, pace, steps_per_second: limit, step, summary, recipe: other } of runs) {
    if (state !== "finished" || sweep !== null || limit !== null || (pace ?? "full") !== "full") continue;
    if (summary.seconds && step && shapeOf(other) === shape) quickest = Math.min(quickest, summary.seconds / step);
  }
  return Number.isFinite(quickest) ? quickest : null;
}

/** What the time of a step depends on. @param {Shape} recipe */
function shapeOf({ model, hidden, batch_size: batch, optimizer, augment, device }) {
  return [model, model === "linear" ? 1 : hidden, batch, optimizer, augment, device].join(" ");
}

/**
 * @param {number} steps
 * @param {PaceValue} pace
 * @param {number | null} [atFull] seconds a step at full speed, as `fullSpeed` gives it
 */
export function timeWords(steps, pace, atFull = null) {
  const seconds = paceSeconds(pace, steps);
  const words = `${count(steps)} ${steps === 1 ? "step" : "steps"}`;
  if (seconds !== null) return `${words}, about ${duration(seconds)}`;
  if (atFull === null) return `${words}, ${paceTitle(pace).toLowerCase()}: none like it has been timed here yet`;
  return `${words}, ${duration(atFull * steps)} at the speed of the quickest like it here`;
}
