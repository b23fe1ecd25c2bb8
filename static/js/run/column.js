// A column of numbers that grows: one typed array, doubled when it is full. NaN stands for "no number".

const FIRST_CAPACITY = 4096;

export class Column {
  #values = new Float64Array(FIRST_CAPACITY);
  length = 0;

  /** @param {readonly (number | null)[]} values */
  append(values) {
    this.#reserve(this.length + values.length);
    for (let i = 0; i < values.length; i++) this.#values[this.length + i] = values[i] ?? NaN;
    this.length += values.length;
  }

  /** @param {number | null} value */
  push(value) {
    this.#reserve(this.length + 1);
    this.#values[this.length++] = value ?? NaN;
  }

  clear() {
    this.length = 0;
  }

  /** The numbers so far; valid until the next append. */
  get view() {
    return this.#values.subarray(0, this.length);
  }

  /** @param {number} index counted from the end where it is negative; NaN where there is nothing */
  at(index) {
    const i = index < 0 ? this.length + index : index;
    return i >= 0 && i < this.length ? this.#values[i] : NaN;
  }

  /** @param {number} length */
  #reserve(length) {
    if (length <= this.#values.length) return;
    const grown = new Float64Array(Math.max(length, this.#values.length * 2));
    grown.set(this.view);
    this.#values = grown;
  }
}

/**
 * The first index in an ascending column whose value is at least `value`; its length where there is none.
 *
 * @param {ArrayLike<number>} ascending
 * @param {number} value
 */
export function lowerBound(ascending, value) {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
