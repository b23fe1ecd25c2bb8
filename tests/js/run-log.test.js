import assert from "node:assert/strict";
import { test } from "node:test";
import { RunAt } from "../../static/js/run/run-at.js";
import { RunLog } from "../../static/js/run/run-log.js";

/** @import { EpochEnded, Weights } from "../../static/js/wire.js" */

/** @param {number} step @param {number | null} worth of its one unit @returns {Weights} */
function picture(step, worth) {
  const own = worth === null ? null : new Float32Array([worth]);
  const shape = { units: 1, height: 1, width: 1, scale: 1, values: new Int8Array(1) };
  return { type: "Weights", seq: step, run: "run", step, ...shape, output_bias: worth, bias: own, output_weight: own };
}

/** @param {number} step @param {number} worth @returns {EpochEnded} */
function epoch(step, worth) {
  const units = { bias: [worth], output_weight: [worth] };
  const losses = { train_loss: 0.1, valid_loss: 0.1, valid_accuracy: 0.9, milliseconds: 1 };
  return { type: "EpochEnded", run: "run", seq: step, epoch: 1, step, ...losses, confusion: [[1, 0], [0, 1]], units };
}

test("a picture is coloured by its own step's output weights", () => {
  const run = new RunAt();
  run.log.apply(picture(1, -2));
  run.log.apply(epoch(2, 3));
  assert.deepEqual(run.units, { bias: [-2], output_weight: [-2] });
  run.log.apply(picture(3, 4));
  assert.deepEqual(run.units, { bias: [4], output_weight: [4] });
});

test("a picture of an older log is coloured by the last epoch's", () => {
  for (const unknown of [null, NaN]) {
    const run = new RunAt();
    run.log.apply(picture(1, unknown));
    assert.equal(run.units, null);
    run.log.apply(epoch(2, 3));
    run.log.apply(picture(3, unknown));
    assert.deepEqual(run.units, { bias: [3], output_weight: [3] });
    run.moveTo(1);
    assert.equal(run.units, null);
  }
});

test("of events that are held back the last of each type is told, at the latest before the next event", () => {
  const store = new RunLog();
  /** @type {number[]} */
  const told = [];
  store.subscribe((change) => told.push(/** @type {EpochEnded} */ (change).seq));
  store.hold(epoch(1, 1));
  store.hold(picture(2, 2));
  store.hold(epoch(3, 3));
  assert.deepEqual(told, []);
  assert.equal(store.epochs.step.length, 2);
  store.release();
  assert.deepEqual(told, [2, 3]);
  store.release();
  store.hold(picture(4, 4));
  store.apply(epoch(5, 5));
  assert.deepEqual(told, [2, 3, 4, 5]);
  assert.equal(store.epochs.step.length, 3);
});

test("a name that a person gave it is kept, though the log with its first one comes later", () => {
  const log = new RunLog("run");
  log.rename("After");
  const queued = { type: "RunQueued", seq: 1, run: "run", name: "Before", recipe: { learning_rate: 0.1 }, place: 1 };
  log.apply(/** @type {import("../../static/js/wire.js").RunEvent} */ (/** @type {unknown} */ (queued)));
  assert.equal(log.name, "After");
});

test("the speed leaves out what a halted process or a sleeping machine took, at once and later", () => {
  const store = new RunLog();
  let [at, step] = [0, 0];
  const train = (/** @type {number} */ steps, /** @type {number} */ each) => {
    for (let i = 0; i < steps; i++) {
      const columns = { loss: [1], accuracy: [0.5], learning_rate: [0.1], gradient_norm: [1], milliseconds: [(at += each)] };
      store.apply({ type: "Steps", run: "run", seq: ++step, step: [step], ...columns });
    }
  };
  train(400, 10);
  assert.equal(Math.round(store.rate), 100);
  train(1, 15_000);
  assert.equal(Math.round(store.rate), 100, "no step took so long");
  train(1, 10);
  assert.equal(Math.round(store.rate), 100);
  train(30, 10);
  assert.equal(Math.round(store.rate), 100);
  train(3, 20_000);
  assert.equal(store.rate, 0.05, "a pace as slow as this is one");
});
