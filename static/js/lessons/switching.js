// Units of a network switched on and off, and what all digits make of it, by what each unit pushes each digit's logit.

import { sigmoid } from "../model/network.js";

/** @typedef {{pushes: Float64Array, bias: number, threes: Uint8Array}} Pushes unit by unit, in each all digits side by side; `threes`: 1 for each 3 */
/** @typedef {{order: number[], accuracy: number[]}} Removal `order`: the units, the one that is missed least first; `accuracy[n]`: with the first n of them off */

/** Logits with some units on; switching one changes only what that unit pushes. */
export class Switches {
  #of;
  /** @type {Uint8Array} 1 for each unit that is on */
  on;
  logits;

  /** @param {Pushes} of */
  constructor(of) {
    this.#of = of;
    const { pushes, bias, threes } = of;
    this.on = new Uint8Array(pushes.length / threes.length).fill(1);
    this.logits = new Float64Array(threes.length).fill(bias);
    for (let unit = 0; unit < this.on.length; unit++) this.#add(unit, 1);
  }

  /** @param {number} unit @param {boolean} on */
  set(unit, on) {
    if (this.on[unit] === Number(on)) return;
    this.on[unit] = Number(on);
    this.#add(unit, on ? 1 : -1);
  }

  /** How many are on. */
  get count() {
    return this.on.reduce((sum, each) => sum + each, 0);
  }

  get right() {
    return rightOf(this.logits, this.#of.threes);
  }

  /** @param {number} unit @param {1 | -1} sign */
  #add(unit, sign) {
    const { pushes } = this.#of;
    const { logits } = this;
    for (let i = 0, at = unit * logits.length; i < logits.length; i++, at++) logits[i] += sign * pushes[at];
  }
}

/** @param {ArrayLike<number>} logits @param {Uint8Array} threes */
function rightOf(logits, threes) {
  let right = 0;
  for (let i = 0; i < threes.length; i++) if (Number(logits[i] > 0) === threes[i]) right++;
  return right;
}

/**
 * Switches off one unit after another, each time the one without which most digits are read rightly and, among equals,
 * the loss (`mnist_loss`) is least.
 *
 * @param {Pushes} of
 * @returns {Removal}
 */
export function leastMissed(of) {
  const { pushes, threes } = of;
  const switches = new Switches(of);
  const [units, count] = [switches.on.length, threes.length];
  /** @type {number[]} */
  const order = [];
  const accuracy = [switches.right / count];
  while (order.length < units) {
    let [best, most, least] = [-1, -1, Infinity];
    for (let unit = 0; unit < units; unit++) {
      if (!switches.on[unit]) continue;
      let right = 0;
      for (let i = 0, at = unit * count; i < count; i++, at++) if (Number(switches.logits[i] - pushes[at] > 0) === threes[i]) right++;
      if (right < most) continue;
      const loss = lossWithout(switches.logits, pushes.subarray(unit * count, (unit + 1) * count), threes);
      if (right > most || loss < least) [best, most, least] = [unit, right, loss];
    }
    switches.set(best, false);
    order.push(best);
    accuracy.push(most / count);
  }
  return { order, accuracy };
}

/** @param {Float64Array} logits @param {Float64Array} push of the unit that is off @param {Uint8Array} threes */
function lossWithout(logits, push, threes) {
  let loss = 0;
  for (let i = 0; i < threes.length; i++) loss += sigmoid((threes[i] ? -1 : 1) * (logits[i] - push[i]));
  return loss;
}

/**
 * How many units can be off, one after another, with at least this accuracy left. On the way there it may be less, as
 * one that is missed may be missed less without its like. -1: it always is less.
 *
 * @param {Removal} removal
 * @param {number} accuracy
 */
export function mostOff({ accuracy: reached }, accuracy) {
  return reached.findLastIndex((each) => each >= accuracy);
}
