// Four ways to say how far a digit is from an ideal: two that work, and two with `abs` in the wrong place.

import { PIXELS } from "../model/network.js";

/** @typedef {"l1" | "l2" | "signed" | "late"} Norm */
/** @typedef {ArrayLike<number>} Image 784 from 0 to 1 */

/** @type {Record<Norm, (image: Image, ideal: Image) => number>} */
export const DISTANCES = {
  l1: (image, ideal) => mean(image, ideal, Math.abs),
  l2: (image, ideal) => Math.sqrt(mean(image, ideal, (difference) => difference * difference)),
  signed: (image, ideal) => mean(image, ideal, (difference) => difference),
  late: (image, ideal) => Math.abs(mean(image, ideal, (difference) => difference)),
};

/** @param {Image} image @param {Image} ideal @param {(difference: number) => number} of */
function mean(image, ideal, of) {
  let sum = 0;
  for (let pixel = 0; pixel < PIXELS; pixel++) sum += of(image[pixel] - ideal[pixel]);
  return sum / PIXELS;
}

/**
 * By how much each digit is nearer to the 3 than to the 7: positive is read as a 3.
 *
 * @param {import("../model/digits.js").Digits} digits
 * @param {{three: Image, seven: Image}} means
 * @param {Norm} norm
 */
export function nearness(digits, { three, seven }, norm) {
  const distance = DISTANCES[norm];
  return Float64Array.from({ length: digits.count }, (_, i) => {
    const image = digits.image(i);
    return distance(image, seven) - distance(image, three);
  });
}

/**
 * What each digit gets from the linear model that L2 is in secret: its pixels times mean 3 − mean 7, and a fixed number.
 *
 * @param {import("../model/digits.js").LitPixels} digits
 * @param {{three: Image, seven: Image}} means
 */
export function linearScores({ count, starts, places, values }, { three, seven }) {
  const weights = Float64Array.from({ length: PIXELS }, (_, pixel) => three[pixel] - seven[pixel]);
  const bias = weights.reduce((sum, weight, pixel) => sum - (weight * (three[pixel] + seven[pixel])) / 2, 0);
  return Float64Array.from({ length: count }, (_, i) => {
    let score = bias;
    for (let at = starts[i]; at < starts[i + 1]; at++) score += values[at] * weights[places[at]];
    return score;
  });
}
