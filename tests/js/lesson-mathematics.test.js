import assert from "node:assert/strict";
import { test } from "node:test";
import { AlongWeight, allSums } from "../../static/js/lessons/along-weight.js";
import { DISTANCES, linearScores, nearness } from "../../static/js/lessons/distances.js";
import { histogramOf } from "../../static/js/lessons/graph.js";
import { Digits } from "../../static/js/model/digits.js";
import { LOSSES, slopeOf } from "../../static/js/model/gradient.js";
import { networkOfVector } from "../../static/js/model/network.js";
import { sharesRight } from "../../static/js/model/read-all.js";
import { random } from "./random.js";

const next = random(3);
const UNITS = 4;
const COUNT = 40;
const bytes = Uint8Array.from({ length: COUNT * 784 }, () => (next() < 0.8 ? 0 : Math.floor(256 * next())));
const digits = new Digits(Uint8Array.from({ length: COUNT }, (_, i) => (i % 2 ? 3 : 7)), bytes);

test("along a weight every digit is read as by the network that has it", () => {
  const vector = Float64Array.from({ length: UNITS * 786 + 1 }, () => next() - 0.5);
  for (const [unit, pixel, change] of [[0, 300, 0.7], [3, 401, -2], [2, 5, 0]]) {
    const along = new AlongWeight(allSums(networkOfVector(vector, { model: "simple_net", activation: "relu" }), digits), unit, pixel);
    const changed = vector.slice();
    changed[unit * 784 + pixel] += change;
    const network = networkOfVector(changed, { model: "simple_net", activation: "relu" });
    const logits = Array.from({ length: COUNT }, (_, i) => network.logit(digits.image(i)));
    logits.forEach((logit, i) => assert.ok(Math.abs(along.logit(i, change) - logit) < 1e-5));
    const right = logits.filter((z, i) => z > 0 === (digits.labels[i] === 3)).length / COUNT;
    assert.equal(along.at(change).accuracy, right);
    const loss = logits.reduce((sum, z, i) => sum + 1 / (1 + Math.exp(digits.labels[i] === 3 ? z : -z)), 0) / COUNT;
    assert.ok(Math.abs(along.at(change).loss - loss) < 1e-6);
    assert.equal(along.flipped(0).length, 0);
    const turns = along.turns(Math.min(0, change), Math.max(0, change));
    assert.equal(turns.length, along.flipped(change).length);
    for (const at of turns) assert.ok(along.flipped(at - 1e-5).length !== along.flipped(at + 1e-5).length);
    const images = Array.from({ length: COUNT }, (_, i) => digits.image(i));
    const targets = [...digits.labels].map((label) => Number(label === 3));
    const { gradient } = slopeOf(network, images, targets, LOSSES.mnist_loss);
    assert.ok(Math.abs(along.slope(change) - gradient[unit * 784 + pixel]) < 1e-7);
    assert.equal(along.weight, Math.fround(vector[unit * 784 + pixel]));
  }
});

test("a curve along a weight is computed once for all places of the slider", () => {
  const vector = Float64Array.from({ length: UNITS * 786 + 1 }, () => next() - 0.5);
  const along = new AlongWeight(allSums(networkOfVector(vector, { model: "simple_net", activation: "relu" }), digits), 1, 300);
  const curve = along.curve(-2, 2, 4);
  assert.deepEqual(curve, [-2, -1, 0, 1, 2].map((change) => along.at(change)));
  assert.equal(along.curve(-2, 2, 4), curve);
  assert.deepEqual(along.curve(0, 1, 1), [along.at(0), along.at(1)]);
});

test("L2 agrees with the linear model whose weights are the difference of the means", () => {
  const [three, seven] = [0, 1].map(() => Float64Array.from({ length: 784 }, () => next()));
  const nearer = nearness(digits, { three, seven }, "l2");
  const scores = linearScores(digits.lit, { three, seven });
  const squares = (/** @type {Float64Array} */ values) => values.reduce((sum, value) => sum + value * value, 0);
  nearer.forEach((value, i) => {
    const image = digits.image(i);
    let score = (squares(seven) - squares(three)) / 2;
    for (let p = 0; p < 784; p++) score += image[p] * (three[p] - seven[p]);
    assert.equal(Math.sign(value), Math.sign(score));
    assert.ok(Math.abs(scores[i] - score) < 1e-4);
  });
});

test("without abs differences cancel, and each digit gets the same verdict", () => {
  const [three, seven] = [0.3, 0.1].map((value) => new Float64Array(784).fill(value));
  const right = sharesRight(nearness(digits, { three, seven }, "signed"), digits.labels);
  assert.deepEqual([right.threes, right.sevens, right.all], [1, 0, 0.5]);
  assert.ok(DISTANCES.late(three, seven) > 0);
});

test("a digit is read rightly where its score is on its side, and 0 is a 7", () => {
  assert.deepEqual(sharesRight([1, -1, -1, 0], [3, 7, 3, 7]), { all: 0.75, threes: 0.5, sevens: 1 });
});

test("a histogram counts each value once, those at and beyond its ends too", () => {
  const bars = histogramOf([-9, -1, -0.5, 0, 0.999, 1, 4], { reach: 1, bins: 4 });
  assert.deepEqual(bars.map(({ y }) => y), [2, 1, 1, 3]);
  assert.deepEqual([bars[0].from, bars[3].to], [-1, 1]);
});
