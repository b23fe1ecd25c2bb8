import assert from "node:assert/strict";
import { test } from "node:test";
import { boardItems, boardWords, entryWords, lowest, points } from "../../static/js/lessons/board.js";
import { keyOf, parametersOf, priceOf, tooMuch } from "../../static/js/lessons/budget.js";

const TEXTBOOK = /** @type {const} */ ({
  model: "simple_net", hidden: 30, activation: "relu", loss: "mnist_loss", optimizer: "sgd",
  learning_rate: 0.1, batch_size: 256, epochs: 40, augment: false,
});
const LIMITS = { budget: 1_000_000, steps: 20_000, epochs: 100, images: 10_358 };

/** @param {object} [fields] @returns {any} */
function entry(fields = {}) {
  return {
    id: "a", name: null, recipe: TEXTBOOK, price: 943_240, predicted: 0.98, state: "tested", validation: [0.98, 0.97, 0.99], score: 0.98,
    test: [0.99, 0.985, 0.98], tested: 0.985, rank: 1, frontier: true, failed: null, lesson: false, runs: [], place: null, ...fields,
  };
}

test("a recipe's price", () => {
  assert.equal(parametersOf({ model: "linear", hidden: 30 }), 785);
  assert.equal(parametersOf({ model: "two_linear", hidden: 1 }), 787);
  assert.equal(priceOf(TEXTBOOK), 943_240);
});

test("what is too much is said with its limit", () => {
  assert.equal(tooMuch(TEXTBOOK, LIMITS), "");
  assert.equal(tooMuch({ ...TEXTBOOK, epochs: 43 }, LIMITS), "13,983 more than there is: take fewer epochs or fewer units.");
  assert.match(tooMuch({ ...TEXTBOOK, batch_size: 16 }, LIMITS), /25,920 steps with each seed, at most 20,000/);
  assert.equal(tooMuch({ ...TEXTBOOK, model: "linear", epochs: 101 }, LIMITS), "At most 100 epochs.");
});

test("recipes that train the same have one key", () => {
  const linear = /** @type {const} */ ({ ...TEXTBOOK, model: "linear" });
  assert.equal(keyOf(linear), keyOf({ ...linear, hidden: 3, activation: "tanh" }));
  assert.ok(keyOf(TEXTBOOK) !== keyOf({ ...TEXTBOOK, hidden: 3 }));
});

test("how far a score is from what was expected", () => {
  assert.equal(points(0.98, 0.98), "exactly that");
  assert.equal(points(0.9812, 0.98), "0.12 points more");
  assert.equal(points(0.97, 0.98), "1.00 points less");
});

test("each state in words", () => {
  const now = { done: 0.5, expected: 0.97, of: 3 };
  assert.equal(entryWords(entry({ state: "queued", place: 2 }), now), "It waits for its turn, at place 2 of those that do.");
  assert.equal(entryWords(entry({ state: "training" }), now), "It trains with three seeds: 50\u00a0% of all steps.");
  assert.match(entryWords(entry(), now), /^Score 98\.00\u00a0%.* You expected 97\.00\u00a0%: it is 1\.00 points more\. On the digits kept apart it reads 98\.50\u00a0%.*: 0\.50 points more\.$/);
  assert.match(entryWords(entry({ state: "tested", score: null, validation: [null, 0.98, null] }), now), /^No score: its numbers overflowed with seeds 0 and 2, and the middle one of three counts/);
  assert.match(entryWords(entry({ state: "failed", failed: "Its runs were stopped." }), now), /^Its runs were stopped\. It has no score/);
});

test("marks, stairs and the prediction", () => {
  const entries = [entry(), entry({ id: "b", price: 785, score: 0.96, tested: null }), entry({ id: "c", score: null, frontier: false })];
  const items = boardItems(entries, { own: new Set(["b"]), expected: 0.975, price: 7850 });
  const [stairs] = items;
  assert.deepEqual(stairs.kind === "line" && stairs.points, [[785, 0.96], [943_240, 0.96], [943_240, 0.98]]);
  const dots = items.flatMap((item) => (item.kind === "dots" ? item.points : []));
  assert.deepEqual(dots, [[943_240, 0.985], [943_240, 0.98], [785, 0.96], [7850, 0.975]]);
  assert.match(boardWords(/** @type {any} */ ({ entries })), /^2 entries have a score; the best is 98\.00\u00a0% for 943,240\. .*: 96\.00\u00a0% for 785, 98\.00\u00a0% for 943,240\.$/);
});

test("the axis begins below what is shown, and not at what would press all others flat", () => {
  assert.equal(lowest([entry()], 0.951), 0.95);
  assert.equal(lowest([entry({ score: 0.5, tested: null })], null), 0.96);
});
