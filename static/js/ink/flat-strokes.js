// Strokes as they are kept: a list of whole numbers for each, x and y in turn.

/** @import { Point, Stroke } from "./drawing.js" */

/** Coordinates are kept as whole numbers of this part of the side: finer than any screen. */
const PARTS = 10_000;
/** As many as the server takes. */
const MOST_STROKES = 1000;
const MOST_POINTS = 20_000;

/** @param {readonly Stroke[]} strokes @returns {number[][]} */
export function toFlat(strokes) {
  return strokes.map((stroke) => stroke.flatMap(([x, y]) => [Math.round(PARTS * x), Math.round(PARTS * y)]));
}

/**
 * @param {any} flat
 * @returns {Point[][]}
 * @throws {RangeError | TypeError} where it is nothing that `toFlat` makes, or too much
 */
export function fromFlat(flat) {
  const points = flat.reduce((/** @type {number} */ sum, /** @type {number[]} */ stroke) => sum + stroke.length / 2, 0);
  if (flat.length > MOST_STROKES || !(points <= MOST_POINTS)) throw new RangeError("too much");
  return flat.map((/** @type {number[]} */ stroke) => {
    if (!stroke.length || stroke.length % 2 || !stroke.every(isPart)) throw new RangeError("no stroke");
    return Array.from({ length: stroke.length / 2 }, (_, i) => [stroke[2 * i] / PARTS, stroke[2 * i + 1] / PARTS]);
  });
}

/** @param {unknown} value */
function isPart(value) {
  return Number.isInteger(value) && /** @type {number} */ (value) >= 0 && /** @type {number} */ (value) <= PARTS;
}
