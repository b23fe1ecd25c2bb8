import assert from "node:assert/strict";
import { test } from "node:test";
import { newer } from "../../static/js/shell/live-pill.js";

/** @typedef {import("../../static/js/wire.js").Run} Run */

/** @param {Partial<Run>} fields @returns {Run} */
function run(fields) {
  return /** @type {Run} */ ({ id: "a", state: "running", origin: "person", started: 1, seq: 1, ...fields });
}

test("of runs that train the one that started last is shown", () => {
  const first = run({});
  const second = run({ id: "b", started: 2 });
  assert.equal(newer(newer(null, first), second), second);
  assert.equal(newer(newer(null, second), first), second);
});

test("a run that is over, waits or belongs to a lesson does not come to be shown", () => {
  for (const fields of [{ state: "finished" }, { state: "queued" }, { origin: "lesson" }]) {
    assert.equal(newer(null, run(/** @type {Partial<Run>} */ (fields))), null);
  }
});

test("what became of a run stays until another one trains", () => {
  const ended = run({ state: "finished", seq: 9 });
  assert.equal(newer(run({}), ended), ended);
  assert.equal(newer(ended, run({ seq: 5 })), ended, "an older answer");
  const following = run({ id: "b", started: 0.5 });
  assert.equal(newer(ended, following), following);
});
