import assert from "node:assert/strict";
import { test } from "node:test";
import { networkOfFrame } from "../../static/js/model/network.js";

/** @param {number} scale @returns {import("../../static/js/wire.js").Weights} */
function picture(scale) {
  return {
    type: "Weights", run: "", seq: 1, step: 0, scale, units: 1, height: 28, width: 28, output_bias: 0.5,
    bias: Float32Array.of(1), output_weight: Float32Array.of(2), values: new Int8Array(784).fill(1),
  }; // prettier-ignore
}

test("parts that look at one picture share its network, and those before it are let go", () => {
  const recipe = {};
  const first = picture(0.5);
  const network = networkOfFrame(first, recipe);
  assert.ok(network !== null && networkOfFrame(first, recipe) === network);
  assert.ok(networkOfFrame(first, { activation: "tanh" }) !== network);
  for (let i = 0; i < 4; i++) networkOfFrame(picture(i), recipe);
  assert.ok(networkOfFrame(first, recipe) !== network);
  assert.equal(network.logit(new Float32Array(784)), 2.5);
});

test("a picture of an older log has no network", () => {
  assert.equal(networkOfFrame({ ...picture(1), bias: null }, {}), null);
  assert.equal(networkOfFrame({ ...picture(1), output_bias: NaN }, {}), null);
});
