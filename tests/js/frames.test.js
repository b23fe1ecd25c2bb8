import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeFrame } from "../../static/js/run/frames.js";

const VALUES = [0, 1, 127, -127, -1, 5];

/** A frame of one unit of 2 × 3 pixels, as docs/protocol.md lays it out. @param {1 | 2} version */
function frame(version) {
  const head = version === 1 ? 24 : 44 + 8;
  const view = new DataView(new ArrayBuffer(head + VALUES.length));
  [..."W37"].forEach((letter, i) => view.setUint8(i, letter.charCodeAt(0)));
  view.setUint8(3, version);
  const at = version === 1 ? 4 : 20;
  if (version === 2) [..."run9"].forEach((letter, i) => view.setUint8(4 + i, letter.charCodeAt(0)));
  view.setUint32(at, 70_000, true);
  view.setUint32(at + 4, 4_000_000_000, true);
  [1, 2, 3, 0].forEach((value, i) => view.setUint16(at + 8 + 2 * i, value, true));
  const floats = version === 1 ? [0.5] : [0.5, -0.75, 1.5, -2.5];
  floats.forEach((value, i) => view.setFloat32(at + 16 + 4 * i, value, true));
  VALUES.forEach((value, i) => view.setInt8(head + i, value));
  return view.buffer;
}

const COMMON = { type: "Weights", seq: 70_000, step: 4_000_000_000, units: 1, height: 2, width: 3, scale: 0.5 };

test("a frame of version 2 names its run and what its units are worth", () => {
  assert.deepEqual(decodeFrame(frame(2)), {
    ...COMMON,
    run: "run9",
    output_bias: -0.75,
    bias: new Float32Array([1.5]),
    output_weight: new Float32Array([-2.5]),
    values: new Int8Array(VALUES),
  });
});

test("a frame of version 1 has the weights alone", () => {
  const unknown = { run: "", output_bias: null, bias: null, output_weight: null };
  assert.deepEqual(decodeFrame(frame(1)), { ...COMMON, ...unknown, values: new Int8Array(VALUES) });
});

test("text is JSON", () => {
  assert.deepEqual(decodeFrame('{"seq":1,"type":"RunPaused","step":3}'), { seq: 1, type: "RunPaused", step: 3 });
  assert.throws(() => decodeFrame("{"), SyntaxError);
});

test("no part of a frame is taken for one", () => {
  for (const version of /** @type {const} */ ([1, 2])) {
    const whole = frame(version);
    for (let length = 0; length < whole.byteLength; length++) {
      assert.throws(() => decodeFrame(whole.slice(0, length)), TypeError);
    }
  }
});

test("a later version is refused rather than misread", () => {
  const later = new Uint8Array(frame(2));
  later[3] = 3;
  assert.throws(() => decodeFrame(later.buffer), /not a weights frame/);
});
