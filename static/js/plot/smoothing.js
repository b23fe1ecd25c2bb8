// A local average that stays where its curve is: centred, and wider the longer a run has gone on.

import { Column } from "../run/column.js";

/**
 * Follows a growing column with its local average.
 *
 * With i counted from the last break before it (the beginning, or where the caller says that something changed), the
 * value at i is the mean of the values from i − h to i + h, h = ⌊share · i⌋. So it lags behind nothing, a course that
 * is a straight line comes out as that line, and what happened early is averaged over few steps: training is fast at
 * first and slow later.
 * - Before a break the window shrinks to what is left on both sides: nothing from beyond a break is averaged in.
 * - At the newest end, where the right half of the window is not there yet, the value is that of the least-squares line
 *   through the part that is, kept between its lowest and highest. It settles once the window is complete.
 * - Where the source has no number there is none; in a window such places are passed over.
 *
 * Not covered: a change that the caller does not know of is smeared over 2 h + 1 values.
 */
export class Smoothed {
  #source;
  #breaks;
  #share = 0;
  /** How many breaks the values so far know of. */
  #known = 0;
  /** How many values will not change any more. */
  #settled = 0;
  #window;
  column = new Column();

  /**
   * @param {Column} source
   * @param {() => readonly number[]} [breaks] ascending indices, of which only new ones are added, each the first of a new course
   */
  constructor(source, breaks = () => []) {
    this.#source = source;
    this.#breaks = breaks;
    this.#window = new Window(0);
  }

  /** @param {number} share of the way so far that is averaged to either side, from 0 (none) to below 1 */
  setShare(share) {
    if (share === this.#share) return;
    this.#share = share;
    this.#restart();
  }

  /** Take in what has been appended to the source since the last call. */
  follow() {
    const values = this.#source.view;
    const breaks = this.#breaks();
    const outdated = breaks.length < this.#known || breaks.slice(this.#known).some((at) => at < this.#window.end);
    if (values.length < this.column.length || outdated) this.#restart();
    this.#known = breaks.length;
    this.column.length = this.#settled; // what follows was provisional
    let next = breaks.findIndex((at) => at > this.#settled);
    if (next < 0) next = breaks.length;
    for (let closed = true; closed; next++) {
      closed = next < breaks.length && breaks[next] <= values.length;
      this.#settle(values, breaks[next - 1] ?? 0, closed ? breaks[next] : values.length, closed);
    }
    this.#addProvisional(values, breaks.findLast((at) => at <= this.#settled) ?? 0);
  }

  /**
   * @param {Float64Array} values
   * @param {number} start of the course
   * @param {number} end
   * @param {boolean} closed nothing will be added to it
   */
  #settle(values, start, end, closed) {
    if (this.#window.from < start) this.#window = new Window(start);
    for (let i = this.#settled; i < end; i++) {
      let reach = Math.floor(this.#share * (i - start));
      if (closed) reach = Math.min(reach, end - 1 - i);
      else if (i + reach >= end) return;
      const mean = this.#window.mean(values, i - reach, i + reach + 1);
      this.column.push(Number.isNaN(values[i]) ? NaN : mean);
      this.#settled = i + 1;
    }
  }

  /**
   * From the newest back, because all of these windows end there: each is the one after it and some more.
   *
   * @param {Float64Array} values
   * @param {number} start of the newest course
   */
  #addProvisional(values, start) {
    const last = values.length - 1;
    const line = new Line();
    const found = [];
    let from = values.length;
    for (let i = last; i >= this.#settled; i--) {
      const first = i - Math.floor(this.#share * (i - start));
      while (from > first) line.add(--from - last, values[from]);
      found.push(Number.isNaN(values[i]) ? NaN : (line.at(i - last) ?? values[i]));
    }
    this.column.append(found.reverse());
  }

  #restart() {
    this.column.clear();
    this.#settled = this.#known = 0;
    this.#window = new Window(0);
  }
}

/**
 * Means over a window of which both ends only move forward. It adds and never subtracts, so that a value of 1e30, long
 * gone by, leaves no trace in the digits of what comes later; each value is added twice.
 */
class Window {
  /** Sums and counts from each index up to `middle`, the index counted from `origin`. */
  #sums = new Float64Array(64);
  #counts = new Float64Array(64);
  #origin;
  #middle;
  #sum = 0;
  #count = 0;

  /** @param {number} from */
  constructor(from) {
    this.from = this.end = this.#origin = this.#middle = from;
  }

  /**
   * @param {Float64Array} values
   * @param {number} from
   * @param {number} end one past the last
   * @returns {number} NaN where the window has no number
   */
  mean(values, from, end) {
    for (; this.end < end; this.end++) {
      const value = values[this.end];
      if (Number.isNaN(value)) continue;
      this.#sum += value;
      this.#count++;
    }
    if (from >= this.#middle) this.#turn(values, from);
    this.from = from;
    const at = from - this.#origin;
    const early = from < this.#middle;
    const count = this.#count + (early ? this.#counts[at] : 0);
    return count ? (this.#sum + (early ? this.#sums[at] : 0)) / count : NaN;
  }

  /**
   * Sums up anew what is in the window, so that its front can be taken off it value by value.
   *
   * @param {Float64Array} values
   * @param {number} from
   */
  #turn(values, from) {
    const length = this.end - from;
    if (length > this.#sums.length) {
      this.#sums = new Float64Array(length * 2);
      this.#counts = new Float64Array(length * 2);
    }
    this.#sum = this.#count = 0;
    for (let i = this.end - 1; i >= from; i--) {
      if (!Number.isNaN(values[i])) {
        this.#sum += values[i];
        this.#count++;
      }
      this.#sums[i - from] = this.#sum;
      this.#counts[i - from] = this.#count;
    }
    this.#origin = from;
    this.#middle = this.end;
    this.#sum = this.#count = 0;
  }
}

/** The least-squares line through points that are added one by one. */
class Line {
  #count = 0;
  #x = 0;
  #xx = 0;
  #y = 0;
  #xy = 0;
  #lowest = Infinity;
  #highest = -Infinity;

  /**
   * @param {number} x
   * @param {number} y NaN is passed over
   */
  add(x, y) {
    if (Number.isNaN(y)) return;
    this.#count++;
    this.#x += x;
    this.#xx += x * x;
    this.#y += y;
    this.#xy += x * y;
    this.#lowest = Math.min(this.#lowest, y);
    this.#highest = Math.max(this.#highest, y);
  }

  /**
   * @param {number} x
   * @returns {number | null} kept between the lowest and the highest; null where the points are too large to be summed
   */
  at(x) {
    const spread = this.#count * this.#xx - this.#x * this.#x;
    const slope = spread ? (this.#count * this.#xy - this.#x * this.#y) / spread : 0;
    const value = (this.#y + slope * (this.#count * x - this.#x)) / this.#count;
    return Number.isFinite(value) ? Math.min(this.#highest, Math.max(this.#lowest, value)) : null;
  }
}
