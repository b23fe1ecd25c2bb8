// A logit as a sum over units that one can add up oneself, and where the baseline says the opposite of a pixel.

/** @import { Unit } from "../wire.js" */
import { rounded } from "../ink/sum-terms.js";

/** Units that are named; the others are one term. */
export const NAMED = 8;

/**
 * The loudest units, each rounded, and what they add together; how many others there are, and what those add; all so that
 * the shown ones with the bias come out at the logit as it is shown elsewhere. What rounding leaves over goes to the
 * others, or where there are none to the bias.
 *
 * @param {readonly Unit[]} speaking the loudest first
 * @param {number} bias
 * @param {number} logit
 * @returns {{ loudest: Unit[], these: number, quieter: number, rest: number, bias: number, total: number }}
 */
export function unitTerms(speaking, bias, logit) {
  const loudest = speaking.slice(0, NAMED).map((unit) => ({ ...unit, adds: rounded(unit.adds) }));
  const these = rounded(loudest.reduce((sum, { adds }) => sum + adds, 0));
  const quieter = speaking.length - loudest.length;
  const total = rounded(logit);
  if (!quieter) return { loudest, these, quieter, rest: 0, bias: rounded(total - these), total };
  return { loudest, these, quieter, rest: rounded(total - these - rounded(bias)), bias: rounded(bias), total };
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
