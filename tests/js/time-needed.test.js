import assert from "node:assert/strict";
import { test } from "node:test";
import { fullSpeed, imagesOf, stepsOf, timeWords, tooManySteps } from "../../static/js/forms/time-needed.js";

const limits = { images: 12_396, most: 500_000 };

test("steps of a recipe", () => {
  assert.equal(stepsOf({ epochs: 40, batch_size: 256 }, 12_396), 1960);
  assert.equal(stepsOf({ epochs: 2, batch_size: 12_396 }, 12_396), 2);
});

test("an epoch has fewer images where some are kept apart", () => {
  const known = { train_images: 12_396, held_out: 2_038 };
  assert.equal(imagesOf({ hold_out: false }, known), 12_396);
  assert.equal(imagesOf({ hold_out: true }, known), 10_358);
});

test("too many are refused with what would do", () => {
  assert.equal(tooManySteps({ epochs: 40, batch_size: 1 }, limits), "");
  const words = tooManySteps({ epochs: 50, batch_size: 1 }, limits);
  assert.equal(words, "That makes 619,800 steps; at most 500,000 are kept. Take at most 40 epochs, or larger batches.");
});

test("how long, in words", () => {
  assert.equal(timeWords(1960, { pace: "watch" }), "1,960 steps, about 26 s");
  assert.equal(timeWords(1960, { pace: "full" }), "1,960 steps, full speed: none like it has been timed here yet");
  assert.equal(timeWords(1960, { pace: "full" }, 0.0004), "1,960 steps, 0.8 s at the speed of the quickest like it here");
  assert.equal(timeWords(1, { steps_per_second: 0.5 }), "1 step, about 2.0 s");
});

test("full speed is that of the quickest run of the same size that went at it, here", () => {
  const recipe = { model: "simple_net", hidden: 30, batch_size: 256, optimizer: "sgd", augment: false, device: "auto" };
  const run = { state: "finished", step: 1000, summary: { seconds: 1 }, recipe, sweep: null, pace: null, steps_per_second: null };
  const of = (/** @type {object[]} */ ...runs) => fullSpeed(/** @type {any} */ (runs.map((other) => ({ ...run, ...other }))), /** @type {any} */ (recipe));
  assert.equal(of({}, { summary: { seconds: 2 } }), 0.001);
  assert.equal(of({ pace: "watch" }, { steps_per_second: 50 }, { sweep: "s" }, { state: "stopped" }, { summary: {} }), null);
  assert.equal(of({ recipe: { ...recipe, hidden: 31 } }), null);
  assert.equal(of({ pace: "full" }), 0.001);
});
