import assert from "node:assert/strict";
import { test } from "node:test";
import { Column } from "../../static/js/run/column.js";
import { Smoothed } from "../../static/js/plot/smoothing.js";
import { random, whole } from "./random.js";

/** @param {number[]} values @param {number} weight @returns {number[]} the average by its definition: weights w^age */
function defined(values, weight) {
  return values.map((_, end) => {
    const seen = values.slice(0, end + 1).filter((value) => !Number.isNaN(value));
    const shares = seen.map((_, i) => (weight === 0 ? Number(i === seen.length - 1) : weight ** (seen.length - 1 - i)));
    const sum = shares.reduce((a, b) => a + b, 0);
    return seen.reduce((total, value, i) => total + value * shares[i], 0) / sum;
  });
}

/** @param {number[]} actual @param {number[]} expected */
function near(actual, expected) {
  assert.equal(actual.length, expected.length);
  actual.forEach((value, i) => {
    const same = Number.isNaN(value) ? Number.isNaN(expected[i]) : Math.abs(value - expected[i]) < 1e-9;
    assert.ok(same, `at ${i}: ${value}, not ${expected[i]}`);
  });
}

test("each value is the mean of all before it, the older the less, whatever pieces they come in", () => {
  for (let seed = 1; seed <= 50; seed++) {
    const next = random(seed);
    const values = Array.from({ length: 60 }, () => (next() < 0.2 ? NaN : next() * 10 - 5));
    const weight = [0, 0.5, 0.9, 0.99][seed % 4];
    const source = new Column();
    const smoothed = new Smoothed(source);
    smoothed.setWeight(weight);
    for (let at = 0; at < values.length; ) {
      const end = at + whole(next, 1, 20);
      source.append(values.slice(at, end));
      smoothed.follow();
      at = end;
    }
    near([...smoothed.column.view], defined(values, weight));
  }
});

test("another weight is as if it had been so from the start", () => {
  const source = new Column();
  source.append([1, 2, 3, 4]);
  const smoothed = new Smoothed(source);
  smoothed.setWeight(0.9);
  smoothed.follow();
  smoothed.setWeight(0.5);
  smoothed.follow();
  near([...smoothed.column.view], defined([1, 2, 3, 4], 0.5));
});

test("a source that begins anew is followed from its beginning", () => {
  const source = new Column();
  const smoothed = new Smoothed(source);
  smoothed.setWeight(0.9);
  source.append([100, 100, 100]);
  smoothed.follow();
  source.clear();
  source.append([1, 2]);
  smoothed.follow();
  near([...smoothed.column.view], defined([1, 2], 0.9));
});
