import assert from "node:assert/strict";
import { test } from "node:test";
import { Column } from "../../static/js/run/column.js";
import { Smoothed } from "../../static/js/plot/smoothing.js";
import { random, whole } from "./random.js";

/** @param {number[]} values @param {number} share @param {number[]} [breaks] @returns {number[]} */
function smooth(values, share, breaks = []) {
  const source = new Column();
  const smoothed = new Smoothed(source, () => breaks);
  smoothed.setShare(share);
  source.append(values);
  smoothed.follow();
  return [...smoothed.view];
}

/** @param {number[]} actual @param {number[]} expected @param {number} [within] */
function near(actual, expected, within = 1e-9) {
  assert.equal(actual.length, expected.length);
  actual.forEach((value, i) => {
    const same = Number.isNaN(value) ? Number.isNaN(expected[i]) : Math.abs(value - expected[i]) <= within;
    assert.ok(same, `at ${i}: ${value}, not ${expected[i]}`);
  });
}

/** The average by its definition, without the newest ones. @param {number[]} values @param {number} share @param {number[]} breaks */
function defined(values, share, breaks) {
  return values.map((value, i) => {
    const start = breaks.findLast((at) => at <= i) ?? 0;
    const end = breaks.find((at) => at > i);
    let reach = Math.floor(share * (i - start));
    if (end !== undefined) reach = Math.min(reach, end - 1 - i);
    else if (i + reach >= values.length) return null;
    const seen = values.slice(i - reach, i + reach + 1).filter((other) => !Number.isNaN(other));
    return Number.isNaN(value) ? NaN : seen.reduce((sum, other) => sum + other, 0) / seen.length;
  });
}

test("each value is the mean of those around it, whatever pieces they come in and whenever a break becomes known", () => {
  for (let seed = 1; seed <= 100; seed++) {
    const next = random(seed);
    const values = Array.from({ length: 400 }, () => (next() < 0.1 ? NaN : next() * 10 - 5));
    const share = [0, 0.05, 0.2, 0.7][seed % 4];
    const breaks = values.map((_, i) => i).filter((i) => i > 0 && next() < 0.01);
    const source = new Column();
    let known = /** @type {number[]} */ ([]);
    const smoothed = new Smoothed(source, () => known);
    smoothed.setShare(share);
    for (let at = 0; at < values.length; ) {
      const end = at + whole(next, 1, 50);
      source.append(values.slice(at, end));
      if (next() < 0.7) known = breaks.filter((index) => index <= end);
      smoothed.follow();
      at = end;
    }
    known = breaks;
    smoothed.follow();
    const found = [...smoothed.view];
    near(found, defined(values, share, breaks).map((value, i) => value ?? found[i]));
    near(found, smooth(values, share, breaks));
  }
});

test("a straight line and a constant come out as they are, up to the newest value", () => {
  const line = Array.from({ length: 3000 }, (_, i) => 2 - 0.001 * i);
  for (const share of [0, 0.05, 0.3]) near(smooth(line, share, [700]), line, 1e-9);
  near(smooth(Array(500).fill(0.25), 0.1), Array(500).fill(0.25));
});

test("a steep climb under noise is drawn where it is, at every moment of it", () => {
  const course = (/** @type {number} */ i) => 0.97 - 0.47 * Math.exp(-i / 12); // from 50 to over 95 % in 40 steps
  for (let seed = 1; seed <= 20; seed++) {
    const next = random(seed);
    const values = Array.from({ length: 2000 }, (_, i) => course(i) + (next() - 0.5) * 0.04);
    for (const length of [20, 40, 60, 200, 2000]) {
      smooth(values.slice(0, length), 0.05).forEach((value, i) => {
        assert.ok(Math.abs(value - course(i)) < 0.025, `seed ${seed}, ${length} steps, at ${i}: ${value}, not ${course(i)}`);
      });
    }
  }
});

test("noise grows smaller the longer a run has gone on", () => {
  const next = random(7);
  const smoothed = smooth(Array.from({ length: 40_000 }, () => next() - 0.5), 0.05);
  const loudest = (/** @type {number} */ from, /** @type {number} */ to) => Math.max(...smoothed.slice(from, to).map(Math.abs));
  assert.ok(loudest(150, 300) < 0.25);
  assert.ok(loudest(3000, 6000) < 0.08);
  assert.ok(loudest(20_000, 38_000) < 0.03);
});

test("a value lies between the lowest and the highest around it", () => {
  for (let seed = 1; seed <= 50; seed++) {
    const next = random(seed);
    const values = Array.from({ length: 120 }, () => next() ** 6);
    smooth(values, 0.3).forEach((value, i) => {
      const around = values.slice(Math.max(0, i - 40), i + 41);
      assert.ok(value >= Math.min(...around) - 1e-12 && value <= Math.max(...around) + 1e-12);
    });
  }
});

test("a jump where something was changed stays as steep as it is", () => {
  const values = [...Array(500).fill(0.1), ...Array(500).fill(5)];
  near(smooth(values, 0.1, [500]), values);
});

test("a value of any size leaves no trace in what comes long after it", () => {
  const values = Array(2000).fill(0.5);
  values[100] = 1e300;
  const smoothed = smooth(values, 0.05);
  near(smoothed.slice(200), values.slice(200));
  assert.ok(smoothed.every((value) => value <= 1e300 && value >= 0.5));
});

test("where there is no number there is none, and the others do without it", () => {
  const values = [1, NaN, 1, 1, NaN, NaN, 1, ...Array(40).fill(1), NaN, NaN];
  near(smooth(values, 0.4), values);
  near(smooth([NaN, NaN], 0.4), [NaN, NaN]);
});

test("another share is as if it had been so from the start", () => {
  const next = random(3);
  const values = Array.from({ length: 300 }, () => next());
  const source = new Column();
  const smoothed = new Smoothed(source);
  source.append(values);
  smoothed.setShare(0.2);
  smoothed.follow();
  smoothed.setShare(0.05);
  smoothed.follow();
  near([...smoothed.view], smooth(values, 0.05));
});

test("a source that begins anew is followed from its beginning", () => {
  const source = new Column();
  const smoothed = new Smoothed(source);
  smoothed.setShare(0.2);
  source.append(Array(100).fill(100));
  smoothed.follow();
  source.clear();
  source.append([1, 2]);
  smoothed.follow();
  near([...smoothed.view], [1, 2]);
});
