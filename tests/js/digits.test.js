import assert from "node:assert/strict";
import { test } from "node:test";
import { unpackDigits } from "../../static/js/model/digits.js";
import { Network } from "../../static/js/model/network.js";
import { readAll } from "../../static/js/model/read-all.js";
import { random, whole } from "./random.js";

/** @param {number} count @param {number} [seed] */
function pack(count, seed = 1) {
  const next = random(seed);
  const bytes = new Uint8Array(16 + count * 785);
  const header = new DataView(bytes.buffer);
  header.setUint32(0, 0x01373344, true);
  header.setUint32(4, count, true);
  header.setUint16(8, 28, true);
  header.setUint16(10, 28, true);
  for (let i = 0; i < count; i++) bytes[16 + i] = next() < 0.5 ? 3 : 7;
  for (let at = 16 + count; at < bytes.length; at++) bytes[at] = next() < 0.8 ? 0 : whole(next, 1, 255);
  return bytes.buffer;
}

/** @param {number} units */
function network(units) {
  const next = random(units);
  const some = (/** @type {number} */ length) => Float32Array.from({ length }, () => next() - 0.5);
  return new Network({}, { first: some(784 * units), bias: some(units), output: some(units), outputBias: 0.25 });
}

test("a pack gives labels and images", () => {
  const data = pack(5);
  const digits = unpackDigits(data);
  assert.equal(digits.count, 5);
  assert.deepEqual([...digits.labels], [...new Uint8Array(data, 16, 5)]);
  for (let i = 0; i < 5; i++) {
    const bytes = [...new Uint8Array(data, 21 + 784 * i, 784)];
    assert.deepEqual([...digits.bytes(i)], bytes);
    assert.deepEqual([...digits.image(i)], bytes.map((value) => Math.fround(value / 255)));
  }
});

test("what is no whole pack is refused", () => {
  const data = pack(2);
  assert.throws(() => unpackDigits(new ArrayBuffer(3)), TypeError);
  assert.throws(() => unpackDigits(new ArrayBuffer(200)), TypeError);
  assert.throws(() => unpackDigits(data.slice(0, -1)), TypeError);
});

test("many digits are read as each is by itself", () => {
  const digits = unpackDigits(pack(101)); // an odd number of labels: the pixels begin at an odd byte
  const net = network(7);
  const logits = readAll(net, digits.lit);
  for (let i = 0; i < 101; i++) assert.ok(Math.abs(logits[i] - net.logit(digits.image(i))) < 1e-9);
});
