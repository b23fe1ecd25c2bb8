// A network reads many digits.

/** @import { LitPixels } from "./digits.js" */
/** @import { Network } from "./network.js" */

/**
 * All logits. Two thousand digits take 256 units a tenth of a second: pages leave it to `DigitReader`.
 *
 * @param {Network} network
 * @param {LitPixels} digits
 * @returns {Float64Array} by image
 */
export function readAll({ first, bias, output, outputBias, units, activation }, { count, starts, places, values }) {
  const logits = new Float64Array(count);
  const sums = new Float64Array(units);
  for (let i = 0; i < count; i++) {
    sums.set(bias);
    for (let at = starts[i]; at < starts[i + 1]; at++) {
      const row = places[at] * units;
      const value = values[at];
      for (let unit = 0; unit < units; unit++) sums[unit] += value * first[row + unit];
    }
    let logit = outputBias;
    for (let unit = 0; unit < units; unit++) logit += output[unit] * activation.apply(sums[unit]);
    logits[i] = logit;
  }
  return logits;
}

/**
 * The shares of digits whose logit, or any score that is positive for a 3, is on their side.
 *
 * @param {ArrayLike<number>} scores
 * @param {ArrayLike<number>} labels
 */
export function sharesRight(scores, labels) {
  const right = { 3: 0, 7: 0 };
  const all = { 3: 0, 7: 0 };
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i] === 3 ? 3 : 7;
    all[label]++;
    if (scores[i] > 0 === (label === 3)) right[label]++;
  }
  return { all: (right[3] + right[7]) / labels.length, threes: right[3] / all[3], sevens: right[7] / all[7] };
}
