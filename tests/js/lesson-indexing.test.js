import assert from "node:assert/strict";
import { test } from "node:test";
import { cut, indexOf, placesOf, readIndex, shapeOf, whole } from "../../static/js/lessons/indexing.js";

const SHAPE = [1010, 28, 28];

/** @param {string} text */
function shape(text) {
  const { selection, problem } = readIndex(text, SHAPE);
  return selection ? shapeOf(selection) : problem;
}

test("numbers take an axis away, colons and slices keep it", () => {
  assert.deepEqual(shape("stack"), SHAPE);
  assert.deepEqual(shape("stack[5]"), [28, 28]);
  assert.deepEqual(shape("stack[5, :, 14]"), [28]);
  assert.deepEqual(shape("stack[5, :, 14:15]"), [28, 1]);
  assert.deepEqual(shape("stack[5, 9, 14]"), []);
  assert.deepEqual(shape("stack[5][9][14]"), []);
  assert.deepEqual(shape("stack[::100, 4:24:3, -8:]"), [11, 7, 8]);
  assert.deepEqual(shape("stack[..., 0]"), [1010, 28]);
  assert.deepEqual(shape("5, :"), [28, 28]);
  assert.deepEqual(shape("[5,]"), [28, 28]);
  assert.deepEqual(shape("stack[20:10]"), [0, 28, 28]);
});

test("slices of slices count from where they begin", () => {
  const { selection } = readIndex("stack[10:20][2:9:3][1]", SHAPE);
  assert.deepEqual(selection?.[0], { from: 15, step: 1, count: 1, kept: false });
});

test("places are those of the numbers in memory", () => {
  const places = (/** @type {string} */ text, most = 9999) => placesOf(readIndex(text, SHAPE).selection ?? [], SHAPE, most);
  assert.deepEqual(places("stack[5, 9, 14]"), [5 * 784 + 9 * 28 + 14]);
  assert.deepEqual(places("stack[-1, -1, -1]"), [1010 * 784 - 1]);
  assert.deepEqual(places("stack[0, 1:3, ::14]"), [28, 42, 56, 70]);
  assert.deepEqual(places("stack[3:3]"), []);
  assert.deepEqual(places("stack", 3), [0, 1, 2]);
});

test("a selection is written as one would, and read again as the same", () => {
  for (const text of ["stack", "stack[5]", "stack[5, :, 14]", "stack[:, 14, 14]", "stack[5, 4:24, ::2]", "stack[1:1000:7]", "stack[3:9]", "stack[4:, 2]"]) {
    const { selection } = readIndex(text, SHAPE);
    assert.ok(selection, text);
    const again = indexOf(selection, SHAPE);
    assert.deepEqual(readIndex(again, SHAPE).selection, selection, `${text} as ${again}`);
  }
  assert.equal(indexOf(cut(whole(SHAPE), 2, 7), SHAPE), "stack[:, :, 7]");
  assert.equal(indexOf(readIndex("stack[0, ::2, 5:30:5]", SHAPE).selection ?? [], SHAPE), "stack[0, ::2, 5::5]");
  assert.equal(indexOf(readIndex("stack[-1][2][3]", SHAPE).selection ?? [], SHAPE), "stack[1009, 2, 3]");
});

test("what cannot be read is told how to be written", () => {
  for (const [text, words] of [["", "Write an index"], ["stack[5", "between brackets"], ["stack[five]", "“five” is no number"], ["stack[5,,3]", "an entry is missing"], ["stack[]", "an entry is missing"], [`stack[${"1".repeat(300)}]`, "At most 200"]]) {
    assert.match(String(shape(text)), new RegExp(words), text);
  }
});
