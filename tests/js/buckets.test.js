import assert from "node:assert/strict";
import { test } from "node:test";
import { Extremes, pick } from "../../static/js/plot/buckets.js";
import { random, whole } from "./random.js";

/** @param {Float64Array} values */
function extremes(values) {
  const made = new Extremes();
  made.follow(values);
  return made;
}

/** Ranges of random values, some missing. */
function* cases() {
  for (let seed = 1; seed <= 200; seed++) {
    const next = random(seed);
    const values = Float64Array.from({ length: whole(next, 1, 3000) }, () => (next() < 0.1 ? NaN : next()));
    if (next() < 0.3) values.fill(NaN, 0, whole(next, 0, values.length));
    const from = whole(next, 0, values.length - 1);
    const to = whole(next, from, values.length);
    yield { values, from, to, buckets: whole(next, 1, 60) };
  }
}

test("what is picked ascends, lies in the range and is bounded by the buckets", () => {
  for (const { values, from, to, buckets } of cases()) {
    const picked = pick(extremes(values), from, to, buckets);
    picked.forEach((index, i) => assert.ok(index >= from && index < to && (i === 0 || index > picked[i - 1])));
    assert.ok(picked.length <= buckets * 4);
  }
});

test("the ends, the lowest and the highest value of the range are always kept", () => {
  for (const { values, from, to, buckets } of cases()) {
    if (to === from) continue;
    const picked = pick(extremes(values), from, to, buckets);
    assert.deepEqual([picked[0], picked.at(-1)], [from, to - 1]);
    const seen = (/** @type {number[]} */ indices) => indices.map((i) => values[i]).filter((v) => !Number.isNaN(v));
    const all = seen(Array.from({ length: to - from }, (_, i) => from + i));
    assert.equal(Math.max(...seen(picked)), Math.max(...all));
    assert.equal(Math.min(...seen(picked)), Math.min(...all));
  }
});

test("a spike of one step is drawn however few the pixels are", () => {
  const flat = new Float64Array(100_000).fill(0.5);
  for (const at of [0, 1, 33_333, 99_998, 99_999]) {
    const values = flat.slice();
    values[at] = 9;
    assert.ok(pick(extremes(values), 0, values.length, 10).includes(at));
  }
});

test("few points are all kept", () => {
  assert.deepEqual(pick(extremes(new Float64Array(9)), 2, 7, 3), [2, 3, 4, 5, 6]);
  assert.deepEqual(pick(extremes(new Float64Array(0)), 0, 0, 3), []);
});

test("the extremes of a growing column, and of the one after it, are those of all its values", () => {
  for (let seed = 1; seed <= 50; seed++) {
    const next = random(seed);
    const kept = new Extremes();
    for (const length of [whole(next, 1, 2000), whole(next, 1, 2000)]) {
      const values = Float64Array.from({ length }, () => (next() < 0.3 ? NaN : next()));
      for (let end = 0; end < length; ) {
        end = Math.min(length, end + whole(next, 1, 300));
        kept.follow(values.subarray(0, end));
        const first = whole(next, 0, end - 1);
        const found = kept.between(first, end).map((index) => (index < 0 ? NaN : values[index]));
        const all = [...values.subarray(first, end)].filter((value) => !Number.isNaN(value));
        assert.deepEqual(found, all.length ? [Math.min(...all), Math.max(...all)] : [NaN, NaN]);
      }
    }
  }
});
