import assert from "node:assert/strict";
import { test } from "node:test";
import { newestAt, stepsBefore } from "../../static/js/lessons/measured-steps.js";

test("steps lie ever wider apart before an epoch's end, the wanted one among them", () => {
  assert.deepEqual(stepsBefore(100, 49), [1, 2, 4, 8, 16, 32, 49, 64]);
  assert.deepEqual(stepsBefore(7, 49), [1, 2, 4]);
  assert.deepEqual(stepsBefore(1, 49), []);
});

test("the newest point is the one at the place, or the one before it", () => {
  const points = [{ x: 1 }, { x: 3 }];
  assert.equal(newestAt(points, 0.5), null);
  assert.equal(newestAt(points, 3)?.x, 3);
  assert.equal(newestAt(points, 2)?.x, 1);
});
