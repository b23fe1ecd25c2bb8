// A unit's weights as an image: each weight times the unit's output weight, so that colour says which way ink on that
// pixel moves the verdict while the unit is awake: blue towards a 3, orange towards a 7.

/** @typedef {import("../wire.js").Weights} Weights */

const FULL_COLOUR_SHARE = 0.998; // of all weights show as they are; the few beyond take the scale's end

/**
 * The product of weight and output weight at which colour is full.
 *
 * @param {Weights} weights
 * @param {readonly number[]} outputWeights
 */
export function colourLimit({ values, scale, units }, outputWeights) {
  const each = values.length / units;
  /** Counts of |value| by unit: 128 bins instead of a sort of all values. @type {[number, number][]} */
  const found = [];
  for (let unit = 0; unit < units; unit++) {
    const bins = new Uint32Array(129);
    for (let i = unit * each; i < (unit + 1) * each; i++) bins[Math.abs(values[i])]++;
    const strength = Math.abs(outputWeights[unit]) * scale;
    bins.forEach((number, value) => number && found.push([value * strength, number]));
  }
  found.sort((a, b) => a[0] - b[0]);
  let left = values.length * FULL_COLOUR_SHARE;
  return found.find(([, number]) => (left -= number) <= 0)?.[0] || 1;
}

/**
 * @param {CanvasRenderingContext2D} context of a canvas as wide and high as the unit
 * @param {Weights} weights
 * @param {number} unit
 * @param {{outputWeight: number, limit: number, palette: Uint32Array}} look `palette`: 255 pixels, from "towards 7" to
 *   "towards 3"
 */
export function paintUnit(context, { values, scale, height, width }, unit, { outputWeight, limit, palette }) {
  const image = context.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  const first = unit * height * width;
  const factor = (scale * outputWeight * 127) / limit;
  for (let i = 0; i < pixels.length; i++) {
    const value = Math.round(values[first + i] * factor);
    pixels[i] = palette[Math.min(127, Math.max(-127, value)) + 127];
  }
  context.putImageData(image, 0, 0);
}

/**
 * @param {number} width
 * @param {number} height
 */
export function unitCanvas(width, height) {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height, className: "unit-image" });
  const context = canvas.getContext("2d", { alpha: false });
  if (!context) throw new Error("this browser cannot draw on a canvas");
  return context;
}
