// A logit as a sum that one can add up oneself.

/** @typedef {{ value: number, of: "three" | "seven" | "bias" }} Term */

const SCALE = 100; // two digits after the point

/**
 * What speaks for a 3, what for a 7, and the bias, each rounded, and the logit as it is shown elsewhere. The bias takes what
 * rounding leaves over, a hundredth or so: the sum comes out.
 *
 * @param {{ logit: number, pixels: Iterable<number> | null, units: Iterable<number> }} contributions `units` where pixels have
 *   no shares of their own
 * @returns {{ terms: Term[], sum: number }}
 */
export function sumTerms({ logit, pixels, units }) {
  let [three, seven] = [0, 0];
  for (const value of pixels ?? units) {
    if (value > 0) three += value;
    else seven += value;
  }
  const sum = rounded(logit);
  /** @type {Term[]} */
  const terms = [
    { value: rounded(three), of: "three" },
    { value: rounded(seven), of: "seven" },
    { value: rounded(sum - rounded(three) - rounded(seven)), of: "bias" },
  ];
  return { terms, sum };
}

/** @param {number} value to two digits after the point */
export function rounded(value) {
  return Math.round(value * SCALE) / SCALE + 0; // no −0
}
