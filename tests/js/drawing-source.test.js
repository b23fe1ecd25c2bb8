import assert from "node:assert/strict";
import { test } from "node:test";
import { asFractions } from "../../static/js/ink/drawing-source.js";

test("a drawing's image comes as fractions, computed once for each image", () => {
  const drawing = { image: /** @type {number[] | null} */ (null), subscribe: () => () => {} };
  const source = asFractions(drawing);
  assert.equal(source.image, null);
  drawing.image = [0, 51, 255];
  assert.deepEqual([...(source.image ?? [])], [0, Math.fround(0.2), 1]);
  assert.ok(source.image === source.image);
  drawing.image = [255];
  assert.deepEqual([...(source.image ?? [])], [1]);
  drawing.image = null;
  assert.equal(source.image, null);
});
