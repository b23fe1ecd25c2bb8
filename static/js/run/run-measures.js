// The two measures of a run that are charted: loss and accuracy.

import { loss, percent, plain } from "../shell/format.js";

/** @typedef {import("../plot/chart-content.js").Content} Content */
/** @typedef {import("../plot/chart-content.js").Scale} Scale */
/** @typedef {import("./run-store.js").RunStore} RunStore */
/** @typedef {{loss: import("./column.js").Column, accuracy: import("./column.js").Column}} Courses smoothed */

/** Room above the highest error that a logarithmic accuracy axis can show: 100 % right has no logarithm of errors. */
const LEAST_ERROR = 0.0005;

/** @type {Record<"linear" | "log", Scale>} */
const LOSS_SCALES = {
  linear: {
    distr: 1,
    range: (low, high, zoomed) => {
      if (!Number.isFinite(high)) return [0, 1];
      const room = (zoomed ? high - low : high) * 0.06 || Math.abs(high) * 0.1 || 1;
      return [zoomed || low < 0 ? low - room : 0, high + room];
    },
  },
  log: {
    distr: 3,
    splits: decades,
    range: (low, high) => {
      if (!(Number.isFinite(high) && high > 0)) return [0.01, 1];
      return [rounded(Math.max(low, high * 1e-9), Math.floor), rounded(high, Math.ceil)];
    },
  },
};

const LABELLED = [0, 0.3, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 1];

/** @type {Record<"linear" | "log", Scale>} */
const ACCURACY_SCALES = {
  linear: {
    distr: 1,
    range: (low, high, zoomed) => {
      if (!Number.isFinite(low)) return [0, 1];
      const room = Math.max((zoomed ? high - low : 1 - low) * 0.06, 0.002);
      return [Math.max(0, low - room), zoomed ? Math.min(1 + room, high + room) : 1 + room / 3];
    },
  },
  log: {
    distr: 100,
    fwd: (accuracy) => -Math.log10(Math.max(1 - accuracy, 0) + LEAST_ERROR),
    bwd: (height) => 1 + LEAST_ERROR - 10 ** -height,
    splits: (min, max) => LABELLED.filter((accuracy) => accuracy >= min && accuracy <= max),
    range: (low) => [Number.isFinite(low) ? Math.max(0, low - 0.02) : 0, 1],
  },
};

/**
 * Powers of ten, with multiples between them where there are few; of many, every so many.
 *
 * @param {number} min
 * @param {number} max
 */
function decades(min, max) {
  const first = Math.floor(Math.log10(min));
  const last = Math.ceil(Math.log10(max));
  const every = Math.ceil((last - first) / 10);
  const steps = last - first <= 1 ? [1, 2, 3, 4, 5, 6, 7, 8, 9] : last - first <= 3 ? [1, 2, 5] : [1];
  const found = [];
  for (let power = first; power <= last; power += every) found.push(...steps.map((step) => step * 10 ** power));
  return found.filter((value) => value >= min * 0.999 && value <= max * 1.001);
}

/**
 * To one digit that counts, so that the axis ends at a line of its grid.
 *
 * @param {number} value
 * @param {(value: number) => number} round
 */
function rounded(value, round) {
  const unit = 10 ** Math.floor(Math.log10(value));
  return round(value / unit) * unit;
}

/**
 * The last step of the axis. While a run goes on the axis doubles now and then, so that it stands still in between and
 * the first steps can be seen as well as the last.
 *
 * @param {RunStore} store
 */
function axisEnd({ step, steps, active, started }) {
  if (!active || !started) return step;
  let end = started.steps_per_epoch;
  while (end < step) end *= 2;
  return Math.min(end, steps);
}

/** @param {RunStore} store */
function shared(store) {
  return {
    steps: () => store.metrics.step,
    epochSteps: () => store.epochs.step,
    end: () => axisEnd(store),
    marks: () => store.rateChanges.map(({ step, value }) => ({ step, label: `rate ${plain(value)}` })),
  };
}

/**
 * @param {RunStore} store
 * @param {() => Courses} smoothed
 * @returns {Content}
 */
export function lossContent(store, smoothed) {
  return {
    ...shared(store),
    title: "Loss",
    caption:
      "How wrong the network is: on the mini-batch of each step (grey), and after each epoch on digits that it never " +
      "trains on (dots). Dots that rise while the grey keeps falling mean that it learns its training images by heart.",
    format: loss,
    tick: (value) => ((value >= 1e-4 && value < 1e5) || value === 0 ? plain(value) : value.toExponential(0)),
    raw: () => store.metrics.loss,
    smoothed: () => smoothed().loss,
    lines: [{ label: "Validation", token: "--ink", width: 2, marked: true, column: () => store.epochs.valid_loss }],
    baseline: () => null,
    scales: LOSS_SCALES,
  };
}

/**
 * @param {RunStore} store
 * @param {() => Courses} smoothed
 * @returns {Content}
 */
export function accuracyContent(store, smoothed) {
  return {
    ...shared(store),
    title: "Accuracy",
    caption:
      "The share that it reads correctly. The dashed line is what one gets without any learning, by asking which is " +
      "nearer: the average 3 or the average 7.",
    format: (value) => percent(value),
    tick: (value) => `${plain(value * 100)} %`,
    raw: () => store.metrics.accuracy,
    smoothed: () => smoothed().accuracy,
    lines: [
      { label: "Of the 3s", token: "--three", width: 1.5, column: () => store.epochs.accuracy_of_3 },
      { label: "Of the 7s", token: "--seven", width: 1.5, column: () => store.epochs.accuracy_of_7 },
      { label: "Validation", token: "--ink", width: 2, marked: true, column: () => store.epochs.valid_accuracy },
    ],
    baselineLabel: "Baseline",
    baseline: () => store.started?.baseline.l1 ?? null,
    scales: ACCURACY_SCALES,
  };
}
