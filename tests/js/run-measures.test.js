import assert from "node:assert/strict";
import { test } from "node:test";
import { ChartChoices } from "../../static/js/run/chart-choices.js";
import { Column } from "../../static/js/run/column.js";
import { axisEnd, runContent } from "../../static/js/run/run-measures.js";

/** @param {number[]} values */
function column(values) {
  const made = new Column();
  made.append(values);
  return made;
}

/** A run of `taken` steps, 10 an epoch. @param {number} taken @returns {import("../../static/js/run/run-measures.js").ChartedRun} */
function run(taken, active = true) {
  const steps = Array.from({ length: taken }, (_, i) => i + 1);
  const ends = steps.filter((step) => step % 10 === 0);
  const perEpoch = (/** @type {number} */ value) => column(ends.map(() => value));
  return {
    run: "run", step: taken, live: true, active, steps: 100, rateChanges: [{ step: 3, value: 0.05 }],
    started: { steps_per_epoch: 10, baseline: { l1: 0.95 } },
    metrics: { step: column(steps), loss: column(steps.map((step) => 1 / step)), accuracy: column(steps.map(() => 0.9)) },
    epochs: { step: column(ends), valid_loss: perEpoch(0.1), valid_accuracy: perEpoch(0.97), accuracy_of_3: perEpoch(0.96), accuracy_of_7: perEpoch(0.98) },
    subscribe: () => () => {},
  };
}

test("while a run goes on its axis doubles, never beyond what is planned, and ends where it ended", () => {
  assert.deepEqual([0, 10, 11, 30, 70].map((taken) => axisEnd(run(taken))), [10, 10, 20, 40, 80]);
  assert.equal(axisEnd(run(90)), 100);
  assert.equal(axisEnd(run(37, false)), 37);
});

test("a chart shows the moment of a run that is looked back on, and none of one that is live", () => {
  const past = run(50);
  const content = runContent("accuracy", past, { smoothed: () => past.metrics.accuracy.view, logarithmic: () => false });
  assert.equal(content.moment(), null);
  past.live = false;
  past.step = 7;
  assert.equal(content.moment(), 7);
  assert.equal(content.end(), 80, "the axis is the whole run's, whatever the moment");
});

test("what comes in the run's place is shown from then on", () => {
  const shown = run(5);
  const content = runContent("loss", shown, { smoothed: () => shown.metrics.loss.view, logarithmic: () => true });
  Object.assign(shown, run(40));
  assert.deepEqual(content.series.map(({ y }) => y().length), [4, 40, 40]);
  assert.deepEqual(content.marks(), [{ x: 3, label: "rate 0.05" }]);
});

test("scales are automatic until somebody chooses: logarithmic once an epoch is over", () => {
  const choices = new ChartChoices();
  const life = new AbortController();
  let told = 0;
  choices.subscribe(() => told++, life.signal);
  assert.deepEqual([0, 1, 40].map((epochs) => choices.logarithmic(epochs)), [false, true, true]);
  choices.choose({ scale: "linear" });
  assert.equal(choices.logarithmic(40), false);
  choices.choose({ scale: "logarithmic" });
  assert.equal(choices.logarithmic(0), true);
  life.abort();
  choices.choose({ smoothing: 0.1 });
  assert.equal(told, 2);
});

test("neighbouring ticks of a loss that grew without bound are told apart", () => {
  const { tick } = runContent("loss", run(10), { smoothed: () => new Float64Array(), logarithmic: () => false });
  assert.deepEqual([0, 5e29, 1e30, 1.5e30].map((value) => tick?.(value)), ["0", "5e+29", "1e+30", "1.5e+30"]);
});
