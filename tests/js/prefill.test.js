import assert from "node:assert/strict";
import { test } from "node:test";
import { asking, asksForRecipe, prefill, presetOf, recipeQuery } from "../../static/js/forms/prefill.js";
import { TEXTBOOK } from "../../static/js/run/recipe-words.js";
import { random, whole } from "./random.js";

const measured = { lowest: 0.9, mean: 0.95, highest: 0.99 };
/** @type {import("../../static/js/forms/prefill.js").Preset[]} */
const presets = [
  { name: "textbook", title: "Textbook", description: "", recipe: { ...TEXTBOOK }, measured },
  { name: "linear", title: "One layer", description: "", recipe: { ...TEXTBOOK, model: "linear" }, measured },
];
/** @type {import("../../static/js/forms/prefill.js").Schemas} */
const schemas = {
  model: { type: "string", enum: ["simple_net", "linear", "two_linear"] },
  hidden: { type: "integer", minimum: 1, maximum: 256 },
  activation: { type: "string", enum: ["relu", "tanh", "sigmoid", "none"] },
  loss: { type: "string", enum: ["mnist_loss", "bce", "accuracy"] },
  optimizer: { type: "string", enum: ["sgd", "momentum", "adam"] },
  learning_rate: { type: "number", exclusiveMinimum: 0, maximum: 1000 },
  batch_size: { type: "integer", minimum: 1, maximum: 12_396 },
  epochs: { type: "integer", minimum: 1, maximum: 1000 },
  seed: { type: "integer", minimum: 0 },
  augment: { type: "boolean" },
  invert: { type: "number", minimum: 0, maximum: 1 },
  freeze: { type: "boolean" },
  hold_out: { type: "boolean" },
  device: { type: "string", enum: ["auto", "cpu", "cuda", "mps"] },
};
const known = { presets, schemas };

/** @param {string} query */
function of(query) {
  return prefill(new URLSearchParams(query), known);
}

test("a preset and what is changed in it", () => {
  const { preset, texts, problems, unknown } = of("preset=linear&hidden=64&learning_rate=0,05&augment=yes&loss=bce");
  assert.equal(preset.title, "One layer");
  assert.deepEqual(texts, { hidden: "64", loss: "bce", learning_rate: "0,05", augment: "true" });
  assert.deepEqual(problems, {});
  assert.equal(unknown, "");
});

test("without a preset it is the first, and other parameters of the page are left alone", () => {
  const { preset, texts, unknown } = of("hidden=64&present&pace=slow");
  assert.equal(preset.name, "textbook");
  assert.deepEqual(texts, { hidden: "64" });
  assert.equal(unknown, "");
});

test("what is no preset, no field or no choice is told; numbers are for their fields to judge", () => {
  const { preset, texts, problems, unknown } = of("preset=nonsense&loss=hinge&augment=perhaps&colour=red&hidden=many");
  assert.equal(preset.name, "textbook");
  assert.deepEqual(texts, { hidden: "many" });
  assert.deepEqual(problems, { loss: "“hinge” is none of these.", augment: "“perhaps” is neither on nor off." });
  assert.equal(unknown, "There is no preset “nonsense”; “Textbook” is filled in. A recipe has no “colour”.");
  assert.ok(of(`preset=${"x".repeat(5000)}`).unknown.length < 200);
});

test("whether an address is about a recipe", () => {
  for (const [query, asks] of /** @type {[string, boolean][]} */ ([["", false], ["present", false], ["preset=", true], ["seed=1", true]])) {
    assert.equal(asksForRecipe(new URLSearchParams(query), Object.keys(schemas)), asks, query);
  }
});

test("a recipe comes back from its address", () => {
  const next = random(5);
  for (let i = 0; i < 300; i++) {
    const recipe = {
      ...TEXTBOOK,
      hidden: whole(next, 1, 256),
      learning_rate: Number((next() * 10 ** whole(next, -5, 3)).toPrecision(4)),
      augment: next() < 0.5,
      loss: /** @type {const} */ (["mnist_loss", "bce", "accuracy"])[whole(next, 0, 2)],
    };
    const { preset, texts, unknown } = prefill(new URLSearchParams(recipeQuery(recipe, presets[i % 2])), known);
    const read = { ...preset.recipe, ...texts };
    assert.equal(unknown, "");
    for (const [field, value] of Object.entries(recipe)) assert.equal(String(read[/** @type {"seed"} */ (field)]), String(value), field);
  }
});

test("a preset is known by its recipe, whatever the seed, and is asked for by name", () => {
  const recipe = { ...presets[1].recipe, seed: 7 };
  assert.equal(presetOf(recipe, presets)?.name, "linear");
  assert.deepEqual(asking(recipe, presets[1]), { preset: "linear", seed: 7 });
  assert.equal(presetOf({ ...recipe, hidden: 3 }, presets), undefined);
});
