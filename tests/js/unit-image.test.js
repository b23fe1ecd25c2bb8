import assert from "node:assert/strict";
import { test } from "node:test";
import { colourLimit, paintUnit } from "../../static/js/weights/unit-image.js";
import { random, whole } from "./random.js";

/** @param {number[]} values @param {number} units @param {number} [scale] */
function weights(values, units, scale = 0.01) {
  const [height, width] = [1, values.length / units];
  const unknown = { output_bias: null, bias: null, output_weight: null };
  const common = { type: /** @type {const} */ ("Weights"), run: "", seq: 1, step: 0, units, height, width, scale };
  return { ...common, ...unknown, values: Int8Array.from(values) };
}

test("the limit leaves at most two in a thousand products beyond it, and is one of them", () => {
  for (let seed = 1; seed <= 30; seed++) {
    const next = random(seed);
    const units = whole(next, 1, 8);
    const values = Array.from({ length: units * 500 }, () => whole(next, -127, 127));
    const output = Array.from({ length: units }, () => next() * 4 - 2);
    const limit = colourLimit(weights(values, units), output);
    const products = values.map((value, i) => Math.abs(value * 0.01 * output[Math.floor(i / 500)]));
    const beyond = products.filter((product) => product > limit * (1 + 1e-9)).length;
    assert.ok(beyond <= products.length * 0.002);
    assert.ok(products.some((product) => Math.abs(product - limit) < 1e-9));
  }
});

test("weights that are all zero have a limit to divide by", () => {
  assert.equal(colourLimit(weights([0, 0, 0, 0], 2), [1, 1]), 1);
});

test("colour is the product of weight and output weight, held to the scale's ends", () => {
  const palette = Uint32Array.from({ length: 255 }, (_, i) => i);
  /** @type {Uint32Array[]} */
  const painted = [];
  const context = {
    createImageData: (/** @type {number} */ w, /** @type {number} */ h) => ({ data: new Uint8ClampedArray(w * h * 4) }),
    putImageData: (/** @type {{data: Uint8ClampedArray}} */ { data }) => painted.push(new Uint32Array(data.buffer)),
  };
  const canvas = /** @type {CanvasRenderingContext2D} */ (/** @type {unknown} */ (context));
  const frame = weights([9, 9, 9, 0, 64, -127], 2, 0.01);
  paintUnit(canvas, frame, 1, { outputWeight: -1, limit: 1.27, palette });
  paintUnit(canvas, frame, 1, { outputWeight: 9, limit: 1.27, palette });
  assert.deepEqual(painted.map((pixels) => [...pixels].map((pixel) => pixel - 127)), [[0, -64, 127], [0, 127, -127]]);
});
