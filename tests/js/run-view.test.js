import assert from "node:assert/strict";
import { test } from "node:test";

import { KnownRuns } from "../../static/js/run/known-runs.js";
import { filledIn } from "../../static/js/run/listed-run.js";
import { rowsToBuild, scrollToRow } from "../../static/js/run/row-window.js";
import { RunView } from "../../static/js/run/run-view.js";
import { Selection } from "../../static/js/run/selection.js";

/** @param {string} id @param {Partial<import("../../static/js/run/listed-run.js").CompactRun>} [more] */
const run = (id, more) => filledIn({ id, name: id, state: "finished", created: Number(id), steps: 10, seq: 1, recipe: {}, ...more });

/** @param {...string} ids oldest first */
function viewOf(...ids) {
  const known = new KnownRuns();
  for (const id of ids) known.change(run(id));
  return { known, view: new RunView(known) };
}

test("What comes later stands first, and what is brought back where it was", () => {
  const { known, view } = viewOf("1", "2", "3");
  assert.deepEqual(view.order, ["3", "2", "1"]);
  known.remove(["2"]);
  assert.deepEqual(view.order, ["3", "1"]);
  known.change(run("2"));
  assert.deepEqual(view.order, ["3", "2", "1"]);
});

test("Word that is older than what is known is passed over", () => {
  const { known } = viewOf("1");
  known.change(run("1", { seq: 5, state: "stopped" }));
  known.change(run("1", { seq: 4, state: "running" }));
  assert.equal(known.get("1")?.state, "stopped");
});

test("The order stays while runs only learn", () => {
  const { known, view } = viewOf("1", "2");
  view.ask({ sort: "accuracy", down: true });
  const { order } = view;
  known.change(run("1", { seq: 2, summary: { valid_accuracy: 0.9 } }));
  assert.equal(view.order, order);
  known.change(run("1", { seq: 3, state: "stopped", summary: { valid_accuracy: 0.9 } }));
  assert.deepEqual(view.order, ["1", "2"]);
});

test("Nothing stays selected that is not shown", () => {
  const { known, view } = viewOf("1", "2", "3");
  view.select((chosen) => chosen.all(view.order));
  known.remove(["2"]);
  assert.deepEqual(view.selection.ids, ["3", "1"]);
  view.ask({ q: "3" });
  assert.deepEqual(view.selection.ids, ["3"]);
  view.ask({ state: "failed" });
  assert.equal(view.selection.size, 0);
});

test("States are counted among what is searched", () => {
  const { known, view } = viewOf("1", "2");
  known.change(run("31", { state: "running" }));
  view.ask({ q: "1", state: "active" });
  assert.deepEqual([...view.counts()], [["", 2], ["active", 1], ["running", 1], ["finished", 1]]);
  assert.deepEqual(view.order, ["31"]);
});

test("A range reaches from where it began, either way", () => {
  const order = ["a", "b", "c", "d"];
  const chosen = new Selection();
  chosen.extend("c", order);
  chosen.extend("a", order);
  assert.deepEqual(chosen.ids, ["a", "b", "c"]);
  chosen.extend("d", order);
  assert.deepEqual(chosen.ids, ["c", "d"]);
  chosen.toggle("a");
  chosen.extend("b", order, true);
  assert.deepEqual(chosen.ids, ["c", "d", "a", "b"]);
  chosen.extend("gone", order);
  assert.equal(chosen.size, 4);
});

test("Rows are built in sight and a little beyond, whatever is scrolled to", () => {
  assert.deepEqual(rowsToBuild({ top: -300, bottom: 400, rowHeight: 40, count: 2000 }), [0, 22]);
  assert.deepEqual(rowsToBuild({ top: 40_000, bottom: 40_400, rowHeight: 40, count: 2000 }), [988, 1022]);
  assert.deepEqual(rowsToBuild({ top: 79_900, bottom: 80_300, rowHeight: 40, count: 2000 }), [1985, 2000]);
  assert.deepEqual(rowsToBuild({ top: 900, bottom: 1300, rowHeight: 40, count: 3 }), [3, 3]);
});

test("A row that is out of sight is scrolled to, no further than need be", () => {
  const view = { top: 400, bottom: 800, rowHeight: 40 };
  assert.deepEqual([0, 10, 15, 19, 20, 30].map((row) => scrollToRow(view, row)), [-400, 0, 0, 0, 40, 440]);
});

test("A sweep is one row until it is unfolded, or one searches or sorts by something else", () => {
  const { known, view } = viewOf("1");
  for (const [at, accuracy] of [0.7, 0.9, 0.8].entries()) {
    known.change(run(String(at + 2), { name: `Swept · seed ${at}`, sweep: "s", step: 10, summary: { valid_accuracy: accuracy } }));
  }
  assert.deepEqual(view.order, ["4", "1"]);
  const whole = view.shown("4");
  assert.deepEqual([whole?.name, whole?.summary.valid_accuracy, whole?.steps], ["Swept", 0.9, 30]);
  assert.equal(view.shown("4"), whole, "made anew only where a member has changed");
  view.select((chosen) => chosen.only("4"));
  assert.deepEqual(view.selected.map(({ id }) => id), ["4", "3", "2"]);
  view.unfold("4", true);
  assert.deepEqual(view.order, ["4", "3", "2", "1"]);
  assert.equal(view.shown("4")?.name, "Swept · seed 2");
  assert.deepEqual(view.selected.map(({ id }) => id), ["4", "3", "2"]);
  view.unfold("4", false);
  assert.deepEqual(view.order, ["4", "1"]);
  view.ask({ q: "seed 1" });
  assert.deepEqual(view.order, ["3"]);
  view.ask({ q: "", sort: "accuracy" });
  assert.equal(view.order.length, 4);
});
