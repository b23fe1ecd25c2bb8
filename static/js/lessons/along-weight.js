// What becomes of all digits when one weight of the first layer is changed: only its unit is computed anew, and only for
// the digits that have ink at its pixel.

import { LOSSES } from "../model/gradient.js";
import { unitPushes, unitSums } from "../model/unit-sums.js";

/** @typedef {import("../model/network.js").Network} Network */
/** @typedef {import("../model/digits.js").Digits} Digits */
/** @typedef {{change: number, accuracy: number, loss: number}} Reading of all digits; the loss is `mnist_loss` */
/** @typedef {{network: Network, digits: Digits, sums: Float64Array, pushes: Float64Array, logits: Float64Array}} AllSums of each unit and digit: what needs a full pass, which any weight's curve begins with */

const HALVINGS = 24; // of the stretch in which a digit's turn is looked for

/** @param {Network} network @param {Digits} digits @returns {AllSums} */
export function allSums(network, digits) {
  const sums = unitSums(network, digits.lit);
  const pushes = unitPushes(network, sums);
  const logits = new Float64Array(digits.count).fill(network.outputBias);
  for (let at = 0; at < pushes.length; at++) logits[at % digits.count] += pushes[at];
  return { network, digits, sums, pushes, logits };
}

export class AlongWeight {
  #network;
  #unit;
  /** The weight as it was trained. */
  weight;
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
   * @param {AllSums} all
   * @param {number} unit
   * @param {number} pixel
   */
  constructor({ network, digits, sums, pushes, logits }, unit, pixel) {
    this.#network = network;
    this.#unit = unit;
    this.weight = network.first[pixel * network.units + unit];
    this.#labels = digits.labels;
    const own = unit * digits.count;
    this.#sums = sums.subarray(own, own + digits.count);
    this.#rest = logits.map((logit, i) => logit - pushes[own + i]);
    this.#ink = Float64Array.from({ length: digits.count }, (_, i) => digits.bytes(i)[pixel] / 255);
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

  /** Of the loss along the weight. @param {number} change */
  slope(change) {
    const { activation, output } = this.#network;
    let sum = 0;
    for (const i of this.#inked) {
      const out = activation.apply(this.#sums[i] + change * this.#ink[i]);
      const pull = LOSSES.mnist_loss.slope(this.logit(i, change), this.#labels[i] === 3 ? 1 : 0);
      sum += pull * output[this.#unit] * activation.slope(out) * this.#ink[i];
    }
    return sum / this.#labels.length;
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
    if (!this.#curve || !this.has(from, to, parts)) {
      this.#curve = { from, to, parts, points: Array.from({ length: parts + 1 }, (_, i) => this.at(from + ((to - from) * i) / parts)) };
    }
    return this.#curve.points;
  }

  /** Whether this curve is kept. @param {number} from @param {number} to @param {number} parts */
  has(from, to, parts) {
    const kept = this.#curve;
    return kept !== null && kept.from === from && kept.to === to && kept.parts === parts;
  }

  /**
   * The changes at which a verdict turns, the least first. Along one weight a logit goes up or down all the way, so that
   * each digit turns once at most.
   *
   * @param {number} from
   * @param {number} to
   */
  turns(from, to) {
    const found = [];
    for (const i of this.#inked) {
      const before = this.logit(i, from) > 0;
      if (before === this.logit(i, to) > 0) continue;
      let [low, high] = [from, to];
      for (let n = 0; n < HALVINGS; n++) {
        const middle = (low + high) / 2;
        if (this.logit(i, middle) > 0 === before) low = middle;
        else high = middle;
      }
      found.push(high);
    }
    return found.sort((one, other) => one - other);
  }

  /** Digits whose verdict is another than without the change. @param {number} change */
  flipped(change) {
    const found = [];
    for (const i of this.#inked) if (this.logit(i, change) > 0 !== this.logit(i, 0) > 0) found.push(i);
    return found;
  }
}
