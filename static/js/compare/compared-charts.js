// One measure of several runs in a chart: of each run its value after each epoch, and beneath it the local average of its
// mini-batches.

import { MEASURES } from "../run/run-measures.js";
import { smoothedMeasure } from "../run/run-charts.js";
import { mountPlot } from "../plot/plot.js";
import { plain } from "../shell/format.js";

/** @typedef {import("./compared-runs.js").Compared} Compared */
/** @typedef {import("./axes.js").Axis} Axis */
/** @typedef {import("../run/run-measures.js").Measure} Measure */

const ABOUT = {
  loss:
    "How wrong each network is: after each epoch on digits that it never trains on (dots), and the local average of its " +
    "mini-batches (thin). Losses of two kinds, such as mnist_loss and cross-entropy, are no measure of each other.",
  accuracy:
    "The share that each network reads correctly: after each epoch of digits that it never trains on (dots), and the local " +
    "average of its mini-batches (thin). On the logarithmic axis equal ratios of errors are equally high.",
};

const NONE = new Float64Array();

/**
 * @param {HTMLElement} root has a height of its own
 * @param {{runs: readonly Compared[], measure: Measure, axis: Axis, painter: import("../shell/painter.js").Painter,
 *   cursor: import("../plot/cursor.js").Cursor, choices: import("../run/chart-choices.js").ChartChoices,
 *   moment: () => number | null, onMove: (x: number) => void}} context `moment`: the x that the page shows; null: each
 *   run's newest
 * @param {{signal: AbortSignal}} life
 */
export function mountComparedChart(root, { runs, measure, axis, painter, cursor, choices, moment, onMove }, { signal }) {
  root.dataset.part = measure;
  const { title, format, tick, scales, validation, level } = MEASURES[measure];
  const smoothed = runs.map(({ run }) => smoothedMeasure(run, measure, choices));
  const shown = () => runs.filter((each) => each.shown);
  const longest = () => Math.max(0, ...shown().map(({ run }) => axis.end(run)));
  const column = /** @type {"valid_loss" | "valid_accuracy"} */ (validation.column);
  /** @type {import("../plot/content.js").Content} */
  const content = {
    title,
    about: ABOUT[measure],
    x: {
      label: axis.label,
      format: axis.format,
      tick: axis.format,
      whole: axis.whole,
      narrowest: axis.narrowest,
      points: () => shown().map(({ run }) => axis.steps(run)).reduce((one, other) => ((other.at(-1) ?? 0) > (one.at(-1) ?? 0) ? other : one), NONE),
    },
    series: [
      ...runs.map((each) => ({
        label: each.letter,
        x: () => (each.shown ? axis.epochs(each.run) : NONE),
        y: () => (each.shown ? each.run.epochs[column].view : NONE),
        ...each.look,
        width: 2,
        dots: true,
      })),
      ...runs.map((each, i) => ({
        label: `${each.letter}, batches`,
        x: () => (each.shown ? axis.steps(each.run) : NONE),
        y: () => (each.shown ? (smoothed[i].follow(), smoothed[i].view) : NONE),
        ...each.look,
        width: 1,
        smooth: true,
        faint: true,
        silent: true,
      })),
    ],
    format,
    tick,
    scale: () => (choices.logarithmic(Math.max(0, ...shown().map(({ run }) => run.epochs.step.length))) ? scales.logarithmic : scales.linear),
    end: longest,
    ...(level ? { level: { label: level.label, value: () => baseline(shown()) } } : {}),
    marks: () => shown()
      .flatMap(({ letter, run }) => run.rateChanges.map(({ step, value }) => ({ x: axis.at(run, step), label: `${letter}: rate ${plain(value)}` })))
      .filter(({ x }) => !Number.isNaN(x))
      .sort((one, other) => one.x - other.x),
    moment,
  };
  const plot = mountPlot(root, { content, painter, cursor, onMove }, { signal });
  for (const { run } of runs) {
    signal.addEventListener("abort", run.subscribe(({ type }) => {
      if (type === "Moved") return plot.moved();
      if (type === "Weights" || type === "CheckpointSaved") return;
      plot.refresh();
      if (type !== "Steps") plot.describe();
    }));
  }
  choices.subscribe(() => {
    for (const each of smoothed) each.setShare(choices.smoothing);
    plot.refresh();
  }, signal);
  return plot;
}

/** What one gets without learning, where all of them read the same digits; else null. @param {readonly Compared[]} runs */
function baseline(runs) {
  const levels = new Set(runs.flatMap(({ run }) => run.started?.baseline.l1 ?? []));
  return levels.size === 1 ? [...levels][0] : null;
}
