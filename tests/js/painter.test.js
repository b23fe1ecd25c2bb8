import assert from "node:assert/strict";
import { test } from "node:test";

import { Painter } from "../../static/js/shell/painter.js";

/** A window whose frames come when they are told to. */
function windowOfFrames() {
  /** @type {((now: number) => void)[]} */
  let asked = [];
  const window = {
    document: { hidden: false, addEventListener() {}, documentElement: { dataset: {} } },
    matchMedia: () => ({ matches: false }),
    requestAnimationFrame: (/** @type {(now: number) => void} */ paint) => asked.push(paint),
  };
  return {
    window: /** @type {Window} */ (/** @type {unknown} */ (window)),
    frame(/** @type {number} */ now) {
      const due = asked;
      asked = [];
      for (const paint of due) paint(now);
    },
  };
}

test("what is out of date several times is painted once, in the next frame", () => {
  const { window, frame } = windowOfFrames();
  let painted = 0;
  const due = new Painter(window).add(() => (painted += 1));
  due();
  due();
  assert.equal(painted, 0);
  frame(10);
  assert.equal(painted, 1);
  frame(20);
  assert.equal(painted, 1);
});

test("a pause that is over holds nothing back, whatever was painted while it lasted", () => {
  const { window, frame } = windowOfFrames();
  let pause = 400;
  const painted = { first: 0, second: 0 };
  const painter = new Painter(window, () => pause);
  const first = painter.add(() => (painted.first += 1));
  const second = painter.add(() => (painted.second += 1));
  first();
  second();
  frame(1000);
  first();
  second();
  frame(1016);
  assert.deepEqual(painted, { first: 1, second: 1 });
  pause = 0;
  frame(1032);
  assert.deepEqual(painted, { first: 2, second: 2 });
});
