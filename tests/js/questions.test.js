// When the server is asked.

import assert from "node:assert/strict";
import { afterEach, mock, test } from "node:test";
import { Questions } from "../../static/js/shell/questions.js";

class Page extends EventTarget {
  hidden = false;
  /** @param {boolean} hidden */
  hide(hidden) {
    this.hidden = hidden;
    this.dispatchEvent(new Event("visibilitychange"));
  }
}

/** Questions at most once a second, on a clock that a test moves. */
function opened() {
  mock.timers.enable({ apis: ["setTimeout"] });
  const clock = { now: 0 };
  const page = new Page();
  const end = new AbortController();
  /** What is to be asked. @type {{ name: string, from?: number }[]} */
  const due = [];
  /** @type {string[]} */
  const put = [];
  /** @type {(() => void)[]} */
  const answers = [];
  const questions = new Questions(() => {
    const [first] = due;
    if (!first) return null;
    return {
      from: first.from,
      put: () => (put.push(first.name), due.shift(), new Promise((resolve) => answers.push(resolve))),
    };
  }, { every: 1000, document: /** @type {any} */ (page), now: () => clock.now, signal: end.signal });
  const pass = (/** @type {number} */ milliseconds) => {
    clock.now += milliseconds;
    mock.timers.tick(milliseconds);
  };
  const answer = async () => {
    answers.shift()?.();
    await Promise.resolve().then(() => {}).then(() => {});
  };
  return { page, end, due, put, questions, pass, answer };
}

afterEach(() => mock.timers.reset());

test("one is put at once, the next when it has been answered and its time has come", async () => {
  const { due, put, questions, pass, answer } = opened();
  questions.look();
  assert.deepEqual(put, []);
  due.push({ name: "a" });
  questions.look();
  assert.deepEqual(put, ["a"]);
  due.push({ name: "b" });
  questions.look();
  pass(5000);
  assert.deepEqual(put, ["a"], "it has not been answered");
  await answer();
  assert.deepEqual(put, ["a", "b"]);
  await answer();
  due.push({ name: "c" });
  questions.look();
  pass(999);
  assert.deepEqual(put, ["a", "b"]);
  pass(1);
  assert.deepEqual(put, ["a", "b", "c"]);
});

test("what is to be asked is what stands when its time comes", async () => {
  const { due, put, questions, pass, answer } = opened();
  due.push({ name: "a" });
  questions.look();
  await answer();
  due.push({ name: "b" });
  questions.look();
  pass(500);
  due.splice(0, 1, { name: "c" });
  questions.look();
  pass(500);
  assert.deepEqual(put, ["a", "c"]);
});

test("nothing is asked in a hidden tab, before a question's own time, or after the end", async () => {
  const { page, end, due, put, questions, pass, answer } = opened();
  page.hide(true);
  due.push({ name: "a" });
  questions.look();
  pass(5000);
  assert.deepEqual(put, []);
  page.hide(false);
  assert.deepEqual(put, ["a"]);
  await answer();
  due.push({ name: "b", from: 9000 });
  questions.look();
  pass(3999);
  assert.deepEqual(put, ["a"]);
  pass(1);
  assert.deepEqual(put, ["a", "b"]);
  await answer();
  due.push({ name: "c" });
  questions.look();
  end.abort();
  pass(5000);
  questions.look();
  assert.deepEqual(put, ["a", "b"]);
});

test("where the server did not answer it is left alone, unless that is taken back", async () => {
  const { due, put, questions, pass, answer } = opened();
  due.push({ name: "a" });
  questions.look();
  questions.rest(3000);
  due.push({ name: "b" });
  await answer();
  pass(2999);
  assert.deepEqual(put, ["a"]);
  pass(1);
  assert.deepEqual(put, ["a", "b"]);
  questions.rest(60_000);
  due.push({ name: "c" });
  await answer();
  pass(1000);
  assert.deepEqual(put, ["a", "b"]);
  questions.rest(0);
  questions.look();
  assert.deepEqual(put, ["a", "b", "c"]);
});
