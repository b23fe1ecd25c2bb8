import assert from "node:assert/strict";
import { test } from "node:test";

import { detail, headline } from "../../static/js/run/headline.js";
import { RunAt } from "../../static/js/run/run-at.js";
import { RunLog } from "../../static/js/run/run-log.js";

/** @import { RunEvent } from "../../static/js/wire.js" */

/** @param {object[]} events */
function runOf(...events) {
  const log = new RunLog("run");
  events.forEach((event, at) => log.apply(/** @type {RunEvent} */ (/** @type {unknown} */ ({ seq: at + 1, ...event }))));
  return new RunAt(log);
}

const queued = { type: "RunQueued", run: "run", name: "mine", recipe: { model: "linear" }, place: 1 };
const started = { type: "RunStarted", run: "run", name: "mine", recipe: { model: "linear" } };
const lost = { type: "WorkerLost", step: 412, checkpoint: 392, reason: "The worker process was killed by signal 9 (SIGKILL).", time: 1 };

test("a run that lost its worker says so until another goes on", () => {
  const waits = runOf(queued, started, lost);
  assert.equal(headline(waits), "Its worker was lost.");
  assert.equal(detail(waits), "Another goes on after step 412.");
  assert.ok(waits.active);
  const goesOn = runOf(queued, started, lost, { type: "WorkerReplaced", step: 412, device_name: "CPU", time: 2 });
  assert.equal(headline(goesOn), "Learning with a single layer.");
  const stopped = runOf(queued, started, lost, { type: "RunStopped", step: 412, summary: {}, time: 2 });
  assert.equal(headline(stopped), "Stopped after step 412.");
});

test("a run that lost its worker while it paused still pauses", () => {
  const paused = runOf(queued, started, { type: "RunPaused", step: 412 }, lost, { type: "WorkerReplaced", step: 412, device_name: "CPU", time: 2 });
  assert.equal(headline(paused), "Paused after step 412.");
});

test("what learns is said in few words", () => {
  /** @param {object} recipe */
  const learning = (recipe) => headline(runOf({ ...queued, recipe }, { ...started, recipe }));
  assert.equal(learning({ model: "simple_net", hidden: 30 }), "Learning with 30 hidden units.");
  assert.equal(learning({ model: "simple_net", hidden: 1 }), "Learning with 1 hidden unit.");
  assert.equal(learning({ model: "two_linear", hidden: 128 }), "Learning without a bend.");
});
