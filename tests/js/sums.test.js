import assert from "node:assert/strict";
import { test } from "node:test";
import { sumTerms } from "../../static/js/ink/sum-terms.js";
import { mistakes } from "../../static/js/run/mistakes.js";
import { random } from "./random.js";

test("the terms of a logit add up to it as it is shown elsewhere", () => {
  const next = random(9);
  for (let i = 0; i < 200; i++) {
    const pixels = Float64Array.from({ length: 784 }, () => (next() - 0.5) * next());
    const bias = next() - 0.5;
    const logit = pixels.reduce((sum, value) => sum + value, bias);
    const { terms, sum } = sumTerms({ logit, pixels, units: new Float64Array(0) });
    assert.deepEqual(terms.map(({ of }) => of), ["three", "seven", "bias"]);
    assert.ok(terms[0].value >= 0 && terms[1].value <= 0);
    const shown = terms.reduce((cents, { value }) => cents + Math.round(value * 100), 0);
    assert.equal(Math.round(sum * 100), shown);
    assert.equal(sum.toFixed(2), (Math.round(logit * 100) / 100).toFixed(2));
    assert.ok(Math.abs(terms[2].value - bias) <= 0.0151);
  }
});

test("without pixels of their own the units are the terms", () => {
  const { terms, sum } = sumTerms({ logit: 1, pixels: null, units: Float64Array.of(2, -1, -0.25) });
  assert.deepEqual(terms.map(({ value }) => value), [2, -1.25, 0.25]);
  assert.equal(sum, 1);
});

test("what is misread comes with the surest first, and all of it is counted", () => {
  const logits = [2, -3, 0, 0, 4, -0.5];
  const labels = [3, 3, 3, 7, 7, 7];
  const { count, worst } = mistakes(logits, labels, 2);
  assert.equal(count, 3); // an undecided 3 is read as a 7
  assert.deepEqual(worst, [
    { index: 4, label: 7, logit: 4 },
    { index: 1, label: 3, logit: -3 },
  ]);
  assert.deepEqual(mistakes([1], [3], 5), { count: 0, worst: [] });
});
