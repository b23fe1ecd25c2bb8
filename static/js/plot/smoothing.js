// A local average that stays where its curve is: centred, and wider the longer a run has gone on.

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
  #length = 0;
  #values = new Float64Array(4096);
  #window = new Window(0);

  /**
   * @param {import("../run/column.js").Column} source
   * @param {() => readonly number[]} [breaks] ascending indices, of which only new ones are added, each the first of a new course
   */
  constructor(source, breaks = () => []) {
    this.#source = source;
    this.#breaks = breaks;
  }

  /** The averages as of the last `follow`; valid until the next. */
  get view() {
    return this.#values.subarray(0, this.#length);
  }

  /** @param {number} share of the way so far that is averaged to either side, from 0 (none) to below 1 */
  setShare(share) {
    if (share === this.#share) return;
    this.#share = share;
    this.#restart();
  }

  /** Take in what has been appended to the source since the last call; where nothing has, that costs nothing. */
  follow() {
    const values = this.#source.view;
    const breaks = this.#breaks();
    if (values.length === this.#length && breaks.length === this.#known) return;
    const outdated = breaks.length < this.#known || breaks.slice(this.#known).some((at) => at < this.#window.end);
    if (values.length < this.#length || outdated) this.#restart();
    this.#known = breaks.length;
    this.#length = values.length;
    if (values.length > this.#values.length) {
      const grown = new Float64Array(values.length * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    let next = breaks.findIndex((at) => at > this.#settled);
    if (next < 0) next = breaks.length;
    for (let closed = true; closed; next++) {
      closed = next < breaks.length && breaks[next] <= values.length;
      this.#settle(values, breaks[next - 1] ?? 0, closed ? breaks[next] : values.length, closed);
    }
    this.#fillProvisional(values, breaks.findLast((at) => at <= this.#settled) ?? 0);
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
      this.#values[i] = Number.isNaN(values[i]) ? NaN : mean;
      this.#settled = i + 1;
    }
  }

  /**
   * From the newest back, because all of these windows end there: each is the one after it and some more. Of a long run
   * these are some ten thousand values in every frame, so the sums of the line are plain variables of one loop.
   *
   * @param {Float64Array} values
   * @param {number} start of the newest course
   */
  #fillProvisional(values, start) {
    const last = values.length - 1;
    let [count, sumX, sumXX, sumY, sumXY, lowest, highest] = [0, 0, 0, 0, 0, Infinity, -Infinity];
    let from = values.length;
    for (let i = last; i >= this.#settled; i--) {
      const first = i - Math.floor(this.#share * (i - start));
      while (from > first) {
        const y = values[--from];
        if (y !== y) continue; // NaN
        const x = from - last;
        count++;
        sumX += x;
        sumXX += x * x;
        sumY += y;
        sumXY += x * y;
        if (y < lowest) lowest = y;
        if (y > highest) highest = y;
      }
      const spread = count * sumXX - sumX * sumX;
      const slope = spread ? (count * sumXY - sumX * sumY) / spread : 0;
      const at = (sumY + slope * (count * (i - last) - sumX)) / count;
      const kept = at > highest ? highest : at < lowest ? lowest : at;
      this.#values[i] = values[i] !== values[i] ? NaN : Number.isFinite(at) ? kept : values[i]; // too large to be summed
    }
  }

  #restart() {
    this.#settled = this.#known = this.#length = 0;
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
