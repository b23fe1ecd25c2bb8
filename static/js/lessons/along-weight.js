// What becomes of all digits when one weight of the first layer is changed: only its unit is computed anew, and only for
// the digits that have ink at its pixel.

import { LOSSES } from "../model/gradient.js";

/** @typedef {import("../model/network.js").Network} Network */
/** @typedef {import("../model/digits.js").Digits} Digits */
/** @typedef {{change: number, accuracy: number, loss: number}} Reading of all digits; the loss is `mnist_loss` */

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
  /** The digits that have some there, which alone change. */
  #inked;
  /** What the others add, whatever the weight is. */
  #still = { right: 0, loss: 0 };
  /** The curve that was asked for last: where it lies, and its points. @type {{from: number, to: number, parts: number, points: Reading[]} | null} */
  #curve = null;

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
    this.#inked = Int32Array.from([...this.#ink.keys()].filter((i) => this.#ink[i] > 0));
    this.#still = this.#sum(Int32Array.from([...this.#ink.keys()].filter((i) => this.#ink[i] === 0)), 0);
  }

  /** @param {Int32Array} digits @param {number} change */
  #sum(digits, change) {
    let [right, loss] = [0, 0];
    for (const i of digits) {
      const [logit, three] = [this.logit(i, change), this.#labels[i] === 3];
      if (logit > 0 === three) right++;
      loss += LOSSES.mnist_loss.loss(logit, three ? 1 : 0);
    }
    return { right, loss };
  }

  /** Of digit i with that much added to the weight. @param {number} i @param {number} change */
  logit(i, change) {
    const { activation, output } = this.#network;
    return this.#rest[i] + output[this.#unit] * activation.apply(this.#sums[i] + change * this.#ink[i]);
  }

  /** @param {number} change @returns {Reading} */
  at(change) {
    const { right, loss } = this.#sum(this.#inked, change);
    const { length } = this.#labels;
    return { change, accuracy: (this.#still.right + right) / length, loss: (this.#still.loss + loss) / length };
  }

  /**
   * Changes side by side. It is kept until another one is asked for: a slider that moves along it does not change it.
   *
   * @param {number} from
   * @param {number} to
   * @param {number} parts one less than its points
   * @returns {readonly Reading[]}
   */
  curve(from, to, parts) {
    const kept = this.#curve;
    if (kept && kept.from === from && kept.to === to && kept.parts === parts) return kept.points;
    const points = Array.from({ length: parts + 1 }, (_, i) => this.at(from + ((to - from) * i) / parts));
    this.#curve = { from, to, parts, points };
    return points;
  }

  /** Digits whose verdict is another than without the change. @param {number} change */
  flipped(change) {
    const found = [];
    for (const i of this.#inked) if (this.logit(i, change) > 0 !== this.logit(i, 0) > 0) found.push(i);
    return found;
  }
}
