import assert from "node:assert/strict";
import { test } from "node:test";
import { stepsOf, timeWords, tooManySteps } from "../../static/js/forms/time-needed.js";

const limits = { images: 12_396, most: 500_000 };

test("steps of a recipe", () => {
  assert.equal(stepsOf({ epochs: 40, batch_size: 256 }, 12_396), 1960);
  assert.equal(stepsOf({ epochs: 2, batch_size: 12_396 }, 12_396), 2);
});

test("too many are refused with what would do", () => {
  assert.equal(tooManySteps({ epochs: 40, batch_size: 1 }, limits), "");
  const words = tooManySteps({ epochs: 50, batch_size: 1 }, limits);
  assert.equal(words, "That makes 619,800 steps; at most 500,000 are kept. Take at most 40 epochs, or larger batches.");
});

test("how long, in words", () => {
  assert.equal(timeWords(1960, { pace: "watch" }), "1,960 steps, about 26 s");
  assert.equal(timeWords(1960, { pace: "full" }), "1,960 steps, full speed");
  assert.equal(timeWords(1, { steps_per_second: 0.5 }), "1 step, about 2.0 s");
});
