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
  const heard = [];
  const end = new AbortController();
  return { clock, heard, end, spoken: new Spoken((words) => heard.push(words), { clock: /** @type {any} */ (clock), signal: end.signal }) };
}

test("a verdict is said while a run learns and each reading has another probability", async () => {
  const { clock, heard, spoken } = opened();
  spoken.tell("Nothing drawn yet");
  await clock.pass(1000);
  for (let reading = 0; reading < 20; reading++) {
    spoken.tell("Read as a 3", `${60 + reading}.0 %`);
    await clock.pass(200);
  }
  assert.deepEqual(heard, ["Nothing drawn yet", "Read as a 3, 64.0 %"]);
  await clock.pass(1000);
  assert.deepEqual(heard.slice(2), ["Read as a 3, 79.0 %"], "and once more when it has come to rest");
});

test("words that do not stand are not said", async () => {
  const { clock, heard, spoken } = opened();
  for (const words of ["Read as a 3", "Neither", "Read as a 3", "Read as a 7"]) {
    spoken.tell(words);
    await clock.pass(800);
  }
  assert.deepEqual(heard, []);
  await clock.pass(100);
  assert.deepEqual(heard, ["Read as a 7"]);
  spoken.tell("Read as a 7");
  await clock.pass(1000);
  assert.equal(heard.length, 1, "nor is anything said twice");
});

test("of what is told in one go the last counts", async () => {
  const { clock, heard, spoken } = opened();
  for (let reading = 0; reading < 10; reading++) {
    spoken.tell("Nothing drawn yet");
    spoken.tell("No digit found");
    await clock.pass(200);
  }
  assert.deepEqual(heard, ["No digit found"]);
});

test("nothing is said after its page part has ended", async () => {
  const { clock, heard, spoken, end } = opened();
  spoken.tell("Neither");
  await clock.pass(500);
  end.abort();
  await clock.pass(1000);
  assert.deepEqual(heard, []);
});
