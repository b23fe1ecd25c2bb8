// What a logit is the sum of.

import { PIXELS } from "./network.js";

/** @import { Image, Network } from "./network.js" */

/**
 * @typedef {{
 *   logit: number, bias: number, units: Float64Array, pixels: Float64Array | null,
 * }} Contributions `units` with `outputBias` of the network, and `pixels` with `bias`, add up to the logit. `pixels` is
 *   null where a unit's answer is no sum over pixels (tanh, sigmoid); `bias` then is the network's output bias
 */

/**
 * For an image x and the units A that it switches on,
 * logit = Σₚ xₚ Σ_{u∈A} w₂ᵤ W₁ᵤₚ + Σ_{u∈A} w₂ᵤ b₁ᵤ + b₂. Without a bend A is all units.
 *
 * @param {Network} network
 * @param {Image} image
 * @returns {Contributions}
 */
export function contributions(network, image) {
  const hidden = network.hidden(image);
  const units = hidden.map((out, unit) => network.output[unit] * out);
  const logit = network.logitOf(hidden);
  if (!network.piecewiseLinear) return { logit, bias: network.outputBias, units, pixels: null };
  const on = switchedOn(network, hidden);
  const pixels = wholePicture(network, on);
  for (let pixel = 0; pixel < PIXELS; pixel++) pixels[pixel] *= image[pixel];
  let bias = network.outputBias;
  for (const unit of on) bias += network.output[unit] * network.bias[unit];
  return { logit, bias, units, pixels };
}

/**
 * Units that pass on what they get.
 *
 * @param {Network} network with a ReLU or no bend
 * @param {ArrayLike<number>} hidden of one image
 */
export function switchedOn(network, hidden) {
  const on = [];
  for (let unit = 0; unit < network.units; unit++) if (network.bend !== "relu" || hidden[unit] > 0) on.push(unit);
  return on;
}

/**
 * What the network looks for, added up: Σ over units of output weight × weights. Positive pixels speak for a 3.
 *
 * @param {Network} network
 * @param {readonly number[]} [among] these units; all of them without
 */
export function wholePicture(network, among) {
  const { first, output, units } = network;
  const weight = new Float64Array(units);
  if (among) for (const unit of among) weight[unit] = output[unit];
  else weight.set(output);
  const picture = new Float64Array(PIXELS);
  for (let pixel = 0; pixel < PIXELS; pixel++) {
    let sum = 0;
    for (let unit = 0; unit < units; unit++) sum += weight[unit] * first[pixel * units + unit];
    picture[pixel] = sum;
  }
  return picture;
}
