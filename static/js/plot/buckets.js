// Fewer points for the same picture: the visible range is cut into as many buckets as there are pixels, and of each
// its first, lowest, highest and last point are kept. A spike of one step is always drawn.

const BLOCK = 64; // values of which the lowest and highest are remembered

/** Finds the extremes of any part of a growing column without looking at each of its values again. */
export class Extremes {
  /** @type {Float64Array} */
  #values = new Float64Array();
  /** Indices by block; -1 where a block has no number. */
  #lowest = new Int32Array(64);
  #highest = new Int32Array(64);
  #blocks = 0;

  /** @param {Float64Array} values those of the last call with more at their end, or others that start anew in an array of their own */
  follow(values) {
    if (values.buffer !== this.#values.buffer || values.length < this.#values.length) this.#blocks = 0;
    this.#values = values;
    const whole = Math.floor(values.length / BLOCK);
    if (whole > this.#lowest.length) {
      this.#lowest = grown(this.#lowest, whole * 2);
      this.#highest = grown(this.#highest, whole * 2);
    }
    for (; this.#blocks < whole; this.#blocks++) {
      const first = this.#blocks * BLOCK;
      const [lowest, highest] = this.#among(-1, -1, first, first + BLOCK);
      this.#lowest[this.#blocks] = lowest;
      this.#highest[this.#blocks] = highest;
    }
  }

  /**
   * @param {number} first
   * @param {number} end one past the last
   * @returns {[lowest: number, highest: number]} the first index of each; -1 where there is no number
   */
  between(first, end) {
    const from = Math.ceil(first / BLOCK);
    const to = Math.floor(end / BLOCK);
    if (from >= to) return this.#among(-1, -1, first, end);
    let [lowest, highest] = this.#among(-1, -1, first, from * BLOCK);
    const values = this.#values;
    for (let block = from; block < to; block++) {
      const low = this.#lowest[block];
      if (low < 0) continue;
      const high = this.#highest[block];
      if (lowest < 0 || values[low] < values[lowest]) lowest = low;
      if (highest < 0 || values[high] > values[highest]) highest = high;
    }
    return this.#among(lowest, highest, to * BLOCK, end);
  }

  /**
   * @param {number} lowest so far
   * @param {number} highest so far
   * @param {number} first
   * @param {number} end
   * @returns {[lowest: number, highest: number]}
   */
  #among(lowest, highest, first, end) {
    const values = this.#values;
    for (let i = first; i < end; i++) {
      const value = values[i];
      if (Number.isNaN(value)) continue;
      if (lowest < 0 || value < values[lowest]) lowest = i;
      if (highest < 0 || value > values[highest]) highest = i;
    }
    return [lowest, highest];
  }
}

/**
 * @param {Int32Array} array
 * @param {number} length
 */
function grown(array, length) {
  const longer = new Int32Array(length);
  longer.set(array);
  return longer;
}

/**
 * @param {Extremes} extremes of the column; NaN in it stands for "no number"
 * @param {number} from the first index that is visible
 * @param {number} to one past the last
 * @param {number} buckets
 * @returns {number[]} ascending indices
 */
export function pick(extremes, from, to, buckets) {
  const count = to - from;
  if (count <= buckets * 4) return Array.from({ length: Math.max(count, 0) }, (_, i) => from + i);
  /** @type {number[]} */
  const picked = [];
  let last = -1;
  const keep = (/** @type {number} */ index) => {
    if (index > last) picked.push((last = index));
  };
  for (let bucket = 0; bucket < buckets; bucket++) {
    const first = from + Math.floor((bucket * count) / buckets);
    const end = from + Math.floor(((bucket + 1) * count) / buckets);
    const [lowest, highest] = extremes.between(first, end);
    keep(first);
    keep(Math.min(lowest, highest));
    keep(Math.max(lowest, highest));
    keep(end - 1);
  }
  return picked;
}
