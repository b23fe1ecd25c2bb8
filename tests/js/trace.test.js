import assert from "node:assert/strict";
import { test } from "node:test";
import { Trace } from "../../static/js/plot/trace.js";
import { random } from "./random.js";

/**
 * The lines that come of some points; a gap where one is null.
 *
 * @param {readonly ([number, number] | null)[]} points
 * @param {number} tolerance
 */
function drawn(points, tolerance) {
  /** @type {[number, number][][]} */
  const lines = [];
  const trace = new Trace(
    { moveTo: (x, y) => void lines.push([[x, y]]), lineTo: (x, y) => void lines[lines.length - 1].push([x, y]) },
    tolerance,
  );
  for (const point of points) {
    if (point) trace.to(...point);
    else trace.lift();
  }
  trace.lift();
  return lines;
}

test("a line passes every point as closely as was asked for, through its own points alone", () => {
  for (let seed = 1; seed <= 100; seed++) {
    const next = random(seed);
    let [x, y] = [0, 0];
    const points = Array.from({ length: 200 }, () => /** @type {[number, number]} */ ([(x += 0.1 + next()), (y += (next() - 0.5) * seed * 0.05)]));
    const [line] = drawn(points, 0.25);
    assert.deepEqual([line[0], line[line.length - 1]], [points[0], points[199]]);
    assert.ok(line.every(([x, y]) => points.some((point) => point[0] === x && point[1] === y)));
    let at = 0;
    for (const [x, y] of points) {
      while (line[at + 1][0] < x) at++;
      const [[x0, y0], [x1, y1]] = [line[at], line[at + 1]];
      assert.ok(Math.abs(y0 + ((y1 - y0) * (x - x0)) / (x1 - x0) - y) <= 0.25 + 1e-9);
    }
  }
});

test("what is straight has two points, what has gaps begins anew after each, and a point alone is none", () => {
  assert.deepEqual(drawn([[0, 0], [1, 1], [2, 2], [3, 3]], 0.01), [[[0, 0], [3, 3]]]);
  assert.deepEqual(drawn([[0, 0], [1, 5], [2, 0]], 0.25), [[[0, 0], [1, 5], [2, 0]]]);
  assert.deepEqual(drawn([[0, 0], [1, 1], null, null, [3, 3], null, [4, 0], [5, 0]], 0.25), [[[0, 0], [1, 1]], [[3, 3]], [[4, 0], [5, 0]]]);
  assert.deepEqual(drawn([null], 0.25), []);
  assert.deepEqual(drawn([[0, 0], [0, 5], [0, 2], [1, 2]], 0.25), [[[0, 0], [0, 5], [0, 2], [1, 2]]]);
});
