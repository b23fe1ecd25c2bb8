import assert from "node:assert/strict";
import { test } from "node:test";
import { RunStore } from "../../static/js/run/run-store.js";

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
  const store = new RunStore();
  store.apply(picture(1, -2));
  store.apply(epoch(2, 3));
  assert.deepEqual(store.units, { bias: [-2], output_weight: [-2] });
  store.apply(picture(3, 4));
  assert.deepEqual(store.units, { bias: [4], output_weight: [4] });
});

test("a picture of an older log is coloured by the last epoch's", () => {
  for (const unknown of [null, NaN]) {
    const store = new RunStore();
    store.apply(picture(1, unknown));
    assert.equal(store.units, null);
    store.apply(epoch(2, 3));
    store.apply(picture(3, unknown));
    assert.deepEqual(store.units, { bias: [3], output_weight: [3] });
  }
});

test("of events that are held back the last of each type is told, at the latest before the next event", () => {
  const store = new RunStore();
  /** @type {number[]} */
  const told = [];
  store.subscribe(({ seq }) => told.push(seq));
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
