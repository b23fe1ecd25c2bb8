// The drawing moved and placed again.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Mover, UNMOVED } from "../../static/js/drawn/moving.js";
import { random as seeded } from "./random.js";

/** @import { Move } from "../../static/js/drawn/moving.js" */

const SIDE = 28;

/** @param {ArrayLike<number>} image @param {Move} move */
const moved = (image, move) => new Mover(image).moved(move);

/** A 7 of thick lines, its centre of mass somewhere near the middle. */
function seven() {
  const image = new Uint8Array(SIDE * SIDE);
  const put = (/** @type {number} */ x, /** @type {number} */ y) => (image[y * SIDE + x] = 255);
  for (let x = 7; x < 20; x++) for (const y of [5, 6, 7]) put(x, y);
  for (let y = 8; y < 24; y++) for (const x of [18, 17, 16]) put(x - Math.floor((y - 8) / 2), y);
  return image;
}

/** @param {ArrayLike<number>} image */
function centre(image) {
  let [x, y, mass] = [0, 0, 0];
  for (let at = 0; at < SIDE * SIDE; at++) {
    mass += image[at];
    x += image[at] * (at % SIDE);
    y += image[at] * Math.floor(at / SIDE);
  }
  return [x / mass, y / mass, mass];
}

/**
 * @param {ArrayLike<number>} one
 * @param {ArrayLike<number>} other
 */
function difference(one, other) {
  let sum = 0;
  for (let at = 0; at < SIDE * SIDE; at++) sum += Math.abs(one[at] - other[at]);
  return sum / (255 * SIDE * SIDE);
}

test("what is not moved comes out as it was, whatever it is", () => {
  const random = seeded(3);
  for (const image of [seven(), Uint8Array.from({ length: SIDE * SIDE }, () => Math.floor(256 * random()))]) {
    for (const [scaled, centred] of [[true, true], [true, false], [false, true], [false, false]]) {
      const { lying, placed } = moved(image, { ...UNMOVED, scaled, centred });
      assert.deepEqual(lying, image);
      assert.deepEqual(placed, image);
    }
  }
});

test("placing brings back what was shifted and scaled, and without it nothing does", () => {
  const image = seven();
  for (const move of [{ x: 5, y: -3 }, { size: 0.7 }, { size: 1.3, x: 2.5 }]) {
    const on = moved(image, { ...UNMOVED, ...move });
    const off = moved(image, { ...UNMOVED, ...move, scaled: false, centred: false });
    assert.deepEqual(on.lying, off.placed);
    assert.ok(difference(on.placed, image) < 0.03, `placed: ${difference(on.placed, image)}`);
    assert.ok(difference(off.placed, image) > 0.06, `as it lies: ${difference(off.placed, image)}`);
  }
});

test("a shift by whole pixels is exact where nothing is placed", () => {
  const image = seven();
  const { placed } = moved(image, { ...UNMOVED, x: 4, y: 2, scaled: false, centred: false });
  for (let at = 0; at < SIDE * SIDE; at++) {
    const [x, y] = [(at % SIDE) - 4, Math.floor(at / SIDE) - 2];
    assert.equal(placed[at], x < 0 || y < 0 ? 0 : image[y * SIDE + x]);
  }
});

test("the centre of mass comes back alone where only that step is on", () => {
  const image = seven();
  const [x, y, mass] = centre(image);
  const { placed } = moved(image, { ...UNMOVED, x: 6, y: 3, size: 0.8, scaled: false });
  const [nowX, nowY, nowMass] = centre(placed);
  assert.ok(Math.hypot(nowX - x, nowY - y) < 0.05);
  assert.ok(nowMass < 0.75 * mass);
});

test("a half turn twice is none, and a half turn once is the image seen from its other end", () => {
  const image = seven();
  const half = moved(image, { ...UNMOVED, turn: 180, scaled: false, centred: false }).placed;
  assert.ok(difference(half, image) > 0.1);
  assert.ok(difference(moved(half, { ...UNMOVED, turn: 180, scaled: false, centred: false }).placed, image) < 0.02);
});

test("lines become thicker and thinner, and from a thin line nothing may be left", () => {
  const image = seven();
  const ink = (/** @type {number} */ thickness) => centre(moved(image, { ...UNMOVED, thickness, scaled: false, centred: false }).placed)[2];
  assert.ok(ink(1) > 1.2 * ink(0));
  assert.ok(ink(-1) < 0.8 * ink(0));
  const { placed } = moved(Uint8Array.from(image, (_, at) => (at === 14 * SIDE + 14 ? 255 : 0)), { ...UNMOVED, thickness: -1.5 });
  assert.equal(placed.some((value) => value > 0), false);
});

test("blank stays blank", () => {
  const { placed } = moved(new Uint8Array(SIDE * SIDE), { ...UNMOVED, turn: 45, size: 1.2, thickness: 2 });
  assert.equal(placed.some((value) => value > 0), false);
});
