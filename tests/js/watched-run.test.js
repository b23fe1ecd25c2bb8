// What a page watches of a run: little, and all that its charts show once somebody sees them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { RunSubscription } from "../../static/js/run/subscriptions.js";
import { WatchedRun } from "../../static/js/run/watched-run.js";

const QUEUED = { type: "RunQueued", seq: 1, name: "A", recipe: {}, place: 1, time: 0 };
const STEPS = { type: "Steps", seq: 3, step: [1, 2], loss: [0.5, 0.25], accuracy: [0.5, 1], learning_rate: [1, 1], gradient_norm: [1, 1], milliseconds: [1, 2] };
const SAVED = { type: "CheckpointSaved", seq: 4, step: 2, epoch: 1 };

/** A stream that keeps what is asked of it, and sends what a test says. */
function watching() {
  /** @type {{ run: string, types: string[], onEvent: (event: any) => void, ended: boolean }[]} */
  const asked = [];
  const add = (/** @type {string} */ run, /** @type {any} */ options) => {
    const one = { run, ...options, ended: false };
    asked.push(one);
    return () => (one.ended = true);
  };
  const stream = /** @type {any} */ ({ watchRun: add, watchLive: (/** @type {any} */ options) => add("live", options) });
  const painter = { add: (/** @type {() => void} */ paint) => paint };
  return { asked, watched: new WatchedRun(stream, painter), last: () => asked[asked.length - 1] };
}

test("nothing but kept models is watched until somebody sees the charts, then all of it once more", () => {
  const { asked, watched, last } = watching();
  /** @type {string[]} */
  const heard = [];
  watched.subscribe(({ type }) => heard.push(type));
  watched.charted = true;
  assert.deepEqual(asked, [], "nobody is asked about no run");
  watched.charted = false;
  watched.name = "a";
  assert.deepEqual(last().types, ["CheckpointSaved"]);
  last().onEvent(SAVED);
  assert.equal(watched.at.run, "a");
  watched.charted = true;
  assert.ok(asked[0].ended);
  assert.ok(["RunQueued", "Steps", "CheckpointSaved"].every((type) => last().types.includes(type)));
  for (const event of [QUEUED, STEPS, SAVED]) last().onEvent(event);
  assert.deepEqual(heard, ["CheckpointSaved", "RunQueued", "Steps", "CheckpointSaved"]);
  assert.deepEqual([...watched.at.metrics.loss.view], [0.5, 0.25]);
  watched.charted = false;
  watched.charted = true;
  assert.equal(asked.length, 2, "what was asked for once goes on");
  watched.name = "b";
  assert.equal(watched.at.metrics.loss.length, 0);
  watched.name = "";
  assert.ok(asked.every(({ ended }) => ended));
});

test("of the newest run the charts show whichever that is", () => {
  const { watched, last } = watching();
  watched.charted = true;
  watched.name = "live";
  for (const event of [QUEUED, STEPS]) last().onEvent({ ...event, run: "a" });
  last().onEvent({ ...QUEUED, run: "b" });
  assert.equal(watched.at.run, "b");
  assert.equal(watched.at.metrics.loss.length, 0);
});

test("what an earlier subscription to the same run had on its way does not hide the beginning", () => {
  /** @type {number[]} */
  const taken = [];
  const subscription = new RunSubscription("a", { types: ["RunQueued", "Steps", "CheckpointSaved"], onEvent: ({ seq }) => taken.push(seq) });
  subscription.take(/** @type {any} */ (SAVED));
  subscription.receive({ type: "Ended", run: "a", seq: 4 });
  assert.ok(subscription.open);
  for (const event of [QUEUED, STEPS, SAVED]) subscription.take(/** @type {any} */ (event));
  assert.deepEqual(taken, [1, 3, 4]);
});
