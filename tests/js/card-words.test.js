import assert from "node:assert/strict";
import { test } from "node:test";
import { gateWords, keepOf, letThrough, misreadWords, reliabilityWords, withInterval } from "../../static/js/card/words.js";

const CURVE = { kept: [0.5, 0.98, 0.99, 1], let_through: [0, 0.0004, 0.014, 0.06], usual: 0.99 };

/** @param {number} hits @param {number} of */
function bin(hits, of) {
  const right = of ? { hits, of, value: hits / of, low: 0, high: 1 } : null;
  return { low: 0.9, high: 0.95, count: of, confidence: of ? 0.93 : null, right };
}

test("a share has its interval in brackets", () => {
  assert.equal(withInterval({ value: 0.99853, low: 0.99569, high: 0.9995 }), "99.85\u00a0% (99.57–99.95)");
  assert.equal(withInterval({ value: 0.014, low: 0.008, high: 0.023 }, 1), "1.4\u00a0% (0.8–2.3)");
});

test("a bin says how many of those that it was so sure of were right", () => {
  assert.equal(reliabilityWords(bin(90, 100)), "Of the 100 that it was 90–95 % sure of, 90 % were right.");
  assert.equal(reliabilityWords(bin(1998, 2000)), "Of the 2,000 that it was 90–95 % sure of, 99.90 % were right.");
  assert.equal(reliabilityWords(bin(4, 4)), "Of the 4 that it was 90–95 % sure of, all were right.");
  assert.equal(reliabilityWords(bin(0, 4)), "Of the 4 that it was 90–95 % sure of, none was right.");
  assert.equal(reliabilityWords(bin(0, 1)), "The one that it was 90–95 % sure of was wrong.");
  assert.equal(reliabilityWords(bin(0, 0)), "There is none that it was 90–95 % sure of.");
});

test("what is let through lies on the curve, and on a line between what is stored of it", () => {
  assert.equal(letThrough(CURVE, 0.5), 0);
  assert.equal(letThrough(CURVE, 1), 0.06);
  assert.equal(letThrough(CURVE, 0.99), 0.014);
  assert.ok(Math.abs(letThrough(CURVE, 0.995) - 0.037) < 1e-12);
});

test("a place of the gate is said in hundreds", () => {
  assert.equal(gateWords(CURVE, 0.99), "Of 100 real 3s and 7s 1 is refused, of 100 other digits 1.4 are let through.");
  assert.equal(gateWords(CURVE, 1), "Of 100 real 3s and 7s none is refused, of 100 other digits 6 are let through.");
  assert.equal(gateWords(CURVE, 0.98), "Of 100 real 3s and 7s 2 are refused, of 100 other digits hardly one is let through.");
  assert.equal(gateWords(CURVE, 0.5), "Of 100 real 3s and 7s 50 are refused, of 100 other digits none is let through.");
});

test("a misread digit says what it is, what it was read as and how sure", () => {
  const digit = { digit: 7, probability_3: 0.031, reason: null };
  assert.equal(misreadWords({ ...digit, read_as: "7", digit: 8 }), "an 8, read as a 7, 97 % sure");
  assert.equal(misreadWords({ ...digit, read_as: "3" }), "a 7, read as a 3, 3 % sure");
  assert.equal(misreadWords({ ...digit, read_as: "3", probability_3: 0.99999 }), "a 7, read as a 3, > 99 % sure");
  assert.equal(misreadWords({ ...digit, read_as: "neither", reason: "looks like a 9" }), "a 7: looks like a 9");
});

test("of an address only shares that the gate can keep are taken", () => {
  assert.equal(keepOf("0.98"), 0.98);
  for (const text of [null, "", "x", "0.4", "1.1", "NaN", "Infinity"]) assert.equal(keepOf(text), null);
});
