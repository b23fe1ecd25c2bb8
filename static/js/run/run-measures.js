// The two measures of a run that are charted: loss and accuracy.

import { linear, logarithmic, share, shareByError } from "../plot/scales.js";
import { count, loss, percent, plain } from "../shell/format.js";

/** @typedef {import("../plot/content.js").Content} Content */
/** @typedef {import("../plot/curve.js").Series} Series */
/** @typedef {import("./column.js").Column} Column */
/** @typedef {"loss" | "accuracy"} Measure */
/**
 * What the charts take of a run.
 *
 * @typedef {object} ChartedRun
 * @property {string} run id
 * @property {number} step the moment shown
 * @property {boolean} [live] the moment is the newest, whatever comes
 * @property {boolean} active
 * @property {number} steps as planned
 * @property {{steps_per_epoch: number, baseline: {l1: number}} | null} started
 * @property {{step: Column, loss: Column, accuracy: Column}} metrics
 * @property {{step: Column, valid_loss: Column, valid_accuracy: Column, accuracy_of_3: Column, accuracy_of_7: Column}} epochs
 * @property {{step: number, value: number}[]} rateChanges
 * @property {(listener: (event: {type: string}) => void) => () => void} subscribe
 */

const LOSS_ABOUT =
  "How wrong the network is: on the mini-batch of each step (thin), their local average (thick), and after each epoch " +
  "on digits that it never trains on (dots). Dots that rise while the line keeps falling mean that it learns its " +
  "training images by heart.";

const ACCURACY_ABOUT =
  "The share that it reads correctly: of the mini-batch of each step (thin), their local average (thick), and after " +
  "each epoch of the digits that it never trains on (dots), also of their 3s and 7s alone. The dashed line is what one " +
  "gets without any learning, by asking which is nearer: the average 3 or the average 7. On the logarithmic axis 98 % " +
  "is as far from 96 % as 96 % is from 92 %: half the errors.";

/**
 * The last step of the axis. While a run goes on the axis doubles now and then, so that it stands still in between and
 * the first steps can be seen as well as the last.
 *
 * @param {ChartedRun} run
 */
export function axisEnd({ metrics, steps, active, started }) {
  const newest = metrics.step.at(-1) || 0;
  if (!active || !started) return newest;
  let end = started.steps_per_epoch;
  while (end < newest) end *= 2;
  return Math.min(end, Math.max(steps, newest));
}

/**
 * The content of a run's chart, whatever run `current` is: what comes in its place is shown from then on.
 *
 * @param {Measure} measure
 * @param {ChartedRun} run
 * @param {{smoothed: () => Float64Array, logarithmic: () => boolean}} choices
 * @returns {Content}
 */
export function runContent(measure, run, { smoothed, logarithmic }) {
  const { title, about, format, tick, scales, validation, byDigit, level } = MEASURES[measure];
  const steps = () => run.metrics.step.view;
  const byEpoch = (/** @type {Line} */ { column, ...look }) => ({
    ...look,
    x: () => run.epochs.step.view,
    y: () => run.epochs[column].view,
  });
  return {
    title,
    about,
    x: { label: "Step", format: count, tick: count, whole: true, narrowest: NARROWEST, points: steps },
    series: [
      byEpoch(validation),
      { label: "Smoothed", x: steps, y: smoothed, ink: "--ink-soft", width: 2, smooth: true },
      { label: "Batch", x: steps, y: () => run.metrics[measure].view, ink: "--line-strong", width: 1, faint: true },
      ...byDigit.map(byEpoch),
    ],
    format,
    tick,
    scale: () => (logarithmic() ? scales.logarithmic : scales.linear),
    end: () => axisEnd(run),
    ...(level ? { level: { label: level.label, value: () => level.of(run) } } : {}),
    marks: () => run.rateChanges.map(({ step, value }) => ({ x: step, label: `rate ${plain(value)}` })),
    moment: () => (run.live === false ? run.step : null),
  };
}

/**
 * @typedef {Pick<Series, "label" | "ink" | "width" | "dash" | "dots">
 *   & {column: "valid_loss" | "valid_accuracy" | "accuracy_of_3" | "accuracy_of_7"}} Line with a value per epoch
 * @typedef {object} Kind
 * @property {string} title
 * @property {string} about
 * @property {(value: number) => string} format
 * @property {(value: number) => string} tick
 * @property {Record<"linear" | "logarithmic", import("../plot/scales.js").Scale>} scales
 * @property {Line} validation
 * @property {Line[]} byDigit
 * @property {{label: string, of: (run: ChartedRun) => number | null}} [level]
 */

const NARROWEST = 3; // steps

/** @type {Record<Measure, Kind>} */
export const MEASURES = {
  loss: {
    title: "Loss",
    about: LOSS_ABOUT,
    format: loss,
    tick: (value) => ((Math.abs(value) >= 1e-4 && Math.abs(value) < 1e5) || value === 0 ? plain(value) : Number(value.toPrecision(3)).toExponential()),
    scales: { linear, logarithmic },
    validation: { label: "Validation", ink: "--ink", width: 2, dots: true, column: "valid_loss" },
    byDigit: [],
  },
  accuracy: {
    title: "Accuracy",
    about: ACCURACY_ABOUT,
    format: (value) => percent(value),
    tick: (value) => `${plain(value * 100)}\u00a0%`,
    scales: { linear: share, logarithmic: shareByError },
    validation: { label: "Validation", ink: "--ink", width: 2, dots: true, column: "valid_accuracy" },
    byDigit: [
      { label: "3s", ink: "--three", width: 1.5, dash: [7, 3], column: "accuracy_of_3" },
      { label: "7s", ink: "--seven", width: 1.5, dash: [2.5, 2], column: "accuracy_of_7" },
    ],
    level: { label: "Baseline", of: ({ started }) => started?.baseline.l1 ?? null },
  },
};
