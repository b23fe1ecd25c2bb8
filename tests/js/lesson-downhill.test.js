import assert from "node:assert/strict";
import { test } from "node:test";
import { downhill } from "../../static/js/lessons/downhill.js";

/** @param {(x: number) => number} curve @returns {[number, number][]} */
const known = (curve) => Array.from({ length: 13 }, (_, i) => -2 + i / 3).map((x) => [x, curve(x)]);

test("from either side it comes to the same lowest place, and never up", () => {
  const valley = known((x) => (x - 0.5) ** 2);
  for (const start of [-2, 2]) {
    const trail = downhill(valley, start);
    assert.deepEqual(trail[0], [start, (start - 0.5) ** 2]);
    const [x] = trail[trail.length - 1];
    assert.ok(Math.abs(x - 0.5) < 0.2, `${start} led to ${x}`);
    trail.slice(1).forEach(([, y], i) => assert.ok(y <= trail[i][1] + 1e-9));
    const ways = trail.slice(1).map(([at], i) => Math.abs(at - trail[i][0]));
    assert.ok(ways[ways.length - 1] < ways[0] / 3, "steps grow shorter by themselves where it is flatter");
  }
});

test("where it falls all the way it goes to the end and no farther", () => {
  const trail = downhill(known((x) => -x), -2);
  assert.equal(trail[trail.length - 1][0], 2);
});

test("on the flat it stays", () => {
  assert.deepEqual(downhill(known(() => 0.3), 1).map(([x]) => x), [1]);
});
