import assert from "node:assert/strict";
import { test } from "node:test";
import { movedApart } from "../../static/js/lessons/labels.js";
import { random, whole } from "./random.js";

const within = { top: 0, bottom: 200, left: 0, right: 400 };
const box = (/** @type {number} */ x, /** @type {number} */ y) => ({ x, y, width: 60, height: 12 });

test("labels that are apart stay where they are", () => {
  assert.deepEqual(movedApart([box(0, 10), box(0, 40), box(100, 10)], within), [[0, 0], [0, 0], [0, 0]]);
});

test("of labels that lie over each other the later ones move, as little as can be", () => {
  assert.deepEqual(movedApart([box(0, 50), box(10, 50)], within), [[0, 0], [0, -13]]);
  assert.deepEqual(movedApart([box(0, 50), Object.create(box(10, 50)), Object.create(box(90, 50))], within), [[0, 0], [0, -13], [0, 0]]);
  assert.deepEqual(movedApart([box(0, 50), box(10, 55), box(20, 50)], within), [[0, 0], [0, 8], [0, -13]]);
});

test("one that would have to go far up or down goes to a side", () => {
  const stack = [0, 1, 2, 3, 4].map((place) => box(100, 50 + 13 * place));
  const small = { x: 98, y: 76, width: 10, height: 12 };
  assert.deepEqual(movedApart([...stack, small], within).at(-1), [-9, 0]);
  assert.deepEqual(movedApart([...stack, small], { ...within, left: 95 }).at(-1), [0, -39]);
});

test("none leaves the graph", () => {
  assert.deepEqual(movedApart([box(0, 2), box(0, 2)], within), [[0, 0], [0, 13]]);
});

test("any few labels end up apart", () => {
  const next = random(7);
  for (let n = 0; n < 200; n++) {
    const boxes = Array.from({ length: 7 }, () => box(whole(next, 0, 100), whole(next, 0, 188)));
    const at = movedApart(boxes, within).map(([x, y], i) => ({ ...boxes[i], x: boxes[i].x + x, y: boxes[i].y + y }));
    for (const [i, one] of at.entries()) {
      for (const other of at.slice(i + 1)) {
        assert.ok(Math.abs(one.x - other.x) >= 60 || Math.abs(one.y - other.y) >= 12, JSON.stringify([one, other]));
      }
    }
  }
});
