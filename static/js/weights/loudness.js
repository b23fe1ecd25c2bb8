// How much a network hears of each of its units.

/** @import { Weights } from "../wire.js" */

/**
 * |output weight| × norm of the weights, by unit.
 *
 * @param {Pick<Weights, "values" | "scale" | "units">} weights
 * @param {ArrayLike<number>} outputWeights
 */
export function loudness({ values, scale, units }, outputWeights) {
  const each = values.length / units;
  return Float64Array.from({ length: units }, (_, unit) => {
    let squares = 0;
    for (let i = unit * each; i < (unit + 1) * each; i++) squares += values[i] * values[i];
    return Math.abs(outputWeights[unit]) * scale * Math.sqrt(squares);
  });
}

/**
 * Units, the loudest first; of equally loud ones the first.
 *
 * @param {ArrayLike<number>} loud
 */
export function loudestFirst(loud) {
  return Array.from(loud, (_, unit) => unit).sort((a, b) => loud[b] - loud[a] || a - b);
}
