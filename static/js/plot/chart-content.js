// What a chart shows: per-step columns, lines with a value per epoch, scales. Step n is at index n - 1 of a per-step
// column. Also the two ways of taking values out of it: points for the plot, words for people.

import { pick } from "./buckets.js";
import { lowerBound } from "../run/column.js";
import { count } from "../shell/format.js";

/**
 * @typedef {import("../run/column.js").Column} Column
 * @typedef {{min: number, max: number}} Range
 * @typedef {{label: string, token: string, width: number, marked?: boolean, column: () => Column}} Line
 *   `token`: its colour; `marked`: a dot at every value
 * @typedef {{distr: 1 | 3 | 100, fwd?: (value: number) => number, bwd?: (value: number) => number,
 *   splits?: (min: number, max: number) => number[], range: (lowest: number, highest: number, zoomed: boolean) => [number, number]}} Scale
 *   `distr`: uPlot's kind of scale; `splits`: what is labelled between two ends, ascending; `range`: from the values visible to the ends of the axis
 * @typedef {object} Content
 * @property {string} title
 * @property {string} caption
 * @property {(value: number) => string} format a value in full
 * @property {(value: number) => string} tick a value at the axis
 * @property {() => Column} steps
 * @property {() => Column} raw
 * @property {() => Column} smoothed
 * @property {() => Column} epochSteps the step at which each epoch ended
 * @property {Line[]} lines
 * @property {string} [baselineLabel]
 * @property {() => number | null} baseline
 * @property {() => number} end the last step of the axis while nothing is zoomed
 * @property {() => {step: number, label: string}[]} marks moments worth a line across
 * @property {Record<"linear" | "log", Scale>} scales
 */

/**
 * @param {Content} content
 * @param {Range} range of steps
 * @param {number} buckets
 * @returns {{picked: number[], data: (number | null)[][]}} the indices drawn; steps, raw, smoothed and one array a line
 */
export function points({ steps, raw, smoothed, epochSteps, lines }, { min, max }, buckets) {
  const step = steps().view;
  const ends = Array.from(epochSteps().view, (end) => end - 1).filter((index) => index < step.length);
  const from = Math.max(0, lowerBound(step, min) - 1);
  const to = Math.min(step.length, lowerBound(step, max) + 1);
  const picked = pick(raw().view, from, to, buckets, ends);
  const epochOf = new Map(ends.map((index, epoch) => [index, epoch]));
  const take = (/** @type {Column} */ column) => picked.map((index) => orNull(column.at(index)));
  const takeEpochs = (/** @type {Column} */ column) =>
    picked.map((index) => orNull(column.at(epochOf.get(index) ?? column.length)));
  const data = [picked.map((index) => step[index]), take(raw()), take(smoothed())];
  return { picked, data: [...data, ...lines.map(({ column }) => takeEpochs(column()))] };
}

/** @param {number} value */
function orNull(value) {
  return Number.isNaN(value) ? null : value;
}

/**
 * The values at a step, with those of the last epoch that had ended by then, and the baseline.
 *
 * @param {Content} content
 * @param {number} index in the per-step columns; -1 where there is none yet
 * @returns {[label: string, value: string][]}
 */
export function valuesAt({ steps, raw, smoothed, lines, epochSteps, baselineLabel, baseline, format }, index) {
  const at = (/** @type {Column} */ column, /** @type {number} */ i) => (i < 0 ? NaN : column.at(i));
  const shown = (/** @type {number} */ value) => (Number.isNaN(value) ? "–" : format(value));
  const step = at(steps(), index);
  const epoch = lowerBound(epochSteps().view, step + 1) - 1;
  return [
    ["Step", count(step)],
    ["This batch", shown(at(raw(), index))],
    ["Smoothed", shown(at(smoothed(), index))],
    ...lines.map(({ label, column }) => /** @type {[string, string]} */ ([label, shown(at(column(), epoch))])),
    ...(baselineLabel ? [/** @type {[string, string]} */ ([baselineLabel, shown(baseline() ?? NaN)])] : []),
  ];
}
