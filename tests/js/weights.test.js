import assert from "node:assert/strict";
import { test } from "node:test";
import { loudestFirst, loudness } from "../../static/js/weights/loudness.js";
import { pictureCaption, whereItLooks } from "../../static/js/weights/picture-words.js";
import { fullColour } from "../../static/js/weights/signed-image.js";
import { legibleTiles, tileSize } from "../../static/js/weights/tile-size.js";
import { random, whole } from "./random.js";

/** @import { Recipe } from "../../static/js/wire.js" */

test("a unit is as loud as its output weight times the length of its weights", () => {
  const weights = { values: Int8Array.of(3, 4, 0, 0, -6, 8), scale: 0.5, units: 3 };
  assert.deepEqual([...loudness(weights, [-2, 9, 0.5])], [5, 0, 2.5]);
  assert.deepEqual(loudestFirst([5, 0, 2.5]), [0, 2, 1]);
  assert.deepEqual(loudestFirst([1, 2, 2]), [1, 2, 0]);
});

test("tiles are as large as all of them fit, at any number and in any box that has room for them", () => {
  const next = random(4);
  for (let i = 0; i < 300; i++) {
    const [tiles, width, height] = [whole(next, 1, 256), whole(next, 480, 900), whole(next, 400, 700)];
    const around = { gap: whole(next, 2, 8), foot: whole(next, 3, 8) };
    const fits = (/** @type {number} */ size, /** @type {number} */ columns) =>
      columns * (size + around.gap) - around.gap <= width &&
      Math.ceil(tiles / columns) * (size + around.foot + around.gap) - around.gap <= height;
    const { columns, size } = tileSize(tiles, width, height, around);
    assert.ok(fits(size, columns));
    const most = Math.floor((width + around.gap) / (size + 1 + around.gap));
    assert.ok(size === 132 || !fits(size + 1, most));
  }
});

test("in a box that is too small tiles stay visible", () => {
  assert.equal(tileSize(256, 100, 40, { gap: 3, foot: 4 }).size, 12);
  assert.deepEqual(tileSize(5, 0, 0, { gap: 3, foot: 4 }), { columns: 1, size: 12 });
});

test("where not all are legible the loudest are shown, with room after them for what opens the others", () => {
  const around = { gap: 3, foot: 4, more: 104 };
  assert.equal(legibleTiles(30, 400, 230, around).shown, 30);
  const { columns, size, shown, span } = legibleTiles(256, 324, 100, around);
  assert.deepEqual([size, columns, span], [24, 12, 4]);
  assert.equal(shown, 3 * 12 - 4);
  assert.equal(legibleTiles(256, 10, 10, around).shown, 1);
  const forFingers = { gap: 6, foot: 6, more: 104, least: 44 };
  assert.deepEqual(legibleTiles(30, 286, 330, forFingers), { columns: 5, size: 44, shown: 30, span: 1 });
  assert.deepEqual(legibleTiles(64, 286, 330, forFingers), { columns: 5, size: 44, shown: 27, span: 3 });
  assert.equal(tileSize(64, 286, 330, forFingers).size, 44);
});

test("a few outliers do not make a picture pale, and zeros can be divided by", () => {
  const values = new Float64Array(784).fill(-0.5);
  values[7] = 100;
  assert.equal(fullColour(values), 0.5);
  assert.equal(fullColour(new Float64Array(784)), 1);
  assert.equal(fullColour(Int8Array.of(0, -3)), 3);
});

test("bytes, which are counted, have the same full colour as numbers, which are sorted", () => {
  const next = random(5);
  for (let i = 0; i < 200; i++) {
    const largest = whole(next, 0, 127);
    const values = Int8Array.from({ length: whole(next, 1, 900) }, () => whole(next, -largest, largest) * whole(next, 0, 1));
    assert.equal(fullColour(values), fullColour(Float64Array.from(values)));
  }
});

test("the caption says what the sum is over", () => {
  const said = (/** @type {Recipe} */ recipe, /** @type {number | null} */ on = null) => pictureCaption({ recipe }, 30, on).join("");
  assert.match(said({}), /all 30 units/);
  assert.match(said({}, 17), /17 of 30 units/);
  assert.match(said({}, 0), /No unit/);
  assert.match(said({ model: "linear" }), /own weights/);
  assert.match(said({ model: "two_linear" }), /Without a bend/);
  assert.match(said({ activation: "tanh" }), /rough guide/);
  assert.match(pictureCaption({ recipe: {} }, 1, null).join(""), /its one unit/);
});

test("words say where a picture is blue and orange", () => {
  const picture = new Float64Array(784);
  picture[2 * 28 + 3] = 4;
  picture[25 * 28 + 14] = -2;
  assert.equal(whereItLooks(picture), "Ink speaks most for a 3 at the upper left, most for a 7 at the lower centre.");
  assert.equal(whereItLooks(new Float64Array(784)), "No pixel counts yet.");
});
