import assert from "node:assert/strict";
import { test } from "node:test";
import { pick } from "../../static/js/plot/buckets.js";
import { random, whole } from "./random.js";

/** Ranges of random values, some missing. */
function* cases() {
  for (let seed = 1; seed <= 200; seed++) {
    const next = random(seed);
    const values = Float64Array.from({ length: whole(next, 1, 3000) }, () => (next() < 0.1 ? NaN : next()));
    const from = whole(next, 0, values.length - 1);
    const to = whole(next, from, values.length);
    const wanted = values.map((_, i) => i).filter(() => next() < 0.01);
    yield { values, from, to, buckets: whole(next, 1, 60), wanted: [...wanted] };
  }
}

test("what is picked ascends, lies in the range and is bounded by the buckets", () => {
  for (const { values, from, to, buckets, wanted } of cases()) {
    const picked = pick(values, from, to, buckets, wanted);
    picked.forEach((index, i) => assert.ok(index >= from && index < to && (i === 0 || index > picked[i - 1])));
    assert.ok(picked.length <= buckets * 4 + wanted.length);
  }
});

test("the ends, the lowest and the highest value of the range are always kept", () => {
  for (const { values, from, to, buckets } of cases()) {
    if (to === from) continue;
    const picked = pick(values, from, to, buckets);
    assert.deepEqual([picked[0], picked.at(-1)], [from, to - 1]);
    const seen = (/** @type {number[]} */ indices) => indices.map((i) => values[i]).filter((v) => !Number.isNaN(v));
    const all = seen(Array.from({ length: to - from }, (_, i) => from + i));
    assert.equal(Math.max(...seen(picked)), Math.max(...all));
    assert.equal(Math.min(...seen(picked)), Math.min(...all));
  }
});

test("what is wanted is kept where it is visible", () => {
  for (const { values, from, to, buckets, wanted } of cases()) {
    const picked = new Set(pick(values, from, to, buckets, wanted));
    for (const index of wanted) assert.equal(picked.has(index), index >= from && index < to);
  }
});

test("a spike of one step is drawn however few the pixels are", () => {
  const flat = new Float64Array(100_000).fill(0.5);
  for (const at of [0, 1, 33_333, 99_998, 99_999]) {
    const values = flat.slice();
    values[at] = 9;
    assert.ok(pick(values, 0, values.length, 10).includes(at));
  }
});

test("few points are all kept", () => {
  assert.deepEqual(pick(new Float64Array(9), 2, 7, 3), [2, 3, 4, 5, 6]);
  assert.deepEqual(pick(new Float64Array(0), 0, 0, 3), []);
});
