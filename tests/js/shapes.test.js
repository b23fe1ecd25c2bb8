import assert from "node:assert/strict";
import { test } from "node:test";
import { aligned, elements, readShape, strides, written } from "../../static/js/lessons/shapes.js";

test("shapes are read as people write them", () => {
  for (const text of ["2038, 28, 28", "[2038, 28, 28]", "(2038,28,28)", " 2038 × 28 × 28 "]) {
    assert.deepEqual(readShape(text).shape, [2038, 28, 28], text);
  }
  assert.deepEqual(readShape("(2038,)").shape, [2038]);
  assert.deepEqual(readShape("[]").shape, []);
  for (const text of ["2038, -1", "a", "0", "1,2,3,4,5,6,7", "1.5", "1e9"]) assert.equal(readShape(text).shape, null, text);
});

test("what fits is stretched, and what does not is refused at its axis", () => {
  assert.deepEqual(aligned([2038, 28, 28], [28, 28]).shape, [2038, 28, 28]);
  assert.deepEqual(aligned([2038, 1], [2038]).shape, [2038, 2038]);
  assert.deepEqual(aligned([], [3]).shape, [3]);
  const { axes, shape } = aligned([3, 4], [2, 4]);
  assert.equal(shape, null);
  assert.deepEqual(axes.map(({ size }) => size), [null, 4]);
  assert.deepEqual(aligned([1, 5], [4, 1]).axes.map(({ stretched }) => stretched), ["one", "other"]);
});

test("an axis that is missing on one side takes the other's size, also where that is 1", () => {
  const sizes = [null, 1, 2, 3];
  for (const one of sizes) {
    for (const other of sizes) {
      const size = one === other || (one ?? 1) === 1 || (other ?? 1) === 1 ? Math.max(one ?? 0, other ?? 0) : null;
      const shapes = [one, other].map((each) => (each === null ? [28] : [each, 28]));
      const expected = one === null && other === null ? [28] : size === null ? null : [size, 28];
      assert.deepEqual(aligned(shapes[0], shapes[1]).shape, expected, `${written(shapes[0])} and ${written(shapes[1])}`);
    }
  }
});

test("a stretched tensor takes no step along the axis, and so no memory", () => {
  assert.deepEqual(strides([28, 28], [2038, 28, 28]), [0, 28, 1]);
  assert.deepEqual(strides([2038, 1], [2038, 2038]), [1, 0]);
  assert.deepEqual(strides([2038, 28, 28], [2038, 28, 28]), [784, 28, 1]);
  assert.equal(elements([]), 1);
  assert.equal(written([2038, 1]), "[2038, 1]");
});
