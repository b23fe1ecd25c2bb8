// A probability that a network gives, as people read it.

/**
 * Per cent, never rounded to a certainty that the network does not have.
 *
 * @param {number} probability
 * @param {{ about?: boolean }} [options] `about`: from rounded weights
 */
export function chance(probability, { about = false } = {}) {
  if (Number.isNaN(probability)) return "–";
  if (probability > 0.999) return "> 99.9\u00a0%";
  if (probability < 0.001) return "< 0.1\u00a0%";
  return `${about ? "≈ " : ""}${(100 * probability).toFixed(1)}\u00a0%`;
}
