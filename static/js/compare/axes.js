// What several runs are laid along: steps, epochs, or the seconds that they took.

import { axisEnd } from "../run/run-measures.js";
import { Column } from "../run/column.js";
import { count, plain } from "../shell/format.js";

/** @typedef {import("../run/run-at.js").RunAt} RunAt */
/**
 * @typedef {object} Axis
 * @property {string} label
 * @property {(x: number) => string} format
 * @property {boolean} whole
 * @property {number} narrowest
 * @property {(run: RunAt) => Float64Array} steps where each step is that is known
 * @property {(run: RunAt) => Float64Array} epochs where each end of an epoch is
 * @property {(run: RunAt, step: number) => number} at where a step is, or would be; NaN where that is not known
 * @property {(run: RunAt) => number} end
 */

/** In the order in which they are offered. */
export const AXIS_NAMES = /** @type {const} */ (["step", "epoch", "time"]);
/** @typedef {typeof AXIS_NAMES[number]} AxisName */

/**
 * @param {AxisName} name
 * @returns {Axis} for one set of charts: it keeps what it has worked out
 */
export function axisOf(name) {
  return AXES[name]();
}

/** @type {Record<AxisName, () => Axis>} */
const AXES = {
  step: () => ({
    label: "Step",
    format: count,
    whole: true,
    narrowest: 3,
    steps: ({ metrics }) => metrics.step.view,
    epochs: ({ epochs }) => epochs.step.view,
    at: (_, step) => step,
    end: axisEnd,
  }),
  epoch: () => {
    const at = (/** @type {RunAt} */ { started }, /** @type {number} */ step) => (started ? step / started.steps_per_epoch : NaN);
    return {
      label: "Epoch",
      format: hundredths,
      whole: false,
      narrowest: 0.05,
      steps: derived((run) => run.metrics.step, at),
      epochs: derived((run) => run.epochs.step, at),
      at,
      end: (run) => at(run, axisEnd(run)) || 0,
    };
  },
  time: () => {
    const at = (/** @type {RunAt} */ { metrics }, /** @type {number} */ step) => (step ? metrics.milliseconds.at(step - 1) / 1000 : 0);
    return {
      label: "Second",
      format: hundredths,
      whole: false,
      narrowest: 0.01,
      steps: derived((run) => run.metrics.milliseconds, (_, milliseconds) => milliseconds / 1000),
      epochs: derived((run) => run.epochs.step, at),
      at,
      end: ({ metrics }) => (metrics.milliseconds.length ? metrics.milliseconds.at(-1) / 1000 : 0),
    };
  },
};

/** @param {number} value */
function hundredths(value) {
  return plain(Math.round(value * 100) / 100);
}

/**
 * A column of a run's log put through a function, of which only what has come since is worked out.
 *
 * @param {(run: RunAt) => Column} columnOf
 * @param {(run: RunAt, value: number) => number} make
 * @returns {(run: RunAt) => Float64Array}
 */
function derived(columnOf, make) {
  /** @type {WeakMap<Column, Column>} */
  const kept = new WeakMap();
  return (run) => {
    const column = columnOf(run);
    const made = kept.get(column) ?? new Column();
    kept.set(column, made);
    for (let i = made.length; i < column.length; i++) made.push(make(run, column.at(i)));
    return made.view;
  };
}
