import assert from "node:assert/strict";
import { test } from "node:test";

import { filledIn } from "../../static/js/run/listed-run.js";
import { asked, EVERY, inState, readQuery, sorted, writeQuery } from "../../static/js/run/run-query.js";

/** @param {Partial<import("../../static/js/run/listed-run.js").CompactRun>} run */
const run = (run) => filledIn({ id: "id", name: "A run", state: "finished", created: 1, steps: 1960, recipe: {}, ...run });

const titles = new Map([["too_fast", "Learning rate too large"]]);

/** @param {import("../../static/js/wire.js").Run[]} runs @param {Partial<typeof EVERY>} query */
const found = (runs, query) => asked(runs, { ...EVERY, ...query }, titles).map(({ id }) => id);

test("An address says what is asked for, and comes back the same", () => {
  for (const search of ["", "?q=adam+64&state=failed&sort=-accuracy", "?preset=linear&sweep=s1", "?sort=name", "?sort=started"]) {
    assert.equal(writeQuery(readQuery(search)), search);
  }
  assert.deepEqual(readQuery("?sort=-started&state=&q="), EVERY);
});

test("What an address says wrongly is passed over", () => {
  assert.deepEqual(readQuery("?sort=colour&state=lost&x=1&sort=name"), EVERY);
  assert.deepEqual(readQuery("?sort=__proto__"), EVERY);
});

test("Words are searched in name, recipe and preset, without regard to case and accents", () => {
  const runs = [
    run({ id: "a", name: "Übung 1", recipe: { optimizer: "adam", hidden: 64 } }),
    run({ id: "b", name: "Second", preset: "too_fast", recipe: { learning_rate: 10 }, sweep: "s" }),
  ];
  assert.deepEqual(found(runs, { q: "ubung" }), ["a"]);
  assert.deepEqual(found(runs, { q: "64 ADAM" }), ["a"]);
  assert.deepEqual(found(runs, { q: "adam second" }), []);
  assert.deepEqual(found(runs, { q: "too large" }), ["b"]);
  assert.deepEqual(found(runs, { q: "  " }), ["a", "b"]);
  assert.deepEqual(found(runs, { preset: "too_fast" }), ["b"]);
  assert.deepEqual(found(runs, { sweep: "s" }), ["b"]);
});

test("In progress is every state in which a run can go on", () => {
  assert.deepEqual(["queued", "running", "paused", "stopped"].map((state) => inState(state, "active")), [true, true, true, false]);
  assert.ok(inState("failed", ""));
});

test("What has no figure comes last, and equals stay newest first", () => {
  const runs = [
    run({ id: "waiting", state: "queued" }),
    run({ id: "best", summary: { valid_accuracy: 0.99, seconds: 3 } }),
    run({ id: "worst", summary: { valid_accuracy: 0.5, seconds: 3 } }),
  ];
  /** @param {import("../../static/js/run/run-query.js").SortKey} sort @param {boolean} down */
  const order = (sort, down) => sorted(runs, { sort, down }).map(({ id }) => id);
  assert.deepEqual(order("accuracy", true), ["best", "worst", "waiting"]);
  assert.deepEqual(order("accuracy", false), ["worst", "best", "waiting"]);
  assert.deepEqual(order("took", true), ["best", "worst", "waiting"]);
  assert.deepEqual(order("started", false), ["worst", "best", "waiting"]);
  assert.deepEqual(order("state", false), ["waiting", "best", "worst"]);
});

test("Numbers in names are sorted as numbers", () => {
  const runs = ["Run 10", "run 9", "Élan", "Run 1"].map((name) => run({ id: name, name }));
  assert.deepEqual(sorted(runs, { sort: "name", down: false }).map(({ id }) => id), ["Élan", "Run 1", "run 9", "Run 10"]);
});
