import assert from "node:assert/strict";
import { test } from "node:test";
import { paceAsked, paceSeconds, paceTitle, samePace, PACES } from "../../static/js/forms/pace-value.js";

/** @param {string} what @param {number | string | null} value */
function asked(what, value) {
  return paceAsked({ type: "Controlled", what, value });
}

test("what a log's controls asked for", () => {
  for (const { pace } of PACES) assert.deepEqual(asked("pace", pace), { pace });
  assert.deepEqual(asked("steps_per_second", 20), { steps_per_second: 20 });
  assert.deepEqual(asked("steps_per_second", null), { pace: "full" });
  assert.equal(asked("learning_rate", 20), null);
  assert.equal(paceAsked({ type: "RunStarted" }), null);
});

test("paces are told apart", () => {
  assert.ok(samePace({ pace: "watch" }, { pace: "watch" }));
  assert.ok(samePace({ steps_per_second: 2 }, { steps_per_second: 2 }));
  assert.ok(!samePace({ pace: "watch" }, { pace: "slow" }));
  assert.ok(!samePace({ pace: "watch" }, { steps_per_second: 2 }));
  assert.ok(!samePace({ steps_per_second: 3 }, { steps_per_second: 2 }));
});

test("in words", () => {
  assert.equal(paceTitle({ pace: "full" }), "Full speed");
  assert.equal(paceTitle({ steps_per_second: 1 }), "1 step a second");
  assert.equal(paceTitle({ steps_per_second: 0.5 }), "0.5 steps a second");
});

test("how long so many steps take", () => {
  assert.equal(paceSeconds({ pace: "full" }, 1960), null);
  assert.equal(paceSeconds({ pace: "slow" }, 1960), 490);
  assert.equal(paceSeconds({ steps_per_second: 10 }, 1960), 196);
  /** @type {[number, number][]} sums over 1 / app.learning.pace.watch(step) */
  const told = [[0, 0], [1, 0.25], [30, 7.5], [100, 11.31], [211, 12.61], [1960, 26.06], [2050, 26.71], [15_495, 93.96], [500_000, 2516.48]];
  for (const [steps, seconds] of told) {
    const found = paceSeconds({ pace: "watch" }, steps) ?? NaN;
    assert.ok(Math.abs(found - seconds) < 0.02, `${steps} steps: ${found}`);
  }
  let before = 0;
  for (const steps of [0, 1, 29, 30, 31, 200, 210, 211, 1999, 2000, 2001, 2100, 2101, 10_000, 500_000]) {
    const seconds = paceSeconds({ pace: "watch" }, steps) ?? NaN;
    assert.ok(seconds >= before, String(steps));
    before = seconds;
  }
});
