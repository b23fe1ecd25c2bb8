import assert from "node:assert/strict";
import { test } from "node:test";
import { Fold } from "../../static/js/lessons/folding.js";
import { Digits } from "../../static/js/model/digits.js";
import { networkOfVector } from "../../static/js/model/network.js";

const vector = [...Array.from({ length: 2 * 784 }, (_, i) => Math.sin(i) / 20), 0.3, -0.4, 1.5, -2, 0.1];
const bytes = Uint8Array.from({ length: 3 * 784 }, (_, i) => (i % 7 ? 0 : (i * 31) % 256));
const digits = new Digits(Uint8Array.of(3, 7, 3), bytes);

test("without a bend the folded picture gives the same logits but for rounding", () => {
  const network = networkOfVector(vector, { model: "two_linear" });
  const fold = new Fold(network, digits);
  for (const units of [0, 1, 2]) {
    const { logits, difference, changed } = fold.at(units);
    assert.ok(difference < 1e-5);
    assert.deepEqual(changed, []);
    assert.ok(Math.abs(logits[1] - network.logit(digits.image(1))) < 1e-5);
  }
});

test("with a ReLU it gives what the network would without one", () => {
  const bent = networkOfVector(vector, { model: "simple_net", activation: "relu" });
  const straight = networkOfVector(vector, { model: "two_linear" });
  const folded = new Fold(bent, digits).at(2);
  for (let i = 0; i < digits.count; i++) assert.ok(Math.abs(folded.logits[i] - straight.logit(digits.image(i))) < 1e-5);
  assert.ok(folded.difference > 0.01);
});
