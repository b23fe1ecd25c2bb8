// How high a value stands on an axis.

import { decades, even } from "./ticks.js";

/**
 * @typedef {object} Scale
 * @property {string} note what a reader has to know of the axis; "" for an even one
 * @property {(value: number) => number} height rising with the value, in any unit; not finite where the axis has no place for it
 * @property {(min: number, max: number, most: number) => number[]} ticks values to label, ascending
 * @property {(lowest: number, highest: number, zoomed: boolean) => [min: number, max: number]} range the ends of the axis
 *   for values from `lowest` to `highest` (not finite where there are none)
 */

/**
 * An even axis from 0 on; zoomed, as much of it as the values take.
 *
 * @type {Scale}
 */
export const linear = {
  note: "",
  height: (value) => value,
  ticks: even,
  range: (lowest, highest, zoomed) => {
    if (!Number.isFinite(highest) || !Number.isFinite(lowest)) return [0, 1];
    const room = (zoomed ? highest - lowest : highest) * 0.06 || Math.abs(highest) * 0.1 || 1;
    return [zoomed || lowest < 0 ? lowest - room : 0, highest + room];
  },
};

const DEEPEST = 1e-9; // of the highest value: a loss of exactly 0 must not take the axis down for ever

/** @type {Scale} */
export const logarithmic = {
  note: "logarithmic",
  height: Math.log10,
  ticks: decades,
  range: (lowest, highest) => {
    if (!(Number.isFinite(highest) && highest > 0)) return [0.01, 1];
    const low = Math.max(lowest, highest * DEEPEST);
    return [low / 1.15, Math.max(highest * 1.08, low * 1.5)];
  },
};

/**
 * Shares of what is right, evenly.
 *
 * @type {Scale}
 */
export const share = {
  note: "",
  height: (value) => value,
  ticks: (min, max, most) => even(min, Math.min(max, 1), most),
  range: (lowest, highest, zoomed) => {
    if (!Number.isFinite(lowest)) return [0, 1];
    const room = Math.max((zoomed ? highest - lowest : 1 - lowest) * 0.06, 0.002);
    return [Math.max(0, lowest - room), zoomed ? Math.min(1 + room / 3, highest + room) : 1 + room / 3];
  },
};

/**
 * Probabilities, the whole of them unless zoomed.
 *
 * @type {Scale}
 */
export const probability = {
  note: "",
  height: (value) => value,
  ticks: (min, max, most) => even(Math.max(0, min), Math.min(max, 1), most),
  range: (lowest, highest, zoomed) => {
    if (!zoomed || !Number.isFinite(lowest)) return [-0.03, 1.03];
    const room = Math.max((highest - lowest) * 0.06, 0.002);
    return [Math.max(-0.03, lowest - room), Math.min(1.03, highest + room)];
  },
};

/** Added to every error, so that 100 % has a place: two of 2,038 digits. With less, mini-batches without any error take
 * half of the axis. */
const LEAST_ERROR = 0.001;
const LABELLED = [0, 0.3, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 1];

/**
 * Shares of what is right by the logarithm of the error, so that 98 % is about as far from 96 % as 96 % is from 92 %.
 * Labelled in shares; errors below `LEAST_ERROR` run together at the top.
 *
 * @type {Scale}
 */
export const shareByError = {
  note: "errors logarithmic",
  height: (value) => -Math.log10(Math.max(1 - value, 0) + LEAST_ERROR),
  ticks: (min, max, most) => {
    const inside = LABELLED.filter((value) => value >= min && value <= max);
    return inside.length > 2 ? inside : even(min, Math.min(max, 1), most);
  },
  range: (lowest, highest, zoomed) => {
    if (!Number.isFinite(lowest)) return [0, 1];
    const top = zoomed ? Math.max(highest, lowest + 0.001) : 1;
    return [Math.max(0, 1 - (1 - lowest) * 1.12 - 0.0002), Math.min(1, top + (1 - top) * 0.2)];
  },
};
