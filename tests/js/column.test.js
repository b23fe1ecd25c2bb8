import assert from "node:assert/strict";
import { test } from "node:test";
import { Column, lowerBound } from "../../static/js/run/column.js";
import { random, whole } from "./random.js";

test("a column keeps everything that was appended, through any number of growths", () => {
  const next = random(1);
  const column = new Column();
  /** @type {(number | null)[]} */
  const plain = [];
  while (plain.length < 50_000) {
    const values = Array.from({ length: whole(next, 0, 5000) }, () => (next() < 0.1 ? null : next()));
    if (next() < 0.5) column.append(values);
    else for (const value of values) column.push(value);
    plain.push(...values);
    assert.equal(column.length, plain.length);
  }
  assert.deepEqual([...column.view], plain.map((value) => value ?? NaN));
});

test("what is not there is no number", () => {
  const column = new Column();
  assert.ok(Number.isNaN(column.at(0)) && Number.isNaN(column.at(-1)));
  column.append([4, 5]);
  assert.deepEqual([-3, -2, -1, 0, 1, 2].map((i) => column.at(i)), [NaN, 4, 5, 4, 5, NaN]);
});

test("a cleared column begins anew", () => {
  const column = new Column();
  column.append([1, 2, 3]);
  column.clear();
  column.push(7);
  assert.deepEqual([...column.view], [7]);
});

test("the lower bound parts what is below a value from what is not", () => {
  for (let seed = 1; seed <= 200; seed++) {
    const next = random(seed);
    const ascending = Array.from({ length: whole(next, 0, 40) }, () => whole(next, -9, 9)).sort((a, b) => a - b);
    const value = whole(next, -10, 10);
    const at = lowerBound(ascending, value);
    assert.ok(ascending.slice(0, at).every((each) => each < value));
    assert.ok(ascending.slice(at).every((each) => each >= value));
  }
});
