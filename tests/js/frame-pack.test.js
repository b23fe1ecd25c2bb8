import assert from "node:assert/strict";
import { test } from "node:test";
import { FrameUnpacker, unpackFrames } from "../../static/js/run/frame-pack.js";

/** @typedef {{seq: number, step: number, scale: number, outputBias: number, floats: number[], bytes: number[]}} Packed */

const UNITS = 2;
const PIXELS = 6;

/** @param {Packed[]} frames of 2 units of 2 × 3 pixels; `floats`: both biases, then both output weights */
function pack(frames) {
  const size = 16 + 8 * UNITS + UNITS * PIXELS;
  const view = new DataView(new ArrayBuffer(28 + frames.length * size));
  [..."W37Frun7"].forEach((letter, i) => view.setUint8(i, letter.charCodeAt(0)));
  [UNITS, 2, 3, 0].forEach((value, i) => view.setUint16(20 + 2 * i, value, true));
  frames.forEach(({ seq, step, scale, outputBias, floats, bytes }, i) => {
    const at = 28 + i * size;
    view.setUint32(at, seq, true);
    view.setUint32(at + 4, step, true);
    [scale, outputBias, ...floats].forEach((value, j) => view.setFloat32(at + 8 + 4 * j, value, true));
    bytes.forEach((value, j) => view.setUint8(at + 16 + 8 * UNITS + j, value));
  });
  return new Uint8Array(view.buffer);
}

/** @param {number[]} bytes @param {number} scale @param {number} [outputBias] @returns {Packed} */
function frame(bytes, scale, outputBias = 0.25) {
  return { seq: 5, step: 8, scale, outputBias, floats: [1, -2, 0.5, -0.5], bytes };
}

const HALVED = [
  frame([0, 1, 2, 3, 127, 129, 255, 254, 100, 156, 7, 0], 1),
  frame([0, 0, 0, 0, 0, 0, 0, 0, 1, 255, 128, 0], 2),
];

test("differences are to what the weight was in steps of the new scale", () => {
  const [first, second] = new FrameUnpacker().push(pack(HALVED));
  assert.deepEqual([...first.values], [0, 1, 2, 3, 127, -127, -1, -2, 100, -100, 7, 0]);
  // Halves are rounded up: 1 → 1, 3 → 2, 127 → 64, -127 → -63, -1 → 0, 7 → 4; then 50 + 1, -50 - 1, 4 - 128.
  assert.deepEqual([...second.values], [0, 1, 1, 2, 64, -63, 0, -1, 51, -51, -124, 0]);
});

test("what a scale makes larger than a value can be is expected at the limit", () => {
  const [, second] = new FrameUnpacker().push(pack([frame(Array(12).fill(100), 1), frame(Array(12).fill(0), 0.5)]));
  assert.deepEqual([...second.values], Array(12).fill(127));
});

test("each frame names its run, seq and step, and what its units are worth", () => {
  const [{ values: _, bias, output_weight, ...rest }] = new FrameUnpacker().push(pack(HALVED));
  assert.deepEqual([...(bias ?? [])], [1, -2]);
  assert.deepEqual([...(output_weight ?? [])], [0.5, -0.5]);
  const shape = { units: 2, height: 2, width: 3 };
  assert.deepEqual(rest, { type: "Weights", run: "run7", seq: 5, step: 8, scale: 1, output_bias: 0.25, ...shape });
});

test("a run logged in version 1 has no biases", () => {
  const [old] = new FrameUnpacker().push(pack([frame(Array(12).fill(1), 1, NaN)]));
  assert.deepEqual([old.output_bias, old.bias, old.output_weight], [null, null, null]);
});

test("wherever the file is cut into pieces, the same frames come out", () => {
  const whole = pack(HALVED);
  const expected = new FrameUnpacker().push(whole);
  for (let first = 0; first <= whole.length; first++) {
    for (const second of [first, Math.min(first + 1, whole.length), Math.min(first + 29, whole.length)]) {
      const unpacker = new FrameUnpacker();
      const pieces = [whole.subarray(0, first), whole.subarray(first, second), whole.subarray(second)];
      assert.deepEqual(pieces.flatMap((piece) => unpacker.push(piece)), expected);
      unpacker.end();
    }
  }
});

test("what the log lacks stands at the end, however the file is cut into pieces", async () => {
  const words = new TextEncoder().encode("record 9 is “missing”");
  const end = [...new TextEncoder().encode("W37D"), words.length, 0, ...words];
  const whole = new Uint8Array([...pack(HALVED), ...end]);
  for (let cut = 0; cut <= whole.length; cut++) {
    const unpacker = new FrameUnpacker();
    const frames = [whole.subarray(0, cut), whole.subarray(cut)].flatMap((piece) => unpacker.push(piece));
    assert.equal(frames.length, 2);
    assert.equal(unpacker.damage, "record 9 is “missing”");
    unpacker.end();
  }
  /** @type {string[]} */
  const said = [];
  const unpacked = unpackFrames(new Response(whole), (reason) => said.push(reason));
  for await (const _ of unpacked) assert.deepEqual(said, []);
  assert.deepEqual(said, ["record 9 is “missing”"]);
});

test("a file that ends too early is said to be cut off", () => {
  const whole = pack(HALVED);
  for (const length of [0, 3, 27, 29, whole.length - 1]) {
    const unpacker = new FrameUnpacker();
    unpacker.push(whole.subarray(0, length));
    assert.throws(() => unpacker.end(), /cut off/);
  }
});

test("another file is refused with its first four bytes", () => {
  assert.throws(() => new FrameUnpacker().push(new TextEncoder().encode("<htm")), /not a pack of frames/);
});

test("an answer is unpacked while it arrives", async () => {
  /** @type {ReadableStreamDefaultController<Uint8Array>} */
  let wire = /** @type {never} */ (null);
  const body = new ReadableStream({ start: (controller) => void (wire = controller) });
  const frames = unpackFrames(new Response(body));
  const whole = pack(HALVED);
  wire.enqueue(whole.subarray(0, whole.length - 1));
  assert.equal((await frames.next()).value?.scale, 1);
  wire.enqueue(whole.subarray(whole.length - 1));
  assert.equal((await frames.next()).value?.scale, 2);
  wire.close();
  assert.equal((await frames.next()).done, true);
});
