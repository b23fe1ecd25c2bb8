// An exponential moving average that follows a growing column. Its start is corrected, so that it begins at the first
// value and not at zero (Kingma & Ba, "Adam", 2015, section 3).

import { Column } from "../run/column.js";

export class Smoothed {
  #source;
  #average = 0;
  #share = 0; // how much of the average is made of values, not of the zero it began with
  #weight = 0;
  column = new Column();

  /** @param {Column} source NaN is passed over */
  constructor(source) {
    this.#source = source;
  }

  /** @param {number} weight of the past, from 0 (none) to below 1 */
  setWeight(weight) {
    if (weight === this.#weight) return;
    this.#weight = weight;
    this.#restart();
  }

  /** Take in what has been appended to the source since the last call. */
  follow() {
    if (this.#source.length < this.column.length) this.#restart();
    const values = this.#source.view;
    for (let i = this.column.length; i < values.length; i++) {
      if (!Number.isNaN(values[i])) {
        this.#average = this.#weight * this.#average + (1 - this.#weight) * values[i];
        this.#share = this.#weight * this.#share + (1 - this.#weight);
      }
      this.column.push(this.#share ? this.#average / this.#share : NaN);
    }
  }

  #restart() {
    this.column.clear();
    this.#average = this.#share = 0;
  }
}
