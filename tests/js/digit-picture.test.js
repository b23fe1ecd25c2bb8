import assert from "node:assert/strict";
import { test } from "node:test";

import { digitPaths } from "../../static/js/ink/digit-picture.js";

test("a digit's pixels are rectangles, those of equal grey as one path", () => {
  const pixels = new Uint8Array(784);
  pixels.fill(255, 28 + 3, 28 + 6);
  pixels[2 * 28] = 255;
  pixels[2 * 28 + 1] = 128;
  assert.deepEqual(digitPaths(pixels), [
    { opacity: 0.5, path: "M1 2h1v1H1z" },
    { opacity: 1, path: "M3 1h3v1H3zM0 2h1v1H0z" },
  ]);
});

test("what is nearly empty has no path", () => {
  assert.deepEqual(digitPaths(new Uint8Array(784).fill(7)), []);
});
