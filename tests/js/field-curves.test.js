import assert from "node:assert/strict";
import { test } from "node:test";
import { ACTIVATIONS, descent, LOSSES, sampled, valleyHeight, valleyPath } from "../../static/js/forms/field-curves.js";
import { FIELDS, whyOff } from "../../static/js/forms/field-words.js";

test("every choice of an activation, a loss and an optimiser can be drawn", () => {
  assert.deepEqual(Object.keys(ACTIVATIONS), Object.keys(FIELDS.activation.options ?? {}));
  assert.deepEqual(Object.keys(LOSSES), Object.keys(FIELDS.loss.options ?? {}));
  for (const optimizer of Object.keys(FIELDS.optimizer.options ?? {})) {
    const path = valleyPath(optimizer);
    assert.ok(valleyHeight(path[path.length - 1]) < valleyHeight(path[0]) / 4, optimizer);
  }
});

test("a loss is small where the network is rightly sure, and only accuracy has no slope", () => {
  for (const [name, loss] of Object.entries(LOSSES)) {
    assert.ok(loss(8) < 0.01, name);
    assert.ok(loss(-8) > 0.9, name);
    assert.equal(loss(3) === loss(3.1), name === "accuracy");
  }
  assert.deepEqual(sampled((x) => 2 * x, 0, 2, 3), [[0, 0], [1, 2], [2, 4]]);
});

test("in the valley that is drawn, small rates creep, larger ones come down, too large ones climb out", () => {
  const end = (/** @type {number} */ rate) => Math.abs(descent(rate).at(-1) ?? NaN);
  assert.ok(end(0.001) > 2.9);
  assert.ok(end(1) < 1);
  assert.ok(end(9.9) < 3);
  assert.ok(end(10.1) > 3);
  assert.ok(descent(1000).length < 10);
});

test("a field that makes no difference says why", () => {
  assert.equal(whyOff("hidden", "linear"), "One layer has no hidden units.");
  assert.equal(whyOff("hidden", "two_linear"), null);
  assert.ok(whyOff("activation", "two_linear"));
  assert.ok(whyOff("freeze", "linear"));
  assert.equal(whyOff("freeze", "two_linear"), null);
  assert.equal(whyOff("activation", "simple_net"), null);
  assert.equal(whyOff("seed", "linear"), null);
});
