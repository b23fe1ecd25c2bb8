import assert from "node:assert/strict";
import { test } from "node:test";
import { leastMissed, mostOff, Switches } from "../../static/js/lessons/switching.js";

/** Three units over four digits: the first decides, the second says nothing, the third is wrong about the last digit. */
const of = { pushes: Float64Array.of(1, 1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 3), bias: 0, threes: Uint8Array.of(1, 1, 0, 0) };

test("switching a unit changes what it pushes, and back", () => {
  const switches = new Switches(of);
  assert.equal(switches.right, 3);
  switches.set(2, false);
  switches.set(2, false);
  assert.equal(switches.right, 4);
  assert.equal(switches.count, 2);
  switches.set(0, false);
  assert.equal(switches.right, 2);
  switches.set(0, true);
  assert.deepEqual([...switches.logits], [1, 1, -1, -1]);
});

test("of units that are missed alike that goes first without which the loss is less, wherever it stands", () => {
  const [right, less] = [[2, -2], [1, -1]]; // both read rightly; without the second the loss is less
  const bias = 0;
  const threes = Uint8Array.of(1, 0);
  assert.deepEqual(leastMissed({ pushes: Float64Array.of(...right, ...less), bias, threes }).order, [1, 0]);
  assert.deepEqual(leastMissed({ pushes: Float64Array.of(...less, ...right), bias, threes }).order, [0, 1]);
});

test("the units that are missed least go first", () => {
  const { order, accuracy } = leastMissed(of);
  assert.deepEqual(order, [2, 1, 0]);
  assert.deepEqual(accuracy, [0.75, 1, 1, 0.5]);
  assert.equal(mostOff({ order, accuracy }, 0.75), 2);
  assert.equal(mostOff({ order, accuracy }, 0.5), 3);
  assert.equal(mostOff({ order, accuracy }, 1), 2);
  assert.equal(mostOff({ order, accuracy: [0.5, 0.9, 0.4] }, 1), -1);
});
