// Labelled drawings as JSON lines: {"strokes", "pixels", "label"} each, to take along and to bring back.

/** @import { New } from "./kept-drawings.js" */
import { inkImage } from "./ink-image.js";
import { isLabel } from "./kept-drawings.js";

/** Bytes: as many drawings as are kept, with the longest strokes, are fewer. */
export const MOST_BYTES = 20_000_000;
const PIXELS = 784;
const MOST_POINTS = 20_000;

/** A file that is no such lines; the message names the line. */
export class NoLines extends Error {}

/** @param {readonly New[]} drawings strokes as fractions of the side, pixels 0 to 255, label 3, 7 or null for neither */
export function toLines(drawings) {
  const line = (/** @type {New} */ { strokes, pixels, label }) =>
    JSON.stringify({
      strokes: strokes.map((stroke) => stroke.map((point) => point.map((value) => Math.round(value * 1e4) / 1e4))),
      pixels: Array.from(pixels),
      label,
    });
  return drawings.map((drawing) => `${line(drawing)}\n`).join("");
}

/**
 * Either strokes or pixels may be missing or empty: pixels are then drawn from the strokes. Empty lines are passed over.
 *
 * @param {string} text
 * @returns {New[]}
 * @throws {NoLines}
 */
export function fromLines(text) {
  const found = text.replace(/^\ufeff/, "").split(/\r?\n/).flatMap((line, at) => (line.trim() ? [fromLine(line, at + 1)] : []));
  if (!found.length) throw new NoLines("There is no drawing in it.");
  return found;
}

/**
 * @param {string} line
 * @param {number} number from 1 on
 * @returns {New}
 */
function fromLine(line, number) {
  const wrong = (/** @type {string} */ words) => new NoLines(`Line ${number}: ${words}`);
  /** @type {any} */
  let found;
  try {
    found = JSON.parse(line);
  } catch {
    throw wrong("this is no JSON.");
  }
  if (typeof found !== "object" || found === null || Array.isArray(found)) throw wrong("this is no object of strokes, pixels and label.");
  const { strokes = [], pixels = [], label } = found;
  if (!isLabel(label)) throw wrong("label is 3, 7, or null for neither.");
  if (!isStrokes(strokes)) throw wrong(`strokes are lists of points [x, y] from 0 to 1, at most ${MOST_POINTS.toLocaleString("en")}.`);
  if (!Array.isArray(pixels) || (pixels.length && (pixels.length !== PIXELS || !pixels.every(isByte)))) throw wrong("pixels are 784 whole numbers from 0 to 255.");
  const image = pixels.length ? Uint8Array.from(pixels) : inkImage(strokes);
  if (!image) throw wrong("there are neither strokes nor pixels.");
  return { label, strokes, pixels: image };
}

/** @param {any} strokes */
function isStrokes(strokes) {
  if (!Array.isArray(strokes)) return false;
  const points = strokes.flat();
  return points.length <= MOST_POINTS && strokes.every((stroke) => Array.isArray(stroke) && stroke.length) && points.every(isPoint);
}

/** @param {any} point */
function isPoint(point) {
  return Array.isArray(point) && point.length === 2 && point.every((value) => typeof value === "number" && value >= 0 && value <= 1);
}

/** @param {unknown} value */
function isByte(value) {
  return Number.isInteger(value) && /** @type {number} */ (value) >= 0 && /** @type {number} */ (value) <= 255;
}
