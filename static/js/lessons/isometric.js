// A block of numbers in isometric projection: columns run down to the right, rows down, images up to the right.

export const SIDE = 28;
export const DRAWN = 64;
const ACROSS = Math.cos(Math.PI / 6);
const DOWN = 0.5; // the sine of the same angle
const GAP = 0.42; // between two images, in widths of a pixel

/** How wide and high the whole block is, in widths of a pixel. */
export const WIDTH = ACROSS * (SIDE + GAP * DRAWN);
export const HEIGHT = SIDE + DOWN * (SIDE + GAP * DRAWN);

/** @typedef {readonly [number, number]} Point in widths of a pixel from the upper left corner of what is drawn */
/** @typedef {readonly [number, number, number, number, number, number]} Transform as a canvas takes it */

/**
 * Where a corner of a pixel lies.
 *
 * @param {number} image counted from the first one that is drawn
 * @param {number} row
 * @param {number} column
 * @returns {Point}
 */
export function project(image, row, column) {
  return [ACROSS * (column + GAP * image), DOWN * (column - GAP * image + GAP * DRAWN) + row];
}

/**
 * How to lay a picture over a plane through the block: one pixel of the picture for each number.
 *
 * @param {number} axis the axis that the plane cuts: of images (the picture has columns and rows), rows (columns and
 *   images) or columns (images and rows)
 * @param {number} at where
 * @returns {Transform}
 */
export function planeOf(axis, at) {
  const [column, row, image] = /** @type {const} */ ([[ACROSS, DOWN], [0, 1], [GAP * ACROSS, -GAP * DOWN]]);
  if (axis === 0) return [...column, ...row, ...project(at, 0, 0)];
  if (axis === 1) return [...column, ...image, ...project(0, at + 0.5, 0)];
  return [...image, ...row, ...project(0, 0, at + 0.5)];
}

/** The first image that is drawn, so that one of them all is among them. @param {number} image @param {number} count */
export function windowOf(image, count) {
  return Math.max(0, Math.min(Math.floor(image / DRAWN) * DRAWN, count - DRAWN));
}
