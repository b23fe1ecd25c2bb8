import assert from "node:assert/strict";
import { test } from "node:test";

import { AXIS_NAMES, axisOf } from "../../static/js/compare/axes.js";
import { compared, differingFields, said, stepAt } from "../../static/js/compare/compared-runs.js";
import { comparePath, MOST_COMPARED, readCompared } from "../../static/js/run/compare-address.js";
import { RunAt } from "../../static/js/run/run-at.js";
import { RunLog } from "../../static/js/run/run-log.js";

/** @param {number} perEpoch @param {number} epochs @param {number} millisecondsEach */
function trained(perEpoch, epochs, millisecondsEach) {
  const log = new RunLog("run");
  const steps = Array.from({ length: perEpoch * epochs }, (_, i) => i + 1);
  log.started = /** @type {any} */ ({ steps_per_epoch: perEpoch, baseline: { l1: 0.95 }, steps: steps.length });
  log.metrics.step.append(steps);
  log.metrics.milliseconds.append(steps.map((step) => step * millisecondsEach));
  log.epochs.step.append(Array.from({ length: epochs }, (_, i) => (i + 1) * perEpoch));
  return new RunAt(log);
}

test("an address of runs comes back the same, each once", () => {
  assert.equal(comparePath(["a", "b"]), "/compare?runs=a,b");
  assert.equal(comparePath([]), "/compare");
  assert.deepEqual(readCompared("?runs=a,b,a,,%20"), { ids: ["a", "b"], beyond: 0 });
  assert.deepEqual(readCompared(""), { ids: [], beyond: 0 });
  const strange = ["a&b", "ü,?", "x y"].map((id) => id.replace(",", ""));
  assert.deepEqual(readCompared(new URL(comparePath(strange), "http://localhost").search).ids, strange);
});

test("no more runs are read than can be told apart", () => {
  const many = Array.from({ length: MOST_COMPARED + 5 }, (_, i) => `run${i}`);
  const { ids, beyond } = readCompared(`?runs=${many.join(",")}`);
  assert.deepEqual(ids, many.slice(0, MOST_COMPARED));
  assert.equal(beyond, 5);
  const looks = ids.map((_, i) => compared(/** @type {any} */ ({ run: trained(1, 1, 1) }), i));
  assert.equal(new Set(looks.map(({ letter }) => letter)).size, MOST_COMPARED);
  assert.equal(new Set(looks.map(({ look }) => JSON.stringify(look))).size, MOST_COMPARED);
});

test("recipes differ in what makes a difference", () => {
  assert.deepEqual(differingFields([{}, { learning_rate: 0.1 }]), []);
  assert.deepEqual(differingFields([{ learning_rate: 1 }, {}, { epochs: 10 }]), ["learning_rate", "epochs"]);
  // One layer has no hidden units, whatever its recipe says of them.
  assert.deepEqual(differingFields([{ model: "linear", hidden: 30 }, { model: "linear", hidden: 64 }]), []);
  assert.deepEqual(differingFields([{ model: "linear" }, { hidden: 30 }]), ["model"]);
  assert.equal(said({ model: "linear", hidden: 64 }, "hidden"), null);
  assert.equal(said({}, "hidden"), 30);
});

test("on every axis a run's steps lie where they were taken", () => {
  const run = trained(10, 3, 50);
  const last = { step: 30, epoch: 3, time: 1.5 };
  for (const name of AXIS_NAMES) {
    const axis = axisOf(name);
    const places = axis.steps(run);
    assert.equal(places.length, 30);
    assert.equal(places.at(-1), last[name]);
    assert.deepEqual([...axis.epochs(run)], [1, 2, 3].map((epoch) => (last[name] * epoch) / 3));
    assert.equal(axis.at(run, 20), (last[name] * 2) / 3);
    assert.equal(axis.end(run), last[name]);
    assert.equal(stepAt(run, places, 0), 0);
    assert.equal(stepAt(run, places, last[name] / 2), 15);
    assert.equal(stepAt(run, places, 1000), 30);
  }
});

test("an axis goes on with what comes", () => {
  const run = trained(10, 1, 50);
  const axis = axisOf("epoch");
  assert.equal(axis.steps(run).length, 10);
  run.log.metrics.step.append([11, 12]);
  assert.deepEqual([...axis.steps(run)].slice(-2), [1.1, 1.2]);
});

test("of a run that has not begun nothing is drawn", () => {
  const run = new RunAt(new RunLog("run"));
  for (const name of AXIS_NAMES) {
    const axis = axisOf(name);
    assert.equal(axis.steps(run).length, 0);
    assert.equal(axis.end(run), 0);
    assert.equal(stepAt(run, axis.steps(run), 1), 0);
  }
});
