// A logit as a sum over units.

import assert from "node:assert/strict";
import { test } from "node:test";
import { apartOf, unitTerms } from "../../static/js/drawn/why-sums.js";

test("what is shown adds up to what is shown", () => {
  const speaking = Array.from({ length: 30 }, (_, unit) => ({ unit, adds: (unit % 2 ? -1 : 1) * (3.3333 - unit / 10) }));
  const { loudest, these, quieter, rest, total } = unitTerms(speaking, 0.126);
  assert.deepEqual([loudest.length, quieter], [8, 22]);
  const digits = (/** @type {number} */ value) => Math.round(100 * value);
  assert.equal(loudest.reduce((sum, { adds }) => sum + digits(adds), 0), digits(these));
  assert.equal(digits(these) + digits(rest) + 13, digits(total));
  const exact = speaking.reduce((sum, { adds }) => sum + adds, 0.126);
  assert.ok(Math.abs(total - exact) < 0.06);
});

test("few units leave no quieter ones", () => {
  assert.deepEqual(unitTerms([{ unit: 3, adds: -0.004 }], 0), { loudest: [{ unit: 3, adds: 0 }], these: 0, quieter: 0, rest: 0, total: 0 });
});

test("network and baseline pull apart where their signs differ", () => {
  assert.deepEqual(apartOf([2, -1, 3, 0], [-1, -1, 0, 5]), [2, 0, 0, 0]);
});
