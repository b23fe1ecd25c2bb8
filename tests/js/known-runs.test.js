import assert from "node:assert/strict";
import { test } from "node:test";

import { KnownRuns } from "../../static/js/run/known-runs.js";
import { filledIn } from "../../static/js/run/listed-run.js";

/** @param {string} id @param {object} [more] */
const compact = (id, more) => ({ id, name: id, state: "finished", created: Number(id), steps: 10, seq: 5, recipe: {}, ...more });

/** @param {string} id @param {object} [more] */
const run = (id, more) => filledIn(/** @type {any} */ (compact(id, more)));

/**
 * A server that answers with these pages, each once it is let.
 *
 * @param {object[][]} pages
 */
function serve(pages) {
  /** @type {(() => void)[]} */
  const lets = [];
  const asked = /** @type {string[]} */ ([]);
  globalThis.fetch = (url) => {
    const runs = pages[asked.length];
    asked.push(String(url));
    const next = asked.length < pages.length ? String(asked.length) : null;
    return new Promise((answer) => lets.push(() => answer(Response.json({ runs, next }))));
  };
  const waiting = async () => {
    while (!lets.length) await new Promise((done) => setTimeout(done, 0));
  };
  return {
    asked,
    /** Answers the next request, and returns once the one after it has come. */
    answer: async () => {
      await waiting();
      lets.shift()?.();
      if (asked.length < pages.length) await waiting();
    },
  };
}

test("All pages are fetched, and seen as they come the first time", async () => {
  const server = serve([[compact("4"), compact("3")], [compact("2"), compact("1")]]);
  const known = new KnownRuns();
  const done = known.refresh();
  await server.answer();
  assert.deepEqual([known.all.map(({ id }) => id), known.complete], [["4", "3"], false]);
  await server.answer();
  await done;
  assert.deepEqual([known.all.map(({ id }) => id), known.complete], [["4", "3", "2", "1"], true]);
  assert.match(server.asked[1] ?? "", /cursor=1$/);
});

test("What changes while the pages come is newer than they are", async () => {
  const server = serve([[compact("3"), compact("2")], [compact("1")]]);
  const known = new KnownRuns();
  const done = known.refresh();
  known.change(run("4"));
  await server.answer();
  known.change(run("2", { name: "renamed" }));
  known.remove(["3"]);
  known.remove(["1"]);
  await server.answer();
  await done;
  assert.deepEqual(known.all.map(({ name }) => name), ["4", "renamed"]);
});

test("What was deleted while nobody listened goes, once all have been fetched", async () => {
  const server = serve([[compact("3")], [compact("1")]]);
  const known = new KnownRuns();
  for (const id of ["1", "2"]) known.change(run(id));
  known.complete = true;
  const done = known.refresh();
  await server.answer();
  assert.deepEqual(known.all.map(({ id }) => id), ["2", "1"]);
  await server.answer();
  await done;
  assert.deepEqual(known.all.map(({ id }) => id), ["3", "1"]);
});

test("Of two fetches the later one counts", async () => {
  const server = serve([[compact("1")], [compact("2")]]);
  const known = new KnownRuns();
  const [first, second] = [known.refresh(), known.refresh()];
  await server.answer();
  await server.answer();
  await Promise.all([first, second]);
  assert.deepEqual(known.all.map(({ id }) => id), ["2"]);
});
