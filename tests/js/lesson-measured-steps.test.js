import assert from "node:assert/strict";
import { test } from "node:test";
import { newestAt, shareRight, stepsBefore } from "../../static/js/lessons/measured-steps.js";

test("steps lie ever wider apart before an epoch's end, the wanted one among them", () => {
  assert.deepEqual(stepsBefore(100, 49), [1, 2, 4, 8, 16, 32, 49, 64]);
  assert.deepEqual(stepsBefore(7, 49), [1, 2, 4]);
  assert.deepEqual(stepsBefore(1, 49), []);
});

test("a digit is read rightly where its logit is on its side, and 0 is a 7", () => {
  const digits = /** @type {any} */ ({ labels: [3, 7, 3, 7], count: 4 });
  assert.equal(shareRight([1, -1, -1, 0], digits), 0.75);
});

test("the newest point is the one at the place, or the one before it", () => {
  const points = [{ x: 1 }, { x: 3 }];
  assert.equal(newestAt(points, 0.5), null);
  assert.equal(newestAt(points, 3)?.x, 3);
  assert.equal(newestAt(points, 2)?.x, 1);
});
