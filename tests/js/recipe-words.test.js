import assert from "node:assert/strict";
import { test } from "node:test";

import { recipeDifferences, TEXTBOOK } from "../../static/js/run/recipe-words.js";

/** @param {import("../../static/js/wire.js").Recipe} recipe */
const words = (recipe) => recipeDifferences(recipe).map((difference) => difference.words);

test("The textbook recipe differs in nothing, whole or with fields left out", () => {
  assert.deepEqual(words(TEXTBOOK), []);
  assert.deepEqual(words({}), []);
  assert.deepEqual(words({ hidden: 30, seed: 0 }), []);
});

test("What differs is said in a few words, in one order", () => {
  assert.deepEqual(words({ seed: 3, learning_rate: 1e-3, hidden: 10, batch_size: 12396 }), [
    "10 units",
    "rate 0.001",
    "batch 12,396",
    "seed 3",
  ]);
  assert.deepEqual(words({ epochs: 1, hidden: 1, augment: true, invert: 0.25, loss: "bce", optimizer: "adam" }), [
    "1 unit",
    "cross-entropy",
    "Adam",
    "1 epoch",
    "images varied",
    "25\u00a0% inverted",
  ]);
  assert.deepEqual(words({ invert: 0.125, activation: "none" }), ["no activation", "12.5\u00a0% inverted"]);
  assert.deepEqual(words({ freeze: true }), ["hidden layer frozen"]);
});

test("What a model has no use for is not said", () => {
  assert.deepEqual(words({ model: "linear", hidden: 64, activation: "tanh", freeze: true }), ["one layer"]);
  assert.deepEqual(words({ model: "two_linear", hidden: 64, activation: "tanh" }), ["two layers, no bend", "64 units"]);
});

test("A choice that is not known yet is said as it is written", () => {
  assert.deepEqual(words(/** @type {any} */ ({ optimizer: "lion" })), ["lion"]);
});
