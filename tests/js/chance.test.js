import assert from "node:assert/strict";
import { test } from "node:test";
import { chance } from "../../static/js/ink/chance.js";

test("no probability is rounded to a certainty", () => {
  assert.deepEqual([1, 0.99999, 0.9991, 0.999, 0.5, 0.001, 0.0009, 0].map((each) => chance(each)), ["> 99.9\u00a0%", "> 99.9\u00a0%", "> 99.9\u00a0%", "99.9\u00a0%", "50.0\u00a0%", "0.1\u00a0%", "< 0.1\u00a0%", "< 0.1\u00a0%"]);
  assert.equal(chance(NaN), "–");
});

test("one from rounded weights says so, where it is not a bound anyway", () => {
  assert.deepEqual([0.25, 0.9999].map((each) => chance(each, { about: true })), ["≈ 25.0\u00a0%", "> 99.9\u00a0%"]);
});
