// What a recipe costs, and why it may be too much: as `app/lessons/budget.py` has it.

import { stepsOf } from "../forms/time-needed.js";
import { count } from "../shell/format.js";

/** @typedef {Required<Pick<import("../wire.js").Recipe, "model" | "hidden" | "activation" | "loss" | "optimizer" | "learning_rate" | "batch_size" | "epochs" | "augment">>} Chosen */
/** @typedef {{budget: number, steps: number, epochs: number, images: number}} Limits `images`: how many it learns from */

const PIXELS = 784;

/** @param {Pick<Chosen, "model" | "hidden">} recipe */
export function parametersOf({ model, hidden }) {
  return model === "linear" ? PIXELS + 1 : hidden * (PIXELS + 2) + 1;
}

/** @param {Pick<Chosen, "model" | "hidden" | "epochs">} recipe */
export function priceOf(recipe) {
  return parametersOf(recipe) * recipe.epochs;
}

/**
 * @param {Chosen} recipe
 * @param {Limits} limits
 * @returns {string} why it cannot be trained; empty: it can
 */
export function tooMuch(recipe, { budget, steps, epochs, images }) {
  if (recipe.epochs > epochs) return `At most ${count(epochs)} epochs.`;
  const over = priceOf(recipe) - budget;
  if (over > 0) return `${count(over)} more than there is: take fewer epochs or fewer units.`;
  const own = stepsOf(recipe, images);
  if (own > steps) return `That makes ${count(own)} steps with each seed, at most ${count(steps)} are trained: take larger batches or fewer epochs.`;
  return "";
}

/** The same for recipes that train the same. @param {Chosen} recipe */
export function keyOf({ model, hidden, activation, ...others }) {
  const own = model === "linear" ? {} : model === "two_linear" ? { hidden } : { hidden, activation };
  return JSON.stringify({ model, ...own, ...others });
}
