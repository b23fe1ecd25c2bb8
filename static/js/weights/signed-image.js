// 28 × 28 signed numbers as colours: blue where ink speaks for a 3, orange where it speaks for a 7.

const SIDE = 28;
const LEVELS = 127;
const FULL_COLOUR_SHARE = 0.995; // of the numbers show as they are; the few beyond take the scale's end

/**
 * The size at which colour is full, so that a few outliers do not make the rest pale; 1 where all numbers are 0.
 *
 * @param {ArrayLike<number>} values
 */
export function fullColour(values) {
  if (values instanceof Int8Array) return fullColourOfBytes(values);
  const sizes = Float64Array.from(values, Math.abs).sort();
  return sizes[Math.floor((sizes.length - 1) * FULL_COLOUR_SHARE)] || sizes[sizes.length - 1] || 1;
}

/**
 * The same by counting, which takes a fifth of the time: hundreds of tiles ask for it ten times a second.
 *
 * @param {Int8Array} values
 */
function fullColourOfBytes(values) {
  const counts = new Uint16Array(129);
  for (let i = 0; i < values.length; i++) counts[Math.abs(values[i])]++;
  let left = Math.floor((values.length - 1) * FULL_COLOUR_SHARE);
  let size = 0;
  while (left >= counts[size]) left -= counts[size++];
  if (size === 0) size = counts.findLastIndex((number) => number > 0);
  return size || 1;
}

/**
 * Signed numbers as pixels of a canvas.
 *
 * @param {Uint32Array} pixels are set, as many as there are
 * @param {ArrayLike<number>} values as many at least
 * @param {Uint32Array} palette 255 pixels, from "towards 7" to "towards 3"
 * @param {number} factor the number 1 becomes this share of full colour, or its opposite where negative
 */
export function paintSigned(pixels, values, palette, factor) {
  const scale = factor * LEVELS;
  for (let i = 0; i < pixels.length; i++) {
    const level = Math.round(values[i] * scale);
    pixels[i] = palette[(level > LEVELS ? LEVELS : level < -LEVELS ? -LEVELS : level) + LEVELS];
  }
}

/** A canvas that shows 784 signed numbers. */
export class SignedImage {
  #context;
  #image;
  #pixels;

  /** @param {string} className */
  constructor(className) {
    this.canvas = document.createElement("canvas");
    Object.assign(this.canvas, { width: SIDE, height: SIDE, className });
    const context = this.canvas.getContext("2d", { alpha: false });
    if (!context) throw new Error("this browser cannot draw on a canvas");
    this.#context = context;
    this.#image = context.createImageData(SIDE, SIDE);
    this.#pixels = new Uint32Array(this.#image.data.buffer);
  }

  /**
   * @param {ArrayLike<number>} values
   * @param {Uint32Array} palette
   * @param {number} factor
   */
  paint(values, palette, factor) {
    paintSigned(this.#pixels, values, palette, factor);
    this.#context.putImageData(this.#image, 0, 0);
  }
}
