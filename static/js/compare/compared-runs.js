// Runs that are compared: how each is told apart from the others (a letter, an ink, a dash), and what their recipes differ in.

import { TEXTBOOK } from "../run/recipe-words.js";
import { FIELDS, whyOff } from "../forms/field-words.js";
import { seriesLook } from "../plot/series-look.js";
import { upperBound } from "../plot/curve.js";

/** @typedef {import("../forms/field-words.js").Field} Field */
/** @typedef {import("../wire.js").Recipe} Recipe */
/** @typedef {import("../run/run-at.js").RunAt} RunAt */
/** @typedef {import("../run/run-feed.js").RunFeed} RunFeed */
/**
 * @typedef {object} Compared
 * @property {RunFeed} feed how its log gets here
 * @property {string} letter "A" for the first
 * @property {RunAt} run
 * @property {boolean} shown whether its curves are drawn
 * @property {{ink: string, dash: readonly number[]}} look
 */

const FIRST_LETTER = "A".charCodeAt(0);

/**
 * @param {RunFeed} feed
 * @param {number} index from 0, among those that are compared
 * @returns {Compared}
 */
export function compared(feed, index) {
  return { feed, letter: String.fromCharCode(FIRST_LETTER + index), run: feed.run, shown: true, look: seriesLook(index) };
}

/**
 * Fields in which not all recipes agree, of those that have a use for them, in the order in which forms show them.
 *
 * @param {readonly Recipe[]} recipes a field that one lacks is the textbook's
 * @returns {Field[]}
 */
export function differingFields(recipes) {
  const values = (/** @type {Field} */ field) => recipes.map((recipe) => said(recipe, field)).filter((value) => value !== null);
  return /** @type {Field[]} */ (Object.keys(FIELDS)).filter((field) => new Set(values(field)).size > 1);
}

/**
 * @param {Recipe} recipe
 * @param {Field} field
 * @returns {string | number | boolean | null} null where the model has no use for it
 */
export function said(recipe, field) {
  const whole = { ...TEXTBOOK, ...recipe };
  return whyOff(field, whole.model) ? null : whole[field];
}

/**
 * The step that a run had made at a place of an axis.
 *
 * @param {RunAt} run
 * @param {Float64Array} places of its steps on that axis, ascending
 * @param {number} x
 */
export function stepAt({ metrics }, places, x) {
  const taken = upperBound(places, x);
  return taken ? metrics.step.view[taken - 1] : 0;
}
