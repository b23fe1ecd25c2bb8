import assert from "node:assert/strict";
import { test } from "node:test";
import { count, duration, isolated, loss, percent, plain, quoted, rough, signed, when } from "../../static/js/shell/format.js";
import { random } from "./random.js";

test("what is not known is a dash everywhere", () => {
  for (const format of [count, duration, loss, percent, plain, signed, when]) {
    for (const value of [null, undefined, NaN]) assert.equal(format(value), "–");
  }
  assert.equal(duration(Infinity), "–");
});

test("a loss keeps three digits that count however small or large it is", () => {
  for (let seed = 1; seed <= 500; seed++) {
    const value = 10 ** (random(seed)() * 24 - 12);
    const shown = Number(loss(value));
    assert.ok(Math.abs(shown - value) <= Math.max(value * 0.005, value < 1e-3 ? 0 : 5e-5), `${value}: ${loss(value)}`);
    assert.ok(loss(value).length <= 9);
  }
  assert.equal(loss(0), "0.0000");
});

test("a duration is never shown as another unit's full measure", () => {
  for (let seconds = 0; seconds < 20_000; seconds += 0.7) {
    assert.match(duration(seconds), /^(\d\.\d s|10\.0 s|([1-9]\d) s|([1-8]?\d|90) min|\d+ h ([0-9]|[1-5]\d) min)$/);
  }
  assert.equal(duration(9.94), "9.9 s");
  assert.equal(duration(89), "89 s");
  assert.equal(duration(90), "2 min");
  assert.equal(duration(2 * 3600 + 29 * 60), "2 h 29 min");
});

test("a number that somebody chose is as short as it goes", () => {
  assert.deepEqual([0.1, 1, 0.30000000000000004, 1234567, -2e6].map(plain), ["0.1", "1", "0.3", "1.2e+6", "-2.0e+6"]);
});

test("signs are true ones, counts are grouped, fractions are per cent", () => {
  assert.deepEqual([signed(-0.5), signed(0.5), signed(0)], ["−0.500", "+0.500", "+0.000"]);
  assert.equal(count(1234567), "1,234,567");
  assert.deepEqual([percent(0.98234), percent(1, 0)], ["98.23\u00a0%", "100\u00a0%"]);
});

test("a time of today names no date, another year's names its year", () => {
  const now = Date.now() / 1000;
  assert.match(when(now), /^today, \d\d:\d\d$/);
  const old = new Date(2001, 1, 3, 4, 5).getTime() / 1000;
  assert.equal(when(old), "3 Feb 2001, 04:05");
});

test("what is measured anew each time has two digits and no power of ten", () => {
  assert.deepEqual([0.0834, 2.149, 57.3, 121.6, 4567].map(rough), ["0.083", "2.1", "57", "120", "4600"]);
});

test("a name that is written from right to left keeps its signs at its own ends, and no other name is changed", () => {
  assert.equal(quoted("שלוש או שבע?"), "“\u2068שלוש או שבע?\u2069”");
  assert.equal(isolated("Run 3: ٣ أو ٧"), "\u2068Run 3: ٣ أو ٧\u2069");
  assert.equal(quoted("Textbook #5 🎉"), "“Textbook #5 🎉”");
});
