// Strokes as the 28 × 28 image that MNIST would have made of them, as app/handwriting/ink.py makes it: for the time that the
// server does not answer. Numbers differ from the server's by rounding.

/** @import { Stroke } from "./drawing.js" */

const SIDE = 28;
const CENTRE = 14;
const LONGER_SIDE = 19;
const THICKNESS = 2.6;
const EDGE = 1.2;
const SHEET = 64; // wherever the centre of mass lies, no ink falls off
const REACH = Math.ceil((THICKNESS + EDGE) / 2);

/** @typedef {[x0: number, y0: number, x1: number, y1: number]} Piece */

/**
 * @param {readonly Stroke[]} strokes
 * @returns {Uint8Array | null} 784 values, ink bright on 0; null where there is no point at all
 */
export function inkImage(strokes) {
  const lines = scaled(strokes);
  if (!lines.length) return null;
  let [x, y, mass] = [0, 0, 0];
  for (const [x0, y0, x1, y1] of lines) {
    const weight = Math.hypot(x1 - x0, y1 - y0) + 1e-3;
    x += (weight * (x0 + x1)) / 2;
    y += (weight * (y0 + y1)) / 2;
    mass += weight;
  }
  let [left, top] = [x / mass, y / mass];
  for (const share of [1, 1, 0.5]) {
    const [across, down] = centreOfMass(render(lines, left, top));
    left += share * (across - SHEET / 2);
    top += share * (down - SHEET / 2);
  }
  const sheet = render(lines, left, top);
  const corner = SHEET / 2 - CENTRE;
  return Uint8Array.from({ length: SIDE * SIDE }, (_, at) => Math.round(255 * sheet[(corner + Math.floor(at / SIDE)) * SHEET + corner + (at % SIDE)]));
}

/**
 * Pieces in pixels, the longer side of all lines such that with their thickness it is `LONGER_SIDE`.
 *
 * @param {readonly Stroke[]} strokes
 * @returns {Piece[]}
 */
function scaled(strokes) {
  const points = strokes.flat();
  if (!points.length) return [];
  const least = [0, 1].map((axis) => points.reduce((low, point) => Math.min(low, point[axis]), Infinity));
  const extent = points.reduce((most, [x, y]) => Math.max(most, x - least[0], y - least[1]), 0);
  const factor = (LONGER_SIDE - THICKNESS) / (extent || 1);
  return strokes.flatMap((stroke) => pieces(stroke.map(([x, y]) => [(x - least[0]) * factor, (y - least[1]) * factor])));
}

/**
 * A line cut into pieces of equal length along it, of a pixel at most.
 *
 * @param {number[][]} points
 * @returns {Piece[]}
 */
function pieces(points) {
  let length = 0;
  const along = points.map(([x, y], at) => (length += at ? Math.hypot(x - points[at - 1][0], y - points[at - 1][1]) : 0));
  const number = 1 + Math.floor(length);
  let next = 1;
  const cuts = Array.from({ length: number + 1 }, (_, at) => {
    const place = (length * at) / number;
    while (next < points.length - 1 && along[next] < place) next++;
    const [from, to] = [points[next - 1], points[next] ?? points[0]];
    const share = Math.min(1, (place - along[next - 1]) / (along[next] - along[next - 1] || 1)) || 0;
    return [from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])];
  });
  return cuts.slice(1).map((to, at) => /** @type {Piece} */ ([...cuts[at], ...to]));
}

/**
 * Ink from 0 to 1: full within half the thickness of the nearest piece, fading over `EDGE`.
 *
 * @param {readonly Piece[]} lines
 * @param {number} left what comes to the sheet's middle
 * @param {number} top
 */
function render(lines, left, top) {
  const sheet = new Float64Array(SHEET * SHEET);
  const within = (/** @type {number} */ at) => Math.max(0, Math.min(SHEET - 1, at));
  for (const piece of lines) {
    const [x0, x1] = [piece[0] - left + SHEET / 2, piece[2] - left + SHEET / 2];
    const [y0, y1] = [piece[1] - top + SHEET / 2, piece[3] - top + SHEET / 2];
    const [across, down] = [x1 - x0, y1 - y0];
    const square = Math.max(across * across + down * down, 1e-12);
    const lowest = within(Math.ceil(Math.max(y0, y1)) + REACH);
    const rightmost = within(Math.ceil(Math.max(x0, x1)) + REACH);
    for (let y = within(Math.floor(Math.min(y0, y1)) - REACH); y <= lowest; y++) {
      for (let x = within(Math.floor(Math.min(x0, x1)) - REACH); x <= rightmost; x++) {
        const along = Math.max(0, Math.min(1, ((x - x0) * across + (y - y0) * down) / square));
        const distance = Math.hypot(x - x0 - along * across, y - y0 - along * down);
        const ink = Math.max(0, Math.min(1, (THICKNESS / 2 - distance) / EDGE + 0.5));
        if (ink > sheet[y * SHEET + x]) sheet[y * SHEET + x] = ink;
      }
    }
  }
  return sheet;
}

/** @param {Float64Array} sheet */
function centreOfMass(sheet) {
  let [x, y, mass] = [0, 0, 0];
  sheet.forEach((ink, at) => {
    x += ink * (at % SHEET);
    y += ink * Math.floor(at / SHEET);
    mass += ink;
  });
  return [x / mass, y / mass];
}
