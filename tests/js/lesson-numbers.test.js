import assert from "node:assert/strict";
import { test } from "node:test";
import { equalSign, numberOf } from "../../static/js/lessons/numbers.js";

const two = (/** @type {number} */ value) => value.toFixed(2).replace("-", "−");

test("rounded numbers that add up are equal, others about equal", () => {
  assert.equal(equalSign("3.58", 1.23 + 2.35, two), "=");
  assert.equal(equalSign("3.58", 1.23 + 2.34, two), "≈");
  assert.equal(equalSign("−0.25", numberOf("−1.25") + numberOf("1.00"), two), "=");
});

test("a number is read as it is printed", () => {
  assert.equal(numberOf("−1.5e−7"), -1.5e-7);
  assert.equal(numberOf("+0.125"), 0.125);
});
