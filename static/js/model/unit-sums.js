// What each unit of a network adds up for each digit, so that what is changed afterwards costs only what it changes.

/** @import { LitPixels } from "./digits.js" */
/** @import { Network } from "./network.js" */

/**
 * Before the activation, biases included.
 *
 * @param {Network} network
 * @param {LitPixels} digits
 * @returns {Float64Array} unit by unit, in each all digits side by side
 */
export function unitSums({ first, bias, units }, { starts, places, values, count }) {
  const sums = new Float64Array(units * count);
  const one = new Float64Array(units);
  for (let i = 0; i < count; i++) {
    one.set(bias);
    for (let at = starts[i]; at < starts[i + 1]; at++) {
      const row = places[at] * units;
      const value = values[at];
      for (let unit = 0; unit < units; unit++) one[unit] += value * first[row + unit];
    }
    for (let unit = 0; unit < units; unit++) sums[unit * count + i] = one[unit];
  }
  return sums;
}

/**
 * What each unit pushes each digit's logit by: its output weight times what its activation makes of its sum.
 *
 * @param {Network} network
 * @param {ArrayLike<number>} sums of `unitSums`
 */
export function unitPushes({ activation, output, units }, sums) {
  const count = sums.length / units;
  const pushes = new Float64Array(sums.length);
  for (let unit = 0, at = 0; unit < units; unit++) {
    for (let i = 0; i < count; i++, at++) pushes[at] = output[unit] * activation.apply(sums[at]);
  }
  return pushes;
}
