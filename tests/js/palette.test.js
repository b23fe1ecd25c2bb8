import assert from "node:assert/strict";
import { test } from "node:test";
import { css, divergingScale } from "../../static/js/shell/palette.js";

/** As much of a page as the palette asks: what each custom property comes out as. @param {Record<string, string>} tokens */
function page(tokens) {
  const style = { color: "", forced: "auto", setProperty: (/** @type {string} */ _, /** @type {string} */ value) => (style.forced = value) };
  const probe = { style, hidden: false, remove: () => {} };
  const name = () => probe.style.color.slice("var(".length, -1);
  const window = { getComputedStyle: () => ({ color: style.forced === "none" ? tokens[name()] : "rgb(0, 0, 0)" }) };
  const fake = { createElement: () => probe, body: { append: () => {} }, defaultView: window };
  return /** @type {Document} */ (/** @type {unknown} */ (fake));
}

const TOKENS = { "--three": "rgb(11, 98, 168)", "--seven": "rgb(176, 74, 0)", "--sunken": "rgb(238, 236, 230)" };

/** @param {number} value @param {Uint32Array} scale @returns {number[]} red, green, blue, alpha */
function at(value, scale) {
  return [...new Uint8Array(new Uint32Array([scale[value + 127]]).buffer)];
}

test("the scale runs from the seven's colour over neutral to the three's", () => {
  const scale = divergingScale(page(TOKENS));
  assert.equal(scale.length, 255);
  assert.deepEqual(at(-127, scale), [176, 74, 0, 255]);
  assert.deepEqual(at(0, scale), [238, 236, 230, 255]);
  assert.deepEqual(at(127, scale), [11, 98, 168, 255]);
});

test("each step away from neutral is darker, on both sides, and none is seen as a jump", () => {
  const scale = divergingScale(page(TOKENS));
  const light = ([red, green, blue = 0] = /** @type {number[]} */ ([])) => 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  for (const side of [-1, 1]) {
    for (let value = 1; value <= 127; value++) {
      const [before, here] = [value - 1, value].map((v) => at(side * v, scale));
      assert.ok(light(here) <= light(before));
      here.forEach((channel, i) => assert.ok(Math.abs(channel - before[i]) <= 5));
    }
  }
});

test("a colour in CSS", () => {
  assert.equal(css([1, 2, 3], 0.5), "rgb(1 2 3 / 0.5)");
});
