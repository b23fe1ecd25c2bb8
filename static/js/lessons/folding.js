// Hidden units folded into one picture, as if nothing stood between the layers.

import { PIXELS } from "../model/network.js";
import { unitPushes, unitSums } from "../model/unit-sums.js";

/** @import { Digits } from "../model/digits.js" */
/** @import { Network } from "../model/network.js" */
/** @typedef {{logits: Float64Array, difference: number, changed: number[]}} Folded `difference`: the largest of a logit; `changed`: digits that get another verdict */

export class Fold {
  #network;
  #digits;
  #pushes;
  /** Of the network as it is. @type {Float64Array} */
  logits;

  /**
   * @param {Network} network
   * @param {Digits} digits
   */
  constructor(network, digits) {
    this.#network = network;
    this.#digits = digits;
    this.#pushes = unitPushes(network, unitSums(network, digits.lit));
    this.logits = this.#rest(0);
  }

  /**
   * The one picture of the first units: in float32, as the network's own numbers are.
   *
   * @param {number} units
   */
  picture(units) {
    const { first, output, units: all } = this.#network;
    const picture = new Float32Array(PIXELS);
    for (let pixel = 0; pixel < PIXELS; pixel++) {
      for (let unit = 0; unit < units; unit++) picture[pixel] += output[unit] * first[pixel * all + unit];
    }
    return picture;
  }

  /**
   * What all digits get with the first units folded, and the others as they are.
   *
   * @param {number} units
   * @returns {Folded}
   */
  at(units) {
    const { starts, places, values, count } = this.#digits.lit;
    const { bias, output } = this.#network;
    const picture = this.picture(units);
    const logits = this.#rest(units);
    let one = 0;
    for (let unit = 0; unit < units; unit++) one += output[unit] * bias[unit];
    let difference = 0;
    const changed = [];
    for (let i = 0; i < count; i++) {
      let sum = one;
      for (let at = starts[i]; at < starts[i + 1]; at++) sum += values[at] * picture[places[at]];
      logits[i] += sum;
      if (units === 0) continue;
      difference = Math.max(difference, Math.abs(logits[i] - this.logits[i]));
      if (logits[i] > 0 !== this.logits[i] > 0) changed.push(i);
    }
    return { logits, difference, changed };
  }

  /** What the units from `from` on and the last bias give. @param {number} from */
  #rest(from) {
    const { count } = this.#digits;
    const logits = new Float64Array(count).fill(this.#network.outputBias);
    for (let unit = from, at = from * count; unit < this.#network.units; unit++) {
      for (let i = 0; i < count; i++, at++) logits[i] += this.#pushes[at];
    }
    return logits;
  }
}
