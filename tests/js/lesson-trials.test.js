// What a lesson says of runs that it has asked for.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Trials } from "../../static/js/lessons/trials.js";

test("until the server answers a lesson is told what it waits for, once it has made what it says it with", async () => {
  globalThis.fetch = () => new Promise(() => {}); // it answers never
  const controller = new AbortController();
  /** @type {string[]} */
  const said = [];
  // @ts-expect-error only what is used
  const trials = new Trials("sigmoid", { signal: controller.signal });
  const trial = trials.ask("network", { onChange: ({ waiting }) => said.push(waiting) });
  assert.deepEqual(said, []);
  await null;
  assert.deepEqual(said, ["Asking the server for its runs …"]);
  assert.equal(trial.complete, false);

  trials.ask("network", { onChange: ({ waiting }) => said.push(waiting) });
  controller.abort();
  await null;
  assert.equal(said.length, 1, "nothing once the page is left");
});
