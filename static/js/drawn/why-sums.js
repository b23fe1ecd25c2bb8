// A logit as a sum over units that one can add up oneself, and where the baseline says the opposite of a pixel.

/** @import { Unit } from "../wire.js" */

/** @param {number} value with two digits after the point */
export function rounded(value) {
  return Math.round(value * 100) / 100 + 0; // no −0
}

/** Units that are named; the others are one term. */
export const NAMED = 8;

/**
 * The loudest units, each rounded, and what they add together; how many others there are, and what those add; the sum of
 * the rounded ones with the bias, so that it comes out.
 *
 * @param {readonly Unit[]} speaking the loudest first
 * @param {number} bias
 * @returns {{ loudest: Unit[], these: number, quieter: number, rest: number, total: number }}
 */
export function unitTerms(speaking, bias) {
  const loudest = speaking.slice(0, NAMED).map((unit) => ({ ...unit, adds: rounded(unit.adds) }));
  const others = speaking.slice(NAMED);
  const rest = rounded(others.reduce((sum, { adds }) => sum + adds, 0));
  const these = rounded(loudest.reduce((sum, { adds }) => sum + adds, 0));
  return { loudest, these, quieter: others.length, rest, total: rounded(these + rest + rounded(bias)) };
}

/**
 * The network's contributions where the baseline's have the other sign.
 *
 * @param {readonly number[]} network
 * @param {readonly number[]} baseline
 */
export function apartOf(network, baseline) {
  return network.map((value, at) => (value * baseline[at] < 0 ? value : 0));
}
