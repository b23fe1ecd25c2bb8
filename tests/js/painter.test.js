import assert from "node:assert/strict";
import { test } from "node:test";

import { Painter } from "../../static/js/shell/painter.js";

/** A window whose clock goes on, and whose frames come, when it is told to. */
function windowOfFrames() {
  /** @type {((now: number) => void)[]} */
  let asked = [];
  let [time, frames] = [0, 0];
  /** @type {{ at: number, work: () => void } | null} */
  let timer = null;
  const window = {
    document: { hidden: false, addEventListener() {}, documentElement: { dataset: {} } },
    matchMedia: () => ({ matches: false }),
    performance: { now: () => time },
    setTimeout: (/** @type {() => void} */ work, /** @type {number} */ after) => (timer = { at: time + after, work }),
    clearTimeout: () => (timer = null),
    requestAnimationFrame: (/** @type {(now: number) => void} */ paint) => asked.push(paint),
  };
  return {
    window: /** @type {Window} */ (/** @type {unknown} */ (window)),
    frame(/** @type {number} */ now) {
      time = now;
      if (timer && timer.at <= now) {
        const { work } = timer;
        timer = null;
        work();
      }
      const due = asked;
      asked = [];
      frames += due.length;
      for (const paint of due) paint(now);
    },
    /** How many frames were asked for and came. */
    frames: () => frames,
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
  first();
  frame(1032);
  assert.deepEqual(painted, { first: 2, second: 2 });
});

test("what waits for a pause comes by its end, though nothing else goes out of date", () => {
  const { window, frame } = windowOfFrames();
  let painted = 0;
  const due = new Painter(window, () => 400).add(() => (painted += 1));
  due();
  frame(1000);
  due();
  for (let now = 1016; now < 1400; now += 16) frame(now);
  assert.equal(painted, 1);
  frame(1416);
  assert.equal(painted, 2);
});

test("what may be painted seldom waits without asking for frames, and is painted as soon as it may be", () => {
  const { window, frame, frames } = windowOfFrames();
  /** @type {number[]} */
  const painted = [];
  const due = new Painter(window).add(() => painted.push(now), 1000);
  let now = 100;
  due();
  frame(now);
  due();
  for (now = 110; now < 2000; now += 10) frame(now);
  assert.deepEqual(painted, [100, 1100]);
  assert.ok(frames() <= 5, `${frames()} frames`);
});

test("what is to be painted at once does not wait for what may be painted seldom", () => {
  const { window, frame } = windowOfFrames();
  const painted = { seldom: 0, often: 0 };
  const painter = new Painter(window);
  const seldom = painter.add(() => (painted.seldom += 1), 1000);
  const often = painter.add(() => (painted.often += 1));
  seldom();
  frame(100);
  seldom();
  often();
  frame(110);
  assert.deepEqual(painted, { seldom: 1, often: 1 });
});
