import assert from "node:assert/strict";
import { test } from "node:test";
import { inkImage } from "../../static/js/ink/ink-image.js";

/** @typedef {import("../../static/js/ink/drawing.js").Stroke} Stroke */

/** @type {Stroke[]} */
const THREE = [[[2, 2], [8, 1], [9, 4], [5, 6], [9, 8], [8, 12], [2, 12]]];

test("an image is placed as MNIST's are, whatever the size and place of the strokes", () => {
  const image = inkImage(THREE);
  const larger = inkImage(THREE.map((stroke) => stroke.map(([x, y]) => /** @type {[number, number]} */ ([100 + 7 * x, 7 * y]))));
  assert.ok(image && larger);
  assert.deepEqual(image, larger);
  let [x, y, mass] = [0, 0, 0];
  image.forEach((ink, at) => {
    x += ink * (at % 28);
    y += ink * Math.floor(at / 28);
    mass += ink;
  });
  assert.ok(Math.abs(x / mass - 14) < 0.05 && Math.abs(y / mass - 14) < 0.05);
  const rows = Array.from({ length: 28 }, (_, row) => image.subarray(28 * row, 28 * row + 28).some((ink) => ink > 16));
  assert.ok(Math.abs(rows.filter(Boolean).length - 20) <= 1);
});

test("a dot is a dot, and no point is no image", () => {
  assert.equal(inkImage([]), null);
  assert.equal(inkImage([[[3, 3]]])?.[14 * 28 + 14], 255);
});
