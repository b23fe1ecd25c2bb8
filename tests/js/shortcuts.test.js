import assert from "node:assert/strict";
import { test } from "node:test";
import { keyNames, matches, writes } from "../../static/js/shell/shortcuts.js";

const act = () => {};

/** @param {string} key @param {string} code @param {object} [held] */
function press(key, code, held) {
  return { key, code, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, repeat: false, ...held };
}

test("a letter is meant by what it writes, on a layout of another script by where it lies", () => {
  const present = { key: "f", words: "", act };
  assert.ok(matches(present, press("f", "KeyF")));
  assert.ok(matches(present, press("F", "KeyF")), "with caps lock");
  assert.ok(matches(present, press("f", "KeyU")), "on Dvorak or Neo");
  assert.ok(!matches(present, press("u", "KeyF")));
  assert.ok(matches(present, press("а", "KeyF")), "on a Russian layout");
  for (const held of ["ctrlKey", "metaKey", "altKey", "shiftKey"]) assert.ok(!matches(present, press("f", "KeyF", { [held]: true })), held);
});

test("a sign is meant however the layout writes it", () => {
  const keys = { key: "?", words: "", act };
  assert.ok(matches(keys, press("?", "Slash", { shiftKey: true })));
  assert.ok(matches(keys, press("?", "Minus", { shiftKey: true })), "on a German layout");
  assert.ok(!matches(keys, press("/", "Slash")));
});

test("a key by position is the same on every layout", () => {
  const undo = { code: "KeyZ", control: true, words: "", act };
  assert.ok(matches(undo, press("y", "KeyZ", { ctrlKey: true })), "on a German layout");
  assert.ok(matches(undo, press("z", "KeyZ", { metaKey: true })), "on a Mac");
  assert.ok(!matches(undo, press("z", "KeyZ")));
  assert.ok(!matches(undo, press("Z", "KeyZ", { ctrlKey: true, shiftKey: true })), "that is redo");
});

test("only a key that writes a sign by itself can be switched off", () => {
  for (const shortcut of [{ key: "f" }, { key: "?" }, { code: "KeyF" }]) assert.ok(writes({ ...shortcut, words: "", act }));
  for (const shortcut of [{ key: " " }, { key: "ArrowRight" }, { code: "Space" }, { code: "KeyZ", control: true }]) {
    assert.ok(!writes({ ...shortcut, words: "", act }));
  }
});

test("keys are called as they are printed", () => {
  assert.deepEqual(keyNames({ key: " ", words: "", act }), ["Space"]);
  assert.deepEqual(keyNames({ key: "f", words: "", act }), ["F"]);
  assert.deepEqual(keyNames({ key: "ArrowRight", shift: true, words: "", act }), ["Shift", "→"]);
  assert.deepEqual(keyNames({ code: "KeyZ", control: true, words: "", act }), ["Ctrl", "Z"]);
  assert.deepEqual(keyNames({ code: "KeyZ", control: true, words: "", act }, true), ["⌘", "Z"]);
});
