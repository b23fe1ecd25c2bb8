// A curve of a plot: where its points are, which of them are drawn, and what it says at a place.

import { Extremes, pick } from "./buckets.js";
import { lowerBound } from "../run/column.js";

/** @typedef {import("./cursor.js").Range} Range */
/**
 * @typedef {object} Series
 * @property {string} label
 * @property {() => Float64Array} x ascending
 * @property {() => Float64Array} y as many; NaN leaves a gap
 * @property {string} ink a token of tokens.css
 * @property {number} width pixels
 * @property {readonly number[]} [dash] pixels
 * @property {boolean} [dots] a dot at every value, where they do not run together
 * @property {boolean} [faint] paler, and beneath all others
 * @property {boolean} [silent] has no figure: another one tells its values
 * @property {boolean} [smooth] a value hardly differs from the next: of many points in a pixel any will do
 */
/** @typedef {{series: Series, picked: readonly number[], x: Float64Array, y: Float64Array}} Points indices drawn, ascending */

export class Curve {
  #extremes = new Extremes();
  /** @type {{x: Float64Array, y: Float64Array, from: number, to: number, buckets: number, picked: number[]} | null} */
  #last = null;

  /** @param {Series} series */
  constructor(series) {
    this.series = series;
  }

  /**
   * The points of a range, with one beyond each end so that the lines go on to the edge.
   *
   * @param {Range} range
   * @param {number} buckets of each the first, lowest, highest and last are drawn
   * @returns {Points}
   */
  points({ min, max }, buckets) {
    const x = this.series.x();
    const y = this.series.y();
    const from = Math.max(0, lowerBound(x, min) - 1);
    const to = Math.min(x.length, upperBound(x, max) + 1);
    const last = this.#last;
    const same = last && last.y.buffer === y.buffer && last.y.length === y.length && last.from === from && last.to === to;
    const picked = same && last.buckets === buckets ? last.picked : this.#pick(y, from, to, buckets);
    this.#last = { x, y, from, to, buckets, picked };
    return { series: this.series, picked, x, y };
  }

  /**
   * @param {Float64Array} y
   * @param {number} from
   * @param {number} to
   * @param {number} buckets
   */
  #pick(y, from, to, buckets) {
    if (!this.series.smooth || to - from <= buckets) {
      this.#extremes.follow(y);
      return pick(this.#extremes, from, to, buckets);
    }
    return Array.from({ length: buckets + 1 }, (_, i) => from + Math.round(((to - 1 - from) * i) / buckets));
  }

  /**
   * The newest point at or before a place.
   *
   * @param {number} x
   * @returns {{x: number, y: number}} NaN where there is none
   */
  at(x) {
    const places = this.series.x();
    const index = upperBound(places, x) - 1;
    return index < 0 ? { x: NaN, y: NaN } : { x: places[index], y: this.series.y()[index] };
  }
}

/**
 * The first index in an ascending column whose value is above `value`; its length where there is none.
 *
 * @param {Float64Array} ascending
 * @param {number} value
 */
export function upperBound(ascending, value) {
  let index = lowerBound(ascending, value);
  while (index < ascending.length && ascending[index] === value) index++;
  return index;
}

/**
 * The lowest and the highest value drawn within a range; not finite where there is none.
 *
 * @param {readonly Points[]} curves
 * @param {Range} range
 */
export function extent(curves, { min, max }) {
  let lowest = Infinity;
  let highest = -Infinity;
  for (const { picked, x, y } of curves) {
    for (const index of picked) {
      if (x[index] < min || x[index] > max) continue;
      if (y[index] < lowest) lowest = y[index];
      if (y[index] > highest) highest = y[index];
    }
  }
  return { lowest, highest };
}
