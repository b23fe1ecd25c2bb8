import assert from "node:assert/strict";
import { test } from "node:test";
import { vectorOf } from "../../static/js/model/kept-model.js";
import { Digits } from "../../static/js/model/digits.js";
import { networkOfVector } from "../../static/js/model/network.js";
import { unitPushes, unitSums } from "../../static/js/model/unit-sums.js";

/** @param {Record<string, number[]>} tensors */
function file(tensors) {
  /** @type {Record<string, object>} */
  const head = { __metadata__: { step: "1" } };
  let at = 0;
  for (const [name, values] of Object.entries(tensors)) {
    head[name] = { dtype: "F32", shape: [values.length], data_offsets: [at, at + 4 * values.length] };
    at += 4 * values.length;
  }
  const words = new TextEncoder().encode(JSON.stringify(head));
  const bytes = new Uint8Array(8 + words.length + at);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(words.length), true);
  bytes.set(words, 8);
  bytes.set(new Uint8Array(Float32Array.from(Object.values(tensors).flat()).buffer), 8 + words.length);
  return bytes.buffer;
}

const two = { "0.bias": [0.5, -3], "0.weight": Array.from({ length: 2 * 784 }, (_, i) => (i < 784 ? 0.01 : -0.02)), "2.bias": [0.25], "2.weight": [2, -4] };
const bytes = new Uint8Array(2 * 784).fill(255, 0, 100).fill(51, 800, 900);
const digits = new Digits(Uint8Array.of(3, 7), bytes);

test("a kept model is the network that it was", () => {
  const network = networkOfVector(vectorOf(file(two)), { model: "simple_net", activation: "relu" });
  assert.equal(network.units, 2);
  const expected = 0.25 + 2 * (0.5 + 100 * Math.fround(0.01)); // the other unit is silent
  assert.ok(Math.abs(network.logit(digits.image(0)) - expected) < 1e-9);
});

test("no piece of a file is taken for a whole one", () => {
  const whole = file(two);
  for (const length of [0, 7, 9, whole.byteLength - 1]) assert.throws(() => vectorOf(whole.slice(0, length)));
});

test("the pushes of units and the last bias add up to the logit", () => {
  for (const activation of /** @type {const} */ (["relu", "none", "tanh", "sigmoid"])) {
    const network = networkOfVector(vectorOf(file(two)), { model: "simple_net", activation });
    const pushes = unitPushes(network, unitSums(network, digits.lit));
    for (let i = 0; i < digits.count; i++) {
      const logit = pushes[i] + pushes[digits.count + i] + network.outputBias;
      assert.ok(Math.abs(logit - network.logit(digits.image(i))) < 1e-9);
    }
  }
});
