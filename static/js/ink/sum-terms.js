// A logit as a sum that one can add up oneself.

/** @import { Contributions } from "../model/contributions.js" */

/** @typedef {{ value: number, of: "three" | "seven" | "bias" }} Term */

const SCALE = 100; // two digits after the point

/**
 * What speaks for a 3, what for a 7, and the bias, each rounded; their sum, which is the logit, is that of the rounded
 * ones, so that it comes out.
 *
 * @param {Contributions} contributions
 * @returns {{ terms: Term[], sum: number }}
 */
export function sumTerms({ pixels, units, bias }) {
  let [three, seven] = [0, 0];
  for (const value of pixels ?? units) {
    if (value > 0) three += value;
    else seven += value;
  }
  /** @type {Term[]} */
  const terms = [
    { value: rounded(three), of: "three" },
    { value: rounded(seven), of: "seven" },
    { value: rounded(bias), of: "bias" },
  ];
  return { terms, sum: rounded(terms.reduce((sum, { value }) => sum + value, 0)) };
}

/** @param {number} value */
function rounded(value) {
  return Math.round(value * SCALE) / SCALE + 0; // no −0
}
