import assert from "node:assert/strict";
import { test } from "node:test";
import { networkOfFile, readTensors, vectorOf } from "../../static/js/model/safetensors.js";

/** @returns {ArrayBuffer} a linear model of zeros, as the server writes one */
function linear() {
  const header = JSON.stringify({ __metadata__: { step: "3" }, "0.weight": { dtype: "F32", shape: [1, 784], data_offsets: [0, 3136] }, "0.bias": { dtype: "F32", shape: [1], data_offsets: [3136, 3140] } });
  const made = new Uint8Array(8 + header.length + 3140);
  new DataView(made.buffer).setBigUint64(0, BigInt(header.length), true);
  made.set(new TextEncoder().encode(header), 8);
  return made.buffer;
}

test("a file of tensors is read with its names, and no piece of it is taken for a whole one", () => {
  const file = linear();
  const { tensors } = readTensors(file);
  assert.deepEqual([...tensors].map(([name, values]) => [name, values.length]), [["0.weight", 784], ["0.bias", 1]]);
  for (const length of [0, 7, 9, file.byteLength - 1]) assert.throws(() => readTensors(file.slice(0, length)));
});

test("layers follow each other, weights before biases, and make a network", () => {
  const tensors = new Map([
    ["2.bias", Float32Array.of(9)],
    ["0.bias", Float32Array.of(7)],
    ["2.weight", Float32Array.of(8)],
    ["0.weight", new Float32Array(784).fill(1)],
  ]);
  const vector = vectorOf(tensors);
  assert.deepEqual([...vector.subarray(783)], [1, 7, 8, 9]);
});

test("a model of the server's is a network", () => {
  const recipe = /** @type {import("../../static/js/wire.js").Recipe} */ ({ model: "linear" });
  const { network, step } = networkOfFile(linear(), recipe);
  assert.equal(step, 3);
  assert.equal(network.logit(new Float32Array(784)), 0);
});
