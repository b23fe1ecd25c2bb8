import assert from "node:assert/strict";
import { test } from "node:test";
import { Cursor } from "../../static/js/plot/cursor.js";
import { Curve, upperBound } from "../../static/js/plot/curve.js";
import { figuresAt } from "../../static/js/plot/content.js";
import { SERIES, seriesLook } from "../../static/js/plot/series-look.js";
import { layOut } from "../../static/js/plot/layout.js";
import { linear, logarithmic, share, shareByError } from "../../static/js/plot/scales.js";
import { decades, even, thinned } from "../../static/js/plot/ticks.js";
import { random } from "./random.js";

/** @param {number[]} x @param {number[]} y @param {Partial<import("../../static/js/plot/curve.js").Series>} [look] */
function series(x, y, look = {}) {
  return { label: "A", x: () => Float64Array.from(x), y: () => Float64Array.from(y), ink: "--ink", width: 1, ...look };
}

/** @param {Partial<import("../../static/js/plot/content.js").Content>} [other] @returns {import("../../static/js/plot/content.js").Content} */
function content(other = {}) {
  const x = { label: "Step", format: String, tick: String, whole: true, narrowest: 3, points: () => Float64Array.from([1, 2, 3]) };
  const words = { title: "Title", about: "", format: String, tick: String };
  return { ...words, x, series: [], scale: () => linear, end: () => 100, marks: () => [], moment: () => null, ...other };
}

test("even ticks are round, lie within their ends and are about as many as asked for", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const next = random(seed);
    const min = (next() - 0.5) * 10 ** Math.floor(next() * 9 - 4);
    const max = min + next() * 10 ** Math.floor(next() * 9 - 4) + 1e-9;
    const ticks = even(min, max, 6);
    assert.ok(ticks.length <= 7, `${ticks}`);
    ticks.forEach((tick, i) => assert.ok(tick >= min - 1e-9 * (max - min) - 1e-12 && tick <= max + 1e-9 && (i === 0 || tick > ticks[i - 1])));
  }
  assert.deepEqual(even(0, 1, 5), [0, 0.2, 0.4, 0.6, 0.8, 1]);
  assert.deepEqual(even(1, 4, 20, 1), [1, 2, 3, 4]);
});

test("of many decades every so many is labelled, of a part of one round numbers", () => {
  assert.deepEqual(decades(0.01, 1, 8), [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1]);
  assert.ok(decades(1e-9, 1e9, 6).length <= 8);
  assert.deepEqual(decades(0.021, 0.029, 4), [0.022, 0.024, 0.026, 0.028]);
});

test("labels that would touch are left out, the last one never", () => {
  assert.deepEqual(thinned([1, 2, 3, 4, 5], (value) => value * 10, 15), [1, 3, 5]);
});

test("a scale rises with its values and has a place for all of them", () => {
  for (const scale of [linear, logarithmic, share, shareByError]) {
    for (let seed = 1; seed <= 100; seed++) {
      const next = random(seed);
      const [low, high] = [next(), next()].sort((a, b) => a - b);
      for (const zoomed of [false, true]) {
        const [min, max] = scale.range(low, high, zoomed);
        assert.ok(min <= low && max >= high && min < max, `${min} ≤ ${low}, ${high} ≤ ${max}`);
        assert.ok(scale.height(low) <= scale.height(high));
        assert.ok(Number.isFinite(scale.height(max)));
      }
    }
    assert.ok(scale.range(Infinity, -Infinity, false).every(Number.isFinite));
  }
});

test("near 100 % half the errors are worth seeing: from 98 to 99 % is a tenth of the axis of errors, not a fiftieth", () => {
  const part = (/** @type {typeof share} */ scale) => {
    const [min, max] = scale.range(0.5, 1, false).map(scale.height);
    return (scale.height(0.99) - scale.height(0.98)) / (max - min);
  };
  assert.ok(part(share) < 0.025);
  assert.ok(part(shareByError) > 0.1);
});

test("a loss of 0 is at the foot of the logarithmic axis and does not stretch it for ever", () => {
  const [min] = logarithmic.range(0, 1, false);
  assert.ok(min > 1e-10);
});

test("a curve is looked up at or before a place", () => {
  const curve = new Curve(series([10, 20, 30], [1, NaN, 3]));
  assert.deepEqual(curve.at(9), { x: NaN, y: NaN });
  assert.deepEqual(curve.at(10), { x: 10, y: 1 });
  assert.deepEqual(curve.at(29), { x: 20, y: NaN });
  assert.deepEqual(curve.at(Infinity), { x: 30, y: 3 });
  assert.equal(upperBound(Float64Array.from([1, 2, 2, 3]), 2), 3);
});

test("a curve's points reach one beyond each end of the range", () => {
  const x = Array.from({ length: 100 }, (_, i) => i);
  const { picked } = new Curve(series(x, x)).points({ min: 10.5, max: 20 }, 50);
  assert.deepEqual([picked[0], picked.at(-1)], [10, 21]);
  const long = Array.from({ length: 10_000 }, (_, i) => i);
  const smooth = new Curve(series(long, long, { smooth: true })).points({ min: 0, max: 1e5 }, 100).picked;
  assert.deepEqual([smooth.length, smooth[0], smooth.at(-1)], [101, 0, 9999]);
});

test("what was picked is picked anew when values were added or another part is shown", () => {
  const x = Array.from({ length: 5000 }, (_, i) => i);
  let y = x.map(() => 0);
  const curve = new Curve({ ...series(x, y), y: () => Float64Array.from(y) });
  curve.points({ min: 0, max: 5000 }, 10);
  y = y.map((_, i) => (i === 1234 ? 9 : 0));
  assert.ok(curve.points({ min: 0, max: 4000 }, 10).picked.includes(1234));
  assert.ok(curve.points({ min: 0, max: 5000 }, 10).picked.includes(1234));
});

test("the figures name x, each curve and the level", () => {
  const one = content({ level: { label: "Level", value: () => 0.5 }, series: [series([1, 2], [4, NaN])] });
  const curves = one.series.map((each) => new Curve(each));
  const told = (/** @type {number} */ x) => figuresAt(one, curves, x).map(({ label, value }) => `${label} ${value}`);
  assert.deepEqual(told(1), ["Step 1", "A 4", "Level 0.5"]);
  assert.deepEqual(told(Infinity), ["Step 3", "A –", "Level 0.5"]);
});

test("no label is cut off, whatever the range and however small the box", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const next = random(seed);
    const min = next() * 5000;
    const [width, height] = [100 + next() * 900, 60 + next() * 400];
    const points = new Curve(series([min, min + 50], [next(), next()])).points({ min, max: min + 100 }, 100);
    const measure = (/** @type {string} */ label) => label.length * 7;
    const layout = layOut(content(), [points], { width, height, range: { min, max: min + 3 + next() * 900 }, zoomed: true, measure });
    for (const { at, label } of layout.xTicks) assert.ok(at - measure(label) / 2 >= 0 && at + measure(label) / 2 <= width, label);
    layout.yTicks.forEach(({ at }) => assert.ok(at >= layout.box.top - 1e-6 && at <= layout.box.bottom + 1e-6));
    const ends = layout.yTicks.map(({ at }) => at);
    ends.forEach((at, i) => assert.ok(i === 0 || ends[i - 1] - at >= 18.99, "two labels touch"));
    assert.ok(Math.abs(layout.xAt(layout.across(min + 1)) - min - 1) < 1e-6);
  }
});

test("a value that the axis has no place for is kept close to the box", () => {
  const points = new Curve(series([1, 2], [0, 1])).points({ min: 0, max: 3 }, 10);
  const room = { width: 300, height: 200, range: { min: 0, max: 3 }, zoomed: false, measure: () => 30 };
  const layout = layOut(content({ scale: () => logarithmic }), [points], room);
  for (const value of [0, -1, -Infinity, 1e300]) assert.ok(Math.abs(layout.down(value)) < 1000);
  assert.ok(Number.isNaN(layout.down(NaN)));
});

test("a cursor tells of changes only, and of none once its listener's life is over", () => {
  const cursor = new Cursor();
  const life = new AbortController();
  let told = 0;
  cursor.subscribe(() => told++, life.signal);
  cursor.moveTo(3);
  cursor.moveTo(3);
  cursor.zoomTo({ min: 1, max: 2 });
  assert.equal(told, 2);
  life.abort();
  cursor.moveTo(4);
  assert.equal(told, 2);
});

test("curves that are compared all look different", () => {
  const looks = Array.from({ length: SERIES }, (_, i) => JSON.stringify(seriesLook(i)));
  assert.equal(new Set(looks).size, SERIES);
  assert.equal(JSON.stringify(seriesLook(SERIES)), looks[0]);
});
