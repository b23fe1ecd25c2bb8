// A chart of one of a run's measures.

import { ChartChoices } from "./chart-choices.js";
import { runContent } from "./run-measures.js";
import { Cursor } from "../plot/cursor.js";
import { mountPlot } from "../plot/plot.js";
import { Smoothed } from "../plot/smoothing.js";

/** @typedef {import("./run-measures.js").ChartedRun} ChartedRun */
/** @typedef {import("./run-measures.js").Measure} Measure */
/**
 * @typedef {object} Context
 * @property {ChartedRun} run whatever log it shows now, if that may change
 * @property {import("../shell/painter.js").Painter} painter
 * @property {Measure} measure
 * @property {Cursor} [cursor] shared with the run's other charts
 * @property {ChartChoices} [choices] shared with all charts that are to be drawn alike
 * @property {(step: number) => void} [onMove] the chart was pressed at a step, or its cursor moved there by keys
 */

/** Events that change no curve. */
const ELSEWHERE = new Set(["Weights", "CheckpointSaved"]);

/**
 * Fills an element that has a height of its own (120 pixels and more) with the chart, its `data-part` the measure.
 *
 * @param {HTMLElement} root
 * @param {Context} context
 * @param {{signal: AbortSignal}} life
 */
export function mountRunChart(root, { run, painter, measure, cursor = new Cursor(), choices = new ChartChoices(), onMove }, { signal }) {
  root.dataset.part = measure;
  const follow = () => ({ of: run.metrics, average: smoothedMeasure(run, measure, choices) });
  let smoothed = follow();
  const content = runContent(measure, run, {
    smoothed: () => (smoothed.average.follow(), smoothed.average.view), // when it is painted, not at each event
    logarithmic: () => choices.logarithmic(run.epochs.step.length),
  });
  const plot = mountPlot(root, { content, painter, cursor, onMove }, { signal });
  const unsubscribe = run.subscribe(({ type }) => {
    if (ELSEWHERE.has(type)) return;
    if (smoothed.of !== run.metrics) {
      smoothed = follow(); // another run has taken the place of the one before
      cursor.zoomTo(null);
      cursor.moveTo(null);
      plot.refresh();
    }
    if (type === "Moved") return plot.moved();
    plot.refresh();
    if (type !== "Steps") plot.describe();
  });
  signal.addEventListener("abort", unsubscribe);
  choices.subscribe(() => {
    smoothed.average.setShare(choices.smoothing);
    plot.refresh();
  }, signal);
  return plot;
}

/**
 * The local average of a run's measure, none of it across a change of the learning rate.
 *
 * @param {ChartedRun} run
 * @param {Measure} measure
 * @param {ChartChoices} choices
 */
export function smoothedMeasure(run, measure, choices) {
  const average = new Smoothed(run.metrics[measure], () => run.rateChanges.map(({ step }) => step)); // step + 1, the first after it, is at that index
  average.setShare(choices.smoothing);
  return average;
}
