// What becomes of all digits when one weight of the first layer is changed: only its unit is computed anew, and only for
// the digits that have ink at its pixel.

import { LOSSES } from "../model/gradient.js";

/** @typedef {import("../model/network.js").Network} Network */
/** @typedef {import("../model/digits.js").Digits} Digits */

export class AlongWeight {
  #network;
  #unit;
  #labels;
  /** The unit's sum of each digit. */
  #sums;
  /** The logit without the unit. */
  #rest;
  /** The digits' ink at the pixel. */
  #ink;

  /**
   * @param {Network} network
   * @param {Digits} digits
   * @param {number} unit
   * @param {number} pixel
   */
  constructor(network, digits, unit, pixel) {
    this.#network = network;
    this.#unit = unit;
    this.#labels = digits.labels;
    this.#sums = new Float64Array(digits.count);
    this.#rest = new Float64Array(digits.count);
    this.#ink = Float64Array.from({ length: digits.count }, (_, i) => digits.bytes(i)[pixel] / 255);
    const { first, bias, units, output } = network;
    for (let i = 0; i < digits.count; i++) {
      const sums = Float64Array.from(bias);
      for (let at = digits.starts[i]; at < digits.starts[i + 1]; at++) {
        const row = digits.places[at] * units;
        for (let u = 0; u < units; u++) sums[u] += digits.values[at] * first[row + u];
      }
      let rest = network.outputBias;
      for (let u = 0; u < units; u++) if (u !== unit) rest += output[u] * network.activation.apply(sums[u]);
      this.#sums[i] = sums[unit];
      this.#rest[i] = rest;
    }
  }

  /** Of digit i with that much added to the weight. @param {number} i @param {number} change */
  logit(i, change) {
    const { activation, output } = this.#network;
    return this.#rest[i] + output[this.#unit] * activation.apply(this.#sums[i] + change * this.#ink[i]);
  }

  /** Over all digits; the loss is `mnist_loss`. @param {number} change */
  at(change) {
    let [right, loss] = [0, 0];
    for (let i = 0; i < this.#labels.length; i++) {
      const [logit, three] = [this.logit(i, change), this.#labels[i] === 3];
      if (logit > 0 === three) right++;
      loss += LOSSES.mnist_loss.loss(logit, three ? 1 : 0);
    }
    return { accuracy: right / this.#labels.length, loss: loss / this.#labels.length };
  }

  /** Digits whose verdict is another than without the change. @param {number} change */
  flipped(change) {
    const found = [];
    for (let i = 0; i < this.#labels.length; i++) if (this.logit(i, change) > 0 !== this.logit(i, 0) > 0) found.push(i);
    return found;
  }
}
