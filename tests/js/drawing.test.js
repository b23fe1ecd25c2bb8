import assert from "node:assert/strict";
import { test } from "node:test";

import { Drawing } from "../../static/js/ink/drawing.js";
import { pack, unpack } from "../../static/js/ink/kept-drawing.js";
import { placeOf } from "../../static/js/ink/ink-place.js";
import { Pen } from "../../static/js/ink/pen.js";

/** @import { Point } from "../../static/js/ink/drawing.js" */

const PIXELS = Array.from({ length: 784 }, (_, i) => i % 256);
const IMAGE = Float32Array.from(PIXELS, (value) => value / 255);

/** @param {Drawing} drawing @param {Point[]} points */
function line(drawing, ...points) {
  drawing.begin(points[0]);
  drawing.extend(points.slice(1));
  drawing.finish();
}

test("a line is there while it grows, and comes back after undo", () => {
  const drawing = new Drawing();
  drawing.begin([0.1, 0.1]);
  drawing.extend([[0.5, 0.5]]);
  assert.deepEqual(drawing.strokes, [[[0.1, 0.1], [0.5, 0.5]]]);
  drawing.undo(); // not under the pen
  drawing.finish();
  line(drawing, [0.9, 0.9]);
  drawing.undo();
  assert.equal(drawing.strokes.length, 1);
  drawing.redo();
  assert.equal(drawing.strokes.length, 2);
  drawing.clear();
  assert.ok(drawing.blank);
  drawing.undo();
  assert.equal(drawing.strokes.length, 2);
});

test("a line that was not meant leaves nothing, not even in what is taken back", () => {
  const drawing = new Drawing();
  drawing.begin([0.1, 0.1]);
  drawing.abandon();
  assert.ok(drawing.blank);
  assert.equal(drawing.canUndo, false);
});

test("what a listener was given is never changed afterwards", () => {
  const drawing = new Drawing();
  drawing.begin([0, 0]);
  const before = drawing.content;
  drawing.extend([[1, 1]]);
  assert.deepEqual(before.strokes, [[[0, 0]]]);
});

test("the server's image belongs to what it was asked about", () => {
  const drawing = new Drawing();
  line(drawing, [0.1, 0.1], [0.9, 0.9]);
  assert.equal(drawing.image, null);
  drawing.saw(drawing.content, PIXELS);
  assert.deepEqual(drawing.image, IMAGE);
  drawing.begin([0.5, 0.5]);
  assert.deepEqual(drawing.image, IMAGE, "of a moment ago, as long as the line grows");
  drawing.finish();
  drawing.setPicture({ kind: "pixels", label: "a sample 3", pixels: [1, ...PIXELS.slice(1)] });
  assert.deepEqual(drawing.image?.[0], Math.fround(1 / 255), "a picture of pixels is its own image");
  drawing.clear();
  assert.equal(drawing.image, null);
  drawing.undo();
  drawing.undo();
  drawing.undo();
  assert.deepEqual(drawing.image, IMAGE, "and is known again when it comes back");
});

test("what is kept comes back as it was", () => {
  const drawing = new Drawing();
  line(drawing, [0.1234, 0], [1, 0.5]);
  line(drawing, [0.3, 0.3]);
  assert.deepEqual(unpack(pack(drawing.content, null))?.strokes, drawing.strokes);
  drawing.setPicture({ kind: "pixels", label: "a sample 3", pixels: PIXELS });
  assert.deepEqual(unpack(pack(drawing.content, null))?.picture, drawing.picture);
});

test("of a picture in a file its image is kept, once it is known", () => {
  const picture = /** @type {any} */ ({ kind: "file", label: "photo.jpg" });
  assert.equal(pack({ strokes: [], picture }, null), null);
  assert.deepEqual(unpack(pack({ strokes: [], picture }, IMAGE))?.picture, { kind: "pixels", label: "photo.jpg", pixels: PIXELS });
});

test("what is not ours is not read, and too much is not kept", () => {
  for (const text of [
    null, "", "{", "null", "[]", "7", '{"version":2,"strokes":[],"picture":null}', '{"version":1,"strokes":[[1]],"picture":null}',
    '{"version":1,"strokes":[[]],"picture":null}', '{"version":1,"strokes":[[0,10001]],"picture":null}',
    '{"version":1,"strokes":[["a","b"]],"picture":null}', '{"version":1,"strokes":[],"picture":{"label":"x","pixels":[1]}}',
    `{"version":1,"strokes":[],"picture":{"label":7,"pixels":${JSON.stringify(PIXELS)}}}`,
    JSON.stringify({ version: 1, strokes: [Array.from({ length: 2 * 20_001 }, () => 1)], picture: null }),
  ]) assert.equal(unpack(text), null, `${text}`.slice(0, 60));
  const long = Array.from({ length: 30_000 }, () => /** @type {Point} */ ([0.1234, 0.5678]));
  assert.equal(pack({ strokes: [long], picture: null }, null), null);
});

test("the image lies where its ink was drawn", () => {
  // A square of lines: 16.4 pixels from edge to edge, its middle in the middle of the fifteenth pixel.
  const square = /** @type {Point[]} */ ([[0.2, 0.3], [0.6, 0.3], [0.6, 0.7], [0.2, 0.7], [0.2, 0.3]]);
  const place = placeOf({ strokes: [square], picture: null });
  assert.ok(place);
  const pixel = 0.4 / 16.4;
  for (const [is, should] of [[place.x, 0.4 - 14.5 * pixel], [place.y, 0.5 - 14.5 * pixel], [place.side, 28 * pixel]]) {
    assert.ok(Math.abs(is - should) < 1e-4, `${is} is not ${should}`);
  }
  assert.equal(placeOf({ strokes: [[[0.5, 0.5]]], picture: null }), null, "a dot has no size");
  assert.deepEqual(placeOf({ strokes: [], picture: { kind: "pixels", label: "", pixels: PIXELS } }), { x: 0, y: 0, side: 1 });
});

/** @param {string} pointerType @param {number} pointerId @param {number} timeStamp */
function press(pointerType, pointerId, timeStamp, button = 0) {
  return { pointerType, pointerId, timeStamp, button };
}

/** @param {Pen} pen @param {ReturnType<typeof press>} by */
function stroke(pen, by) {
  const drew = pen.down(by, [0.2, 0.2]);
  pen.move(by, [[0.5, 0.5], [0.5, 0.5001], [0.8, 0.8]]);
  return drew;
}

test("one pointer draws, with its main button; points that tell nothing are left out", () => {
  const drawing = new Drawing();
  const pen = new Pen(drawing);
  assert.equal(pen.down(press("mouse", 1, 0, 2), [0, 0]), false);
  stroke(pen, press("mouse", 1, 0));
  assert.equal(stroke(pen, press("mouse", 2, 10)), false);
  pen.up(press("mouse", 2, 20));
  pen.up(press("mouse", 1, 30));
  assert.deepEqual(drawing.strokes, [[[0.2, 0.2], [0.5, 0.5], [0.8, 0.8]]]);
});

test("two fingers pinch and leave no stroke, until both are up", () => {
  const drawing = new Drawing();
  const pen = new Pen(drawing);
  const [one, two] = [press("touch", 1, 0), press("touch", 2, 120)];
  stroke(pen, one);
  assert.equal(stroke(pen, two), false);
  pen.move(one, [[0.9, 0.9]]);
  pen.up(one);
  assert.equal(stroke(pen, press("touch", 3, 200)), false, "one of them lifted and put down again");
  pen.up(two);
  pen.up(press("touch", 3, 300));
  assert.ok(drawing.blank);
  assert.equal(drawing.canUndo, false);
  assert.equal(stroke(pen, press("touch", 4, 400)), true);
});

test("a hand put down by chance takes no long line away", () => {
  const drawing = new Drawing();
  const pen = new Pen(drawing);
  stroke(pen, press("touch", 1, 0));
  stroke(pen, press("touch", 2, 900));
  pen.up(press("touch", 1, 1000));
  assert.equal(drawing.strokes.length, 1);
});

test("the pen wins over a palm that came before it, and over one that rests while it draws", () => {
  const drawing = new Drawing();
  const pen = new Pen(drawing);
  const [palm, tip] = [press("touch", 1, 0), press("pen", 2, 300)];
  stroke(pen, palm);
  assert.equal(stroke(pen, tip), true);
  pen.move(palm, [[0.1, 0.9]]);
  assert.equal(stroke(pen, press("touch", 3, 400)), false);
  pen.up(press("pen", 2, 1000));
  pen.up(palm);
  pen.up(press("touch", 3, 1050));
  assert.equal(drawing.strokes.length, 1);
  assert.equal(stroke(pen, press("touch", 4, 1500)), false, "the hand is still there");
  pen.up(press("touch", 4, 1600));
  assert.equal(stroke(pen, press("touch", 5, 3000)), true, "the pen is gone: fingers draw again");
});

test("what the system takes away was not meant", () => {
  const drawing = new Drawing();
  const pen = new Pen(drawing);
  const finger = press("touch", 1, 0);
  stroke(pen, finger);
  pen.cancel(finger);
  assert.ok(drawing.blank);
});
