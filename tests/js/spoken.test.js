// What is read aloud of a verdict that is read again and again.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Spoken } from "../../static/js/ink/spoken.js";

/** A clock that a test moves on. */
function handClock() {
  let now = 0;
  /** @type {Map<number, { at: number, act: () => void }>} */
  const due = new Map();
  let last = 0;
  return {
    setTimeout: (/** @type {() => void} */ act, /** @type {number} */ wait) => (due.set(++last, { at: now + wait, act }), last),
    clearTimeout: (/** @type {number} */ id) => void due.delete(id),
    /** @param {number} milliseconds */
    async pass(milliseconds) {
      await undefined; // what was told in one go is looked at
      now += milliseconds;
      for (const [id, { at, act }] of due) if (at <= now && due.delete(id)) act();
    },
  };
}

function opened() {
  const clock = handClock();
  /** @type {string[]} */
  const said = [];
  const end = new AbortController();
  return { clock, said, end, spoken: new Spoken((words) => said.push(words), { clock: /** @type {any} */ (clock), signal: end.signal }) };
}

test("a verdict is said while a run learns and each reading has another probability", async () => {
  const { clock, said, spoken } = opened();
  spoken.announce("Nothing drawn yet");
  await clock.pass(1000);
  for (let reading = 0; reading < 20; reading++) {
    spoken.announce("Read as a 3", `${60 + reading}.0 %`);
    await clock.pass(200);
  }
  assert.deepEqual(said, ["Nothing drawn yet", "Read as a 3, 64.0 %"]);
  await clock.pass(1000);
  assert.deepEqual(said.slice(2), ["Read as a 3, 79.0 %"], "and once more when it has come to rest");
});

test("words that do not stand are not said", async () => {
  const { clock, said, spoken } = opened();
  for (const words of ["Read as a 3", "Neither", "Read as a 3", "Read as a 7"]) {
    spoken.announce(words);
    await clock.pass(800);
  }
  assert.deepEqual(said, []);
  await clock.pass(100);
  assert.deepEqual(said, ["Read as a 7"]);
  spoken.announce("Read as a 7");
  await clock.pass(1000);
  assert.equal(said.length, 1, "nor is anything said twice");
});

test("of what is told in one go the last counts", async () => {
  const { clock, said, spoken } = opened();
  for (let reading = 0; reading < 10; reading++) {
    spoken.announce("Nothing drawn yet");
    spoken.announce("No digit found");
    await clock.pass(200);
  }
  assert.deepEqual(said, ["No digit found"]);
});

test("nothing is said after its page part has ended", async () => {
  const { clock, said, spoken, end } = opened();
  spoken.announce("Neither");
  await clock.pass(500);
  end.abort();
  await clock.pass(1000);
  assert.deepEqual(said, []);
});
