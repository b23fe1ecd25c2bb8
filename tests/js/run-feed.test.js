// What a page shows of a run while others begin and go.

import assert from "node:assert/strict";
import { test } from "node:test";
import { RunFeed } from "../../static/js/run/run-feed.js";

const ONES = { loss: [1, 1], accuracy: [1, 1], learning_rate: [1, 1], gradient_norm: [1, 1], milliseconds: [1, 2] };

/** All of a run's log, up to its end or not. @param {string} run @param {{over?: boolean}} [options] @returns {any[]} */
function logOf(run, { over = false } = {}) {
  const events = [
    { type: "RunQueued", name: run, recipe: { learning_rate: 0.1 }, place: 1 },
    { type: "RunStarted", name: run, steps: 4, baseline: {} },
    { type: "Steps", step: [1, 2], ...ONES },
    ...(over ? [{ type: "RunFinished", step: 2, summary: {} }] : []),
  ];
  return events.map((event, i) => ({ ...event, run, seq: i + 1 }));
}

/** The page of the newest run, which had this one when it was made. @param {string} run @param {{over?: boolean}} [options] */
function page(run, { over = false } = {}) {
  /** @type {{run: string, after?: number, types?: string[], onEvent: (event: any) => void, ended: boolean}[]} */
  const watched = [];
  /** @type {any} */
  let live;
  /** @type {any[]} */
  const lists = [];
  const stream = {
    watchRun: (/** @type {string} */ run, /** @type {any} */ options) => {
      const one = { run, ...options, ended: false };
      watched.push(one);
      return () => (one.ended = true);
    },
    watchLive: (/** @type {any} */ options) => (live = options),
    watchList: (/** @type {any} */ to) => (lists.push(to), () => {}),
  };
  /** @type {(string | null)[]} */
  const told = [];
  const known = { run, seq: over ? 4 : 3, over, started: false };
  const onNewer = (/** @type {any} */ log) => told.push(log && log.name);
  const feed = new RunFeed(/** @type {any} */ ({ setTimeout: () => assert.ok(false, "it tries again") }), /** @type {any} */ (stream), { shown: "live", known, onNewer, onDamaged: () => {} });
  const send = (/** @type {any[]} */ events) => events.forEach((event) => live.onEvent(event));
  const isNewest = (/** @type {string} */ run) => live.onLive(run);
  const remove = (/** @type {string} */ run) => lists.forEach(({ onDeleted }) => onDeleted?.(run));
  return { feed, watched, told, send, isNewest, remove };
}

test("a run that is shown goes on to its end though another has begun, of which the page tells", () => {
  const { feed, watched, told, send, isNewest } = page("A");
  isNewest("A");
  send(logOf("A"));
  isNewest("B");
  send(logOf("B"));
  assert.deepEqual(watched.map(({ run, after }) => [run, after]), [["A", 3]]);
  assert.equal(feed.newer, "B");
  isNewest("A"); // B was deleted: from here on its events may come by either way
  isNewest("C");
  assert.deepEqual([watched.length, watched[0].ended], [2, true]);
  watched[1].onEvent({ type: "RunStopped", seq: 4, run: "A", step: 2, summary: {} });
  assert.deepEqual([feed.run.run, feed.run.state], ["A", "stopped"]);
  isNewest("D");
  assert.equal(watched.length, 2, "nothing more comes of one that has ended");
  send(logOf("D"));
  feed.follow();
  assert.deepEqual([feed.run.run, watched[1].ended, told.at(-1)], ["D", true, null]);
});

test("one whose log is still on its way when another begins is not asked for twice", () => {
  const { feed, watched, isNewest } = page("A", { over: true });
  const log = logOf("A", { over: true });
  for (const event of log.slice(0, 2)) watched[0].onEvent(event);
  isNewest("B");
  for (const event of log.slice(2)) watched[0].onEvent(event);
  assert.deepEqual([watched.length, feed.run.run, feed.run.state], [1, "A", "finished"]);
});

test("what comes again changes nothing", () => {
  const { feed, send, isNewest } = page("A");
  for (let i = 0; i < 2; i++) {
    isNewest("A");
    send(logOf("A"));
  }
  assert.equal(feed.run.metrics.step.length, 2);
});

for (const order of ["first", "last"]) {
  test(`what is the newest since another was deleted has not begun; the deletion is told ${order}`, () => {
    const { feed, told, send, isNewest, remove } = page("New", { over: true });
    if (order === "first") remove("New");
    isNewest("Old");
    send(logOf("Old", { over: true }));
    if (order === "last") remove("New");
    assert.equal(feed.newer, null);
    if (order === "first") assert.deepEqual(told, []);
    else assert.equal(told.at(-1), null, "what was said is taken back");
    isNewest("New"); // it is restored
    send(logOf("New", { over: true }));
    isNewest("Next");
    send(logOf("Next"));
    assert.equal(feed.newer, "Next");
  });
}

test("one that waits to be looked at is forgotten where it is deleted", () => {
  const { feed, told, send, isNewest, remove } = page("A", { over: true });
  isNewest("B");
  send(logOf("B", { over: true }));
  remove("B");
  assert.deepEqual([feed.newer, told.at(-1)], [null, null]);
});

test("where another began before anything had come, it is shown", () => {
  const { feed, watched, send, isNewest } = page("A");
  isNewest("B");
  send(logOf("B"));
  assert.deepEqual([feed.run.run, feed.run.step, feed.complete], ["B", 2, true]);
  assert.deepEqual(watched, []);
});

test("the pictures of a run that was deleted are asked for once, and not said to come", async () => {
  const { feed, send } = page("A", { over: true });
  send(logOf("A", { over: true }));
  /** @type {string[]} */
  const asked = [];
  globalThis.fetch = /** @type {any} */ (async (/** @type {string} */ url) => (asked.push(url), new Response(null, { status: 404 })));
  feed.run.moveTo(1);
  for (let i = 0; i < 20; i++) await Promise.resolve();
  assert.deepEqual([asked, feed.run.log.fetching], [["/api/runs/A/frames"], false]);
});
