import assert from "node:assert/strict";
import { test } from "node:test";
import { misreadCount, misreadWords, pointsWithInterval, reliabilityWords, withInterval } from "../../static/js/card/words.js";

/** @param {number} hits @param {number} of */
function bin(hits, of) {
  const right = of ? { hits, of, value: hits / of, low: 0, high: 1 } : null;
  return { low: 0.9, high: 0.95, count: of, confidence: of ? 0.93 : null, right };
}

test("a share has its interval in brackets", () => {
  assert.equal(withInterval({ value: 0.99853, low: 0.99569, high: 0.9995 }), "99.85\u00a0% (99.57–99.95)");
  assert.equal(withInterval({ value: 0.014, low: 0.008, high: 0.023 }, 1), "1.4\u00a0% (0.8–2.3)");
});

test("a gap between two shares is one of percentage points", () => {
  assert.equal(pointsWithInterval({ value: 0.0097, low: 0.0052, high: 0.01314 }), "0.97\u00a0percentage points (0.52–1.31)");
});

test("what the gate refuses is not counted among those taken for each other, and the words say so", () => {
  const told_apart = { hits: 2003, of: 2038 };
  const of = (/** @type {number} */ all, /** @type {number} */ shown) => ({ count: all, surest: Array(shown).fill(null) });
  assert.equal(misreadCount("exchanged", of(33, 20), told_apart), "33 after the gate; these 20 are the surest. The network alone takes 35 for the other one: what the gate refuses stands below.");
  assert.equal(misreadCount("taken", of(14, 14), told_apart), "14, the surest first.");
  assert.equal(misreadCount("missed", of(20, 20), told_apart), "20, those that the gate refuses the most surely first.");
  assert.equal(misreadCount("missed", of(0, 0), told_apart), "None of them is.");
});

test("a bin says how many of those that it was so sure of were right", () => {
  assert.equal(reliabilityWords(bin(90, 100)), "Of the 100 that it was 90–95\u00a0% sure of, 90\u00a0% were right.");
  assert.equal(reliabilityWords(bin(1998, 2000)), "Of the 2,000 that it was 90–95\u00a0% sure of, 99.90\u00a0% were right.");
  assert.equal(reliabilityWords(bin(4, 4)), "Of the 4 that it was 90–95\u00a0% sure of, all were right.");
  assert.equal(reliabilityWords(bin(0, 4)), "Of the 4 that it was 90–95\u00a0% sure of, none was right.");
  assert.equal(reliabilityWords(bin(0, 1)), "The one that it was 90–95\u00a0% sure of was wrong.");
  assert.equal(reliabilityWords(bin(0, 0)), "There is none that it was 90–95\u00a0% sure of.");
});

test("a misread digit says what it is, what it was read as and how sure", () => {
  const digit = { digit: 7, probability_3: 0.031, reason: null };
  assert.equal(misreadWords({ ...digit, read_as: "7", digit: 8 }), "an 8, read as a 7, 97\u00a0% sure");
  assert.equal(misreadWords({ ...digit, read_as: "3" }), "a 7, read as a 3, 3\u00a0% sure");
  assert.equal(misreadWords({ ...digit, read_as: "3", probability_3: 0.99999 }), "a 7, read as a 3, > 99\u00a0% sure");
  assert.equal(misreadWords({ ...digit, read_as: "neither", reason: "looks like a 9" }), "a 7: looks like a 9");
});
