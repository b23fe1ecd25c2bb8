import assert from "node:assert/strict";
import { test } from "node:test";
import { readNumber, wanted } from "../../static/js/forms/read-number.js";
import { plain } from "../../static/js/shell/format.js";
import { random, whole } from "./random.js";

/** @typedef {import("../../static/js/forms/read-number.js").Limits} Limits */

/** @type {Limits} */
const RATE = { type: "number", exclusiveMinimum: 0, maximum: 1000 };
/** @type {Limits} */
const UNITS = { type: "integer", minimum: 1, maximum: 256 };
const BATCH = { type: "integer", minimum: 1, maximum: 12_396 };
const ANY = { type: "number" };

/** @param {string} text @param {Limits} limits */
function read(text, limits = ANY) {
  return readNumber(text, limits).value;
}

test("a comma is a decimal comma, a point a decimal point", () => {
  for (const text of ["0,05", "0.05", " 0,05 ", ",05", ".05", "5e-2", "5E-2", "+0,05", "0,050", "５e-2", "٠٫٠٥", "\u200e0,05"]) {
    assert.equal(read(text, RATE), 0.05, text);
  }
  assert.equal(read("5.", RATE), 5);
  assert.equal(read("−0,5"), -0.5);
});

test("what is meant in two ways is refused, and both are named", () => {
  assert.deepEqual(readNumber("1,000", RATE), { value: null, problem: "Write 1 or 1000: the comma can mean either." });
  assert.deepEqual(readNumber("1,250", RATE), { value: null, problem: "Write 1.25 or 1250: the comma can mean either." });
  assert.equal(read("1,000", BATCH), null);
});

test("a comma that can be no decimal one groups thousands, as these pages write them", () => {
  assert.equal(read("12,396", BATCH), 12_396);
  assert.equal(read("1,234,567"), 1_234_567);
  assert.equal(read("1.234.567"), 1_234_567);
});

test("two kinds of marks: the last is the decimal one", () => {
  for (const text of ["1,234.5", "1.234,5", "1 234,5", "1 234.5", "1\u202f234,5", "1'234.5", "1’234.5"]) assert.equal(read(text), 1234.5, text);
});

test("nothing is dropped: what is not all of a number is none", () => {
  const texts = ["", " ", "-", ",", ".", "e5", "1e", "5 10", "1,2,3", "1.2.3", "1,23,456", "0x10", "1_0", "0,1 %", "abc", "5a", "Infinity", "NaN", "1e999", "--1", "1,5,", "1,,5", "½"];
  for (const text of texts) assert.equal(read(text), null, text);
});

test("whatever these pages or a program write is read as the same number", () => {
  const next = random(1);
  for (let i = 0; i < 2000; i++) {
    const value = Number((next() * 10 ** whole(next, -6, 6)).toPrecision(whole(next, 1, 6)));
    for (const text of [String(value), plain(value), value.toExponential(), `${value}`.replace(".", ",")]) {
      const problem = readNumber(text, ANY).problem ?? "";
      if (/^[1-9]\d{0,2},\d{3}(e|$)/.test(text)) assert.match(problem, /the comma can mean either/, text);
      else assert.ok(Math.abs((read(text) ?? NaN) - value) <= Math.abs(value) * 1e-5, text);
    }
  }
});

test("whole numbers come back from every way of grouping them, or are asked about", () => {
  const next = random(2);
  for (let i = 0; i < 500; i++) {
    const value = whole(next, 0, 10 ** whole(next, 1, 8));
    const limits = { type: "integer" };
    for (const locale of ["en", "de", "fr", "de-CH", "en-IN", "ar-EG"]) {
      const text = new Intl.NumberFormat(locale, { useGrouping: locale === "en-IN" ? false : true }).format(value);
      const { value: found, problem } = readNumber(text, limits);
      assert.ok(found === value || (problem !== null && value % 1000 === 0) || (locale === "de" && found === null), `${locale} ${text} ${found}`);
    }
  }
});

test("no text makes it throw or gives a number beyond the limits", () => {
  const signs = [..."0123456789", ",", ".", " ", "-", "e", "'", "\u00a0", "٣", "x"];
  const next = random(3);
  for (let i = 0; i < 5000; i++) {
    const text = Array.from({ length: whole(next, 0, 8) }, () => signs[whole(next, 0, signs.length - 1)]).join("");
    for (const limits of [RATE, UNITS]) {
      const { value, problem } = readNumber(text, limits);
      if (value === null) assert.ok(problem, text);
      else assert.ok(value >= (limits.minimum ?? Number.MIN_VALUE) && value <= (limits.maximum ?? 0) && (limits.type === "number" || Number.isInteger(value)), text);
    }
  }
});

test("limits in words", () => {
  assert.equal(wanted(UNITS), "a whole number from 1 to 256");
  assert.equal(wanted(RATE), "a number above 0 and up to 1,000");
  assert.equal(wanted({ type: "number", minimum: 0, maximum: 1 }), "a number from 0 to 1");
  assert.equal(wanted({ type: "integer", minimum: 0 }), "a whole number of at least 0");
  assert.equal(wanted({ type: "number" }), "a number");
  assert.equal(readNumber("257", UNITS).problem, "Give a whole number from 1 to 256.");
  assert.equal(readNumber("2,5", UNITS).problem, "Give a whole number from 1 to 256.");
  for (const text of ["0", "-1", "1000.5", ""]) assert.equal(readNumber(text, RATE).problem, "Give a number above 0 and up to 1,000.");
});
