import assert from "node:assert/strict";
import { test } from "node:test";
import { RunAt } from "../../static/js/run/run-at.js";
import { RunLog } from "../../static/js/run/run-log.js";

/** @import { RunEvent, Weights } from "../../static/js/wire.js" */

/** @param {number} step @param {number} [worth] @returns {Weights} */
function picture(step, worth = step) {
  const own = new Float32Array([worth]);
  const shape = { units: 1, height: 1, width: 1, scale: 1, values: new Int8Array(1) };
  return { type: "Weights", seq: 1, run: "run", step, ...shape, output_bias: worth, bias: own, output_weight: own };
}

/** Ten steps, epochs of four, the rate changed after six. */
function ten() {
  const log = new RunLog("run");
  const step = Array.from({ length: 10 }, (_, i) => i + 1);
  const columns = Object.fromEntries(["loss", "accuracy", "learning_rate", "gradient_norm", "milliseconds"].map((name) => [name, step]));
  const confusion = (/** @type {number} */ right) => [[right, 10 - right], [0, 10]];
  const events = [
    { seq: 1, type: "RunQueued", run: "run", name: "ten", recipe: { learning_rate: 0.1 }, place: 1 },
    { seq: 2, type: "Steps", step, ...columns },
    ...[4, 8].map((at, epoch) => ({ seq: 3, type: "EpochEnded", epoch: epoch + 1, step: at, valid_accuracy: at / 10, confusion: confusion(at), units: null })),
    { seq: 4, type: "Controlled", what: "learning_rate", value: 0.5, step: 6 },
  ];
  for (const event of events) log.apply(/** @type {RunEvent} */ (/** @type {unknown} */ (event)));
  for (const at of [8, 0, 3, 8]) log.apply(picture(at, at));
  return new RunAt(log);
}

test("a moment has the epochs, the picture and the rate of its time", () => {
  const run = ten();
  const moments = [[0, 0, 0, 0.1], [2, 0, 0, 0.1], [3, 0, 3, 0.1], [4, 1, 3, 0.1], [6, 1, 3, 0.5], [9, 2, 8, 0.5]];
  for (const [step, epoch, picture, rate] of moments) {
    run.moveTo(step);
    assert.deepEqual([run.step, run.epoch, run.weights?.step, run.learningRate], [step, epoch, picture, rate]);
    assert.deepEqual(run.confusion?.[0][0], epoch ? 4 * epoch : undefined);
    assert.equal(run.accuracy, epoch ? (4 * epoch) / 10 : NaN);
    assert.equal(run.best, epoch ? (4 * epoch) / 10 : NaN);
  }
});

test("it follows the newest step until it is moved, and again when it is told to", () => {
  const run = ten();
  /** @type {string[]} */
  const told = [];
  run.subscribe(({ type }) => told.push(type));
  assert.equal(run.step, 10);
  run.moveTo(5);
  run.log.apply(picture(11));
  assert.deepEqual([run.live, run.step, run.weights?.step], [false, 5, 3]);
  run.moveTo(5);
  run.moveTo(null);
  assert.deepEqual([run.live, run.step, run.weights?.step], [true, 11, 11]);
  assert.deepEqual(told, ["Moved", "Weights", "Moved"]);
});

test("there is nothing before the first step or after the newest", () => {
  const run = ten();
  run.moveTo(-3);
  assert.equal(run.step, 0);
  run.moveTo(1e9);
  assert.equal(run.step, 10);
});

test("another run takes the place of one whose events are heard no more", () => {
  const run = ten();
  const before = run.log;
  run.moveTo(2);
  /** @type {string[]} */
  const told = [];
  run.subscribe(({ type }) => told.push(type));
  run.show(new RunLog("other"));
  before.apply(picture(20));
  run.log.apply(picture(1));
  assert.deepEqual([run.run, run.live, run.step], ["other", true, 1]);
  assert.deepEqual(told, ["Moved", "Weights"]);
});
