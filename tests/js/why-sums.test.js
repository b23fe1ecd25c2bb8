// A logit as a sum over units.

import assert from "node:assert/strict";
import { test } from "node:test";
import { apartOf, unitTerms } from "../../static/js/drawn/why-sums.js";

test("what is shown adds up to the logit as it is shown elsewhere", () => {
  const digits = (/** @type {number} */ value) => Math.round(100 * value);
  for (const number of [1, 8, 9, 30]) {
    const speaking = Array.from({ length: number }, (_, unit) => ({ unit, adds: (unit % 2 ? -1 : 1) * (3.3333 - unit / 10) }));
    const logit = speaking.reduce((sum, { adds }) => sum + adds, 0.126);
    const { loudest, these, quieter, rest, bias, total } = unitTerms(speaking, 0.126, logit);
    assert.deepEqual([loudest.length, quieter], [Math.min(8, number), Math.max(0, number - 8)]);
    assert.equal(loudest.reduce((sum, { adds }) => sum + digits(adds), 0), digits(these));
    assert.equal(digits(these) + digits(rest) + digits(bias), digits(total));
    assert.equal(digits(total), digits(logit));
    assert.ok(Math.abs(bias - 0.126) < 0.05);
  }
});

test("nothing speaks", () => {
  assert.deepEqual(unitTerms([], -0.004, -0.004), { loudest: [], these: 0, quieter: 0, rest: 0, bias: 0, total: 0 });
});

test("network and baseline pull apart where their signs differ", () => {
  assert.deepEqual(apartOf([2, -1, 3, 0], [-1, -1, 0, 5]), [2, 0, 0, 0]);
});
