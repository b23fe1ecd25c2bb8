import assert from "node:assert/strict";
import { test } from "node:test";
import { meaning, speaksFor } from "../../static/js/weights/unit-words.js";

/** @import { Recipe } from "../../static/js/wire.js" */

/** @param {number[] | null} output @param {Recipe["model"]} [model] @param {Recipe["activation"]} [activation] */
function store(output, model = "simple_net", activation = "relu") {
  const units = output && { bias: output.map(() => 0), output_weight: output };
  return { units, recipe: { model, activation } };
}

test("a unit speaks for the digit of its output weight's sign", () => {
  assert.deepEqual([0, 1, 2].map((unit) => speaksFor(store([2, -2, 0]), unit)), ["3", "7", "3"]);
  assert.equal(speaksFor(store(null), 0), null);
  assert.equal(speaksFor(store([1], "linear"), 0), null);
});

test("every unit is placed by its loudness, whatever its sign, and ordinals read as English", () => {
  const output = Array.from({ length: 113 }, (_, i) => (i % 2 ? -1 : 1) * (200 - i));
  const places = output.map((_, unit) => /it is the (\S+) loudest/.exec(meaning(store(output), unit))?.[1]);
  assert.deepEqual(places.slice(0, 4), ["1st", "2nd", "3rd", "4th"]);
  assert.deepEqual([10, 11, 12, 20, 21, 22, 100, 110, 111, 112].map((unit) => places[unit]), [
    "11th", "12th", "13th", "21st", "22nd", "23rd", "101st", "111th", "112th", "113th",
  ]); // prettier-ignore
});

test("one that is hardly heard is not given a voice", () => {
  assert.match(meaning(store([1, 0.09]), 1), /hardly hears it/);
  assert.match(meaning(store([1, 0.11]), 1), /only speak for a 3: ink on blue/);
  assert.match(meaning(store([1, -0.5]), 1), /only speak for a 7: ink on orange/);
});

test("how loud a unit is depends on its weights too", () => {
  assert.match(meaning(store([1, 0.5]), 1, [0.2, 3]), /it is the 1st loudest/);
  assert.match(meaning(store([1, 0.5]), 0, [0.2, 3]), /2nd loudest: the verdict hardly hears it/);
});

test("what a unit can say depends on the bend", () => {
  assert.match(meaning(store([1, -1], "simple_net", "none"), 0), /no bend.*both ways/);
  assert.match(meaning(store([1, -1], "simple_net", "tanh"), 0), /both ways, and never louder/);
  assert.match(meaning(store([1, -1], "simple_net", "sigmoid"), 1), /only speak for a 7.*towards silence/);
});

test("without a ReLU a unit speaks both ways, and a linear model is one picture", () => {
  assert.match(meaning(store([1, -1], "two_linear"), 0), /both ways/);
  assert.match(meaning(store([1], "linear"), 0), /whole model/);
  assert.equal(meaning(store(null), 0), "");
});
