// A 28 × 28 image, moved, turned, scaled and thickened, and placed again as the product places ink, or not.

const SIDE = 28;
/** Points of a finer grid for each pixel and axis. */
const FINE = 4;
/** Pixels around the image on which ink may stand before it is placed again. */
const MARGIN = 18;
const SHEET = (SIDE + 2 * MARGIN) * FINE;

/**
 * @typedef {object} Move
 * @property {number} x pixels to the right
 * @property {number} y pixels down
 * @property {number} turn degrees, clockwise
 * @property {number} size 1 leaves it as large as it is
 * @property {number} thickness pixels by which lines become thicker, or thinner below 0
 * @property {boolean} scaled its longer side is brought back to what it was
 * @property {boolean} centred its centre of mass is brought back to where it was
 */

/** @type {Readonly<Move>} */
export const UNMOVED = Object.freeze({ x: 0, y: 0, turn: 0, size: 1, thickness: 0, scaled: true, centred: true });

/** @typedef {{ side: number, x: number, y: number, middleX: number, middleY: number }} Extent
 * the longer side of what has at least half of full ink, the ink's centre of mass and the middle of its box, in pixels */

/**
 * One image, moved in as many ways as one likes. Each pixel is a square of its ink: a quarter of a pixel is the finest that
 * thickness knows, and an image that is not moved comes out as it was.
 */
export class Mover {
  #image;
  #was;
  /** The last that was needed: it takes longer than all the rest. @type {{ radius: number, sheet: Uint8Array } | null} */ #thick = null;

  /** @param {ArrayLike<number>} image 784 values, 0–255 */
  constructor(image) {
    this.#image = Uint8Array.from(image);
    this.#was = extentOf(this.#image, SIDE, 1, 0);
  }

  /**
   * The image as it lies after the move, and as it is after the placing.
   *
   * @param {Move} move
   * @returns {{ lying: Uint8Array, placed: Uint8Array }}
   */
  moved(move) {
    const was = this.#was;
    if (!was) return { lying: this.#image, placed: this.#image };
    const thick = this.#thickened(Math.round((move.thickness / 2) * FINE));
    const from = { x: was.middleX, y: was.middleY };
    /** @type {Similarity} */
    const similarity = { scale: move.size, angle: (move.turn * Math.PI) / 180, from, to: { x: from.x + move.x, y: from.y + move.y } };
    const lying = sampled(thick, similarity);
    const extent = extentOf(laid(thick, similarity), SHEET, FINE, MARGIN);
    if (!extent || (!move.scaled && !move.centred)) return { lying, placed: lying };
    const factor = move.scaled ? was.side / extent.side : 1;
    const { to } = similarity;
    const end = move.centred ? was : { x: to.x + factor * (extent.x - to.x), y: to.y + factor * (extent.y - to.y) };
    if (Math.abs(factor - 1) < NOTHING && Math.hypot(end.x - extent.x, end.y - extent.y) < NOTHING) return { lying, placed: lying };
    // What lies at `extent` comes to `end`, `factor` times as large.
    const placing = { ...similarity, scale: move.size * factor, to: { x: end.x + factor * (to.x - extent.x), y: end.y + factor * (to.y - extent.y) } };
    return { lying, placed: move.centred ? centred(thick, placing, was) : sampled(thick, placing) };
  }

  /** @param {number} radius */
  #thickened(radius) {
    if (this.#thick?.radius !== radius) this.#thick = { radius, sheet: thickened(this.#image, radius) };
    return this.#thick.sheet;
  }
}

/** Pixels, or a share: less than this is not worth another sampling. */
const NOTHING = 0.02;

/**
 * The sampled image with its centre of mass at `end`: squares that were sampled at points miss it by a tenth of a pixel.
 *
 * @param {Uint8Array} sheet
 * @param {Similarity} similarity
 * @param {{ x: number, y: number }} end
 */
function centred(sheet, similarity, end) {
  let [image, { to }] = [sampled(sheet, similarity), similarity];
  for (let again = 0; again < 2; again++) {
    const now = extentOf(image, SIDE, 1, 0);
    if (!now || Math.hypot(end.x - now.x, end.y - now.y) < NOTHING) break;
    to = { x: to.x + end.x - now.x, y: to.y + end.y - now.y };
    image = sampled(sheet, { ...similarity, to });
  }
  return image;
}

/** @typedef {{ scale: number, angle: number, from: { x: number, y: number }, to: { x: number, y: number } }} Similarity
 * turns and scales around `from`, which comes to `to` */

/**
 * Ink grown or shrunk by a disc, on the finer grid.
 *
 * @param {ArrayLike<number>} image
 * @param {number} radius in its points; below 0 ink shrinks
 * @returns {Uint8Array} SHEET × SHEET
 */
function thickened(image, radius) {
  const sheet = new Uint8Array(SHEET * SHEET);
  for (let y = 0; y < SIDE * FINE; y++) {
    const row = (y + MARGIN * FINE) * SHEET + MARGIN * FINE;
    for (let x = 0; x < SIDE * FINE; x++) sheet[row + x] = image[Math.floor(y / FINE) * SIDE + Math.floor(x / FINE)];
  }
  if (radius === 0) return sheet;
  const reach = Math.abs(radius);
  const better = radius > 0 ? Math.max : Math.min;
  const result = Uint8Array.from(sheet);
  for (let down = -reach; down <= reach; down++) {
    const half = Math.round(Math.sqrt(reach * reach - down * down));
    for (let y = reach; y < SHEET - reach; y++) {
      for (let x = reach; x < SHEET - reach; x++) {
        const from = (y + down) * SHEET + x;
        let value = result[y * SHEET + x];
        for (let across = -half; across <= half; across++) value = better(value, sheet[from + across]);
        result[y * SHEET + x] = value;
      }
    }
  }
  return result;
}

/**
 * The 28 × 28 image of a sheet after a similarity, each pixel the mean of its finer points.
 *
 * @param {Uint8Array} sheet
 * @param {Similarity} similarity
 */
function sampled(sheet, similarity) {
  const find = finder(similarity);
  const result = new Uint8Array(SIDE * SIDE);
  for (let at = 0; at < SIDE * SIDE; at++) {
    let sum = 0;
    for (let point = 0; point < FINE * FINE; point++) {
      sum += find(sheet, (at % SIDE) + ((point % FINE) + 0.5) / FINE, Math.floor(at / SIDE) + (Math.floor(point / FINE) + 0.5) / FINE);
    }
    result[at] = Math.round(sum / (FINE * FINE));
  }
  return result;
}

/**
 * The same on the finer grid, with the margin around it.
 *
 * @param {Uint8Array} sheet
 * @param {Similarity} similarity
 */
function laid(sheet, similarity) {
  const find = finder(similarity);
  const result = new Uint8Array(SHEET * SHEET);
  for (let at = 0; at < result.length; at++) {
    result[at] = find(sheet, ((at % SHEET) + 0.5) / FINE - MARGIN, (Math.floor(at / SHEET) + 0.5) / FINE - MARGIN);
  }
  return result;
}

/**
 * @param {Similarity} similarity
 * @returns {(sheet: Uint8Array, x: number, y: number) => number} what has come to a place, in pixels of the image;
 *   between the finer points the mean of the nearest four, by their nearness
 */
function finder({ scale, angle, from, to }) {
  const [cosine, sine] = [Math.cos(angle) / scale, Math.sin(angle) / scale];
  return (sheet, x, y) => {
    const [across, down] = [x - to.x, y - to.y];
    const column = (from.x + cosine * across + sine * down + MARGIN) * FINE - 0.5;
    const row = (from.y - sine * across + cosine * down + MARGIN) * FINE - 0.5;
    const [left, top] = [Math.floor(column), Math.floor(row)];
    if (left < 0 || top < 0 || left >= SHEET - 1 || top >= SHEET - 1) return 0;
    const [right, below, at] = [column - left, row - top, top * SHEET + left];
    const upper = sheet[at] + right * (sheet[at + 1] - sheet[at]);
    const lower = sheet[at + SHEET] + right * (sheet[at + SHEET + 1] - sheet[at + SHEET]);
    return upper + below * (lower - upper);
  };
}

/**
 * @param {ArrayLike<number>} ink of `side` × `side` points
 * @param {number} side
 * @param {number} fine points for a pixel
 * @param {number} margin pixels before the first of the image
 * @returns {Extent | null} null: there is no ink
 */
function extentOf(ink, side, fine, margin) {
  let [mass, x, y, most] = [0, 0, 0, 0];
  for (let at = 0; at < side * side; at++) {
    const value = ink[at];
    mass += value;
    x += value * ((at % side) + 0.5);
    y += value * (Math.floor(at / side) + 0.5);
    if (value > most) most = value;
  }
  if (mass === 0) return null;
  const strong = Math.min(127.5, most);
  let [left, right, top, bottom] = [side, -1, side, -1];
  for (let at = 0; at < side * side; at++) {
    if (ink[at] < strong) continue;
    const [column, row] = [at % side, Math.floor(at / side)];
    left = Math.min(left, column);
    right = Math.max(right, column);
    top = Math.min(top, row);
    bottom = Math.max(bottom, row);
  }
  return {
    side: (Math.max(right - left, bottom - top) + 1) / fine,
    x: x / mass / fine - margin,
    y: y / mass / fine - margin,
    middleX: (left + right + 1) / 2 / fine - margin,
    middleY: (top + bottom + 1) / 2 / fine - margin,
  };
}
