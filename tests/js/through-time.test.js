// A drawing read by every kept model: when it is asked, and what is made of the answers.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Drawing } from "../../static/js/ink/drawing.js";
import { summary, ThroughTime } from "../../static/js/ink/through-time.js";
import { ProblemError } from "../../static/js/shell/problem.js";

const THREE = { kind: /** @type {const} */ ("pixels"), label: "3", pixels: new Array(784).fill(0).fill(255, 0, 9) };
const SEVEN = { ...THREE, label: "7", pixels: new Array(784).fill(0).fill(255, 0, 5) };

class Page extends EventTarget {
  hidden = false;
  /** @param {boolean} hidden */
  hide(hidden) {
    this.hidden = hidden;
    this.dispatchEvent(new Event("visibilitychange"));
  }
}

/** A server that is asked once a test lets it, and answers when it is told to. */
function asked() {
  /** @type {{ run: string, lit: number, after: number, resolve: (answer: any) => void, reject: (error: Error) => void }[]} */
  const questions = [];
  /** @type {(() => void) | null} */
  let waiting = null;
  return {
    questions,
    /** @param {string} run @param {number[]} pixels @param {number} after @returns {Promise<any>} */
    ask: (run, pixels, after) =>
      new Promise((resolve, reject) => {
        questions.push({ run, after, lit: pixels.filter(Boolean).length, resolve, reject });
        waiting?.();
      }),
    /** @param {number} number @returns {Promise<void>} once so many have been asked */
    until: (number) =>
      new Promise((resolve) => {
        waiting = () => questions.length >= number && resolve();
        waiting();
      }),
  };
}

function opened() {
  const page = new Page();
  const server = asked();
  const drawing = new Drawing();
  const end = new AbortController();
  const readings = new ThroughTime(drawing, { document: /** @type {any} */ (page), ask: server.ask, every: 0, signal: end.signal });
  return { page, server, drawing, readings, end };
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

test("it asks for a drawing of a run that somebody looks at, and for nothing else", async () => {
  const { page, server, drawing, readings, end } = opened();
  drawing.setPicture(THREE);
  readings.run = "a";
  page.hide(true);
  readings.shown = true;
  await settled();
  assert.equal(server.questions.length, 0);
  page.hide(false);
  await server.until(1);
  assert.deepEqual([server.questions[0].run, server.questions[0].lit, server.questions[0].after], ["a", 9, -1]);
  server.questions[0].resolve({ run: "a", steps: [0, 49], probabilities: [0.4, null] });
  await settled();
  assert.deepEqual([...readings.steps], [0, 49]);
  assert.deepEqual([...readings.probabilities], [0.4, NaN]);
  drawing.clear();
  assert.deepEqual([readings.steps.length, readings.words()], [0, ""]);
  end.abort();
});

test("one question at a time; of drawings that come meanwhile the newest is asked next", async () => {
  const { server, drawing, readings, end } = opened();
  readings.shown = true;
  readings.run = "a";
  drawing.setPicture(THREE);
  await server.until(1);
  drawing.setPicture({ ...THREE, pixels: new Array(784).fill(1) });
  drawing.setPicture(SEVEN);
  await settled();
  assert.equal(server.questions.length, 1);
  server.questions[0].resolve({ run: "a", steps: [0], probabilities: [0.4] });
  await server.until(2);
  assert.equal(server.questions[1].lit, 5);
  end.abort();
});

test("of a run that goes on only what is new is asked", async () => {
  const { server, drawing, readings, end } = opened();
  readings.shown = true;
  readings.run = "live";
  drawing.setPicture(THREE);
  await server.until(1);
  server.questions[0].resolve({ run: "a", steps: [0, 49], probabilities: [0.4, 0.6] });
  await settled();
  drawing.saw(drawing.content, THREE.pixels); // the pad has had it read again, by newer weights
  readings.grow();
  await server.until(2);
  assert.equal(server.questions[1].after, 49);
  server.questions[1].resolve({ run: "a", steps: [98], probabilities: [0.9] });
  await settled();
  assert.deepEqual([...readings.probabilities], [0.4, 0.6, 0.9]);
  readings.grow();
  await server.until(3);
  server.questions[2].resolve({ run: "b", steps: [98], probabilities: [0.9] }); // another one is live now
  await server.until(4);
  assert.equal(server.questions[3].after, -1);
  server.questions[3].resolve({ run: "b", steps: [0], probabilities: [0.1] });
  await settled();
  assert.deepEqual([...readings.steps], [0]);
  end.abort();
});

test("what the server refuses is said and not asked again until there is something new", async () => {
  const { server, drawing, readings, end } = opened();
  readings.shown = true;
  readings.run = "a";
  drawing.setPicture(THREE);
  await server.until(1);
  server.questions[0].reject(new ProblemError(404, "No such model", "It was removed."));
  await settled();
  assert.equal(readings.problem?.title, "No such model");
  readings.shown = true;
  await settled();
  assert.equal(server.questions.length, 1);
  readings.run = "b";
  assert.equal(readings.problem, null);
  await server.until(2);
  assert.equal(server.questions[1].run, "b");
  end.abort();
});

test("of the newest run, which was deleted, the one that is newest now is asked", async () => {
  const { server, drawing, readings, end } = opened();
  readings.shown = true;
  readings.run = "live";
  drawing.setPicture(THREE);
  await server.until(1);
  server.questions[0].resolve({ run: "b", steps: [0, 49], probabilities: [0.4, 0.6] });
  await settled();
  readings.forget("a");
  assert.equal(readings.steps.length, 2);
  readings.forget("b");
  assert.equal(readings.steps.length, 0);
  await server.until(2);
  assert.deepEqual([server.questions[1].run, server.questions[1].after], ["live", -1]);
  server.questions[1].resolve({ run: "a", steps: [0], probabilities: [0.1] });
  await settled();
  assert.deepEqual([...readings.steps], [0]);
  end.abort();
});

test("what the gate takes for neither is no 3 and no 7, whatever the models say", () => {
  const words = (/** @type {number[]} */ ...probabilities) => summary(probabilities.map((_, i) => 49 * i), Float64Array.from(probabilities), { neither: true });
  assert.equal(words(0.7, 0.9), "The gate takes it for neither; were it one of the two: a 3 for all 2 kept models.");
  assert.equal(words(0.7, 0.2), "The gate takes it for neither; were it one of the two: read as a 7 from step 49 on.");
  assert.equal(words(), "This run has kept no model yet.");
});

test("what it comes to is said in a sentence", () => {
  const words = (/** @type {number[]} */ ...probabilities) => summary(probabilities.map((_, i) => 49 * i), Float64Array.from(probabilities));
  assert.equal(words(), "This run has kept no model yet.");
  assert.equal(words(0.7), "A 3 for the one model that is kept.");
  assert.equal(words(0.1, 0.2), "A 7 for all 2 kept models.");
  assert.equal(words(0.1, 0.9, 0.2, 0.5, 0.6), "Read as a 3 from step 147 on.");
  assert.equal(words(NaN, NaN), "None of its kept models can read: the network had diverged.");
  assert.equal(words(0.9, 0.1, 0.2, NaN), "Read as a 7 from step 49 on up to step 98. From step 147 on the network had diverged.");
});
