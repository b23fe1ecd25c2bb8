import assert from "node:assert/strict";
import { test } from "node:test";
import { ticksOf } from "../../static/js/lessons/graph.js";
import { read } from "../../static/js/lessons/state.js";

test("an address gives values of the kinds that a lesson has, and nothing else", () => {
  const defaults = { rate: 0.1, loss: "bce", shuffled: true };
  const query = new URLSearchParams("rate=3e1&loss=mnist_loss&shuffled=false&epochs=7");
  assert.deepEqual(read(defaults, query), { rate: 30, loss: "mnist_loss", shuffled: false });
  assert.deepEqual(read(defaults, new URLSearchParams("rate=fast&shuffled=maybe")), {});
  assert.deepEqual(read(defaults, new URLSearchParams("rate=&shuffled=")), {});
});

test("an axis is labelled at round numbers within its ends", () => {
  assert.deepEqual(ticksOf({ min: 0.4, max: 1, label: "" }, 4), [0.4, 0.6, 0.8, 1]);
  assert.deepEqual(ticksOf({ min: -1, max: 1, label: "" }, 4), [-1, -0.5, 0, 0.5, 1]);
  assert.deepEqual(ticksOf({ min: 0.001, max: 300, scale: "log", label: "" }, 9), [0.001, 0.01, 0.1, 1, 10, 100]);
  assert.equal(ticksOf({ min: 1e-6, max: 1e6, scale: "log", label: "" }, 4).length, 4);
  assert.deepEqual(ticksOf({ min: 0, max: 1, label: "", ticks: [0.5] }, 4), [0.5]);
  assert.deepEqual(ticksOf({ min: 0.01945, max: 0.02055, label: "" }, 2), [0.0195, 0.02, 0.0205]); // one tells no distance
});
