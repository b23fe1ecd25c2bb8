import assert from "node:assert/strict";
import { test } from "node:test";
import { costWords, linkedKeep, nearest, stopsOf } from "../../static/js/ink/how-sure.js";

const CURVE = { kept: [0.5, 0.9, 0.99, 1], let_through: [0, 0.0004, 0.014, 0.134], usual: 0.99 };

test("a threshold is said in hundreds of what it refuses and takes", () => {
  assert.equal(costWords(CURVE, 0), "So set, it refuses 50 of 100 of MNIST’s test 3s and 7s, and takes none of 100 other digits for one.");
  assert.equal(costWords(CURVE, 1), "So set, it refuses 10 of 100 of MNIST’s test 3s and 7s, and takes less than 0.1 of 100 other digits for one.");
  assert.equal(costWords(CURVE, 2), "So set, it refuses 1 of 100 of MNIST’s test 3s and 7s, and takes 1.4 of 100 other digits for one.");
  assert.equal(costWords(CURVE, 3), "So set, it refuses none of 100 of MNIST’s test 3s and 7s, and takes 13 of 100 other digits for one.");
});

test("the nearest threshold that is known stands for any other", () => {
  assert.deepEqual([0, 0.5, 0.94, 0.96, 0.992, 2].map((keep) => nearest(CURVE.kept, keep)), [0, 0, 1, 2, 2, 3]);
});

test("of an address only shares that can be kept are taken", () => {
  assert.equal(linkedKeep(new URLSearchParams("keep=0.98")), 0.98);
  for (const text of ["", "keep=", "keep=x", "keep=0.4", "keep=1.1", "keep=NaN", "keep=Infinity"]) assert.equal(linkedKeep(new URLSearchParams(text)), undefined);
});

test("the slider stops most often where most changes, and at both ends", () => {
  const stops = stopsOf({ ...CURVE, kept: Array.from({ length: 101 }, (_, at) => 0.5 + at / 200) });
  assert.deepEqual(stops.slice(0, 3), [100, 99, 98]);
  assert.deepEqual(stops.slice(-3), [10, 5, 0]);
  assert.ok(stops.every((stop, at) => at === 0 || stop < stops[at - 1]));
  assert.deepEqual(stopsOf(CURVE), [3, 2, 1, 0]);
});
