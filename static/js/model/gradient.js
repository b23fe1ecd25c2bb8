// A batch's loss and its gradient by every parameter, by the chain rule.

import { PIXELS, sigmoid } from "./network.js";

/** @import { Image, Network } from "./network.js" */

/**
 * @typedef {{ loss: (logit: number, target: number) => number, slope: (logit: number, target: number) => number }} Loss
 *   of one image; target 1 means a 3, target 0 a 7; `slope` is the derivative by the logit
 */

/** @type {Record<"mnist_loss" | "bce", Loss>} */
export const LOSSES = {
  mnist_loss: {
    loss: (logit, target) => sigmoid((1 - 2 * target) * logit),
    slope: (logit, target) => (1 - 2 * target) * sigmoid(logit) * sigmoid(-logit),
  },
  bce: {
    loss: (logit, target) => Math.max(logit, 0) - logit * target + Math.log1p(Math.exp(-Math.abs(logit))),
    slope: (logit, target) => sigmoid(logit) - target,
  },
};

/**
 * @param {Network} network
 * @param {readonly Image[]} images at least one
 * @param {ArrayLike<number>} targets 1 for a 3, 0 for a 7
 * @param {Loss} of
 * @returns {{ loss: number, accuracy: number, gradient: Float64Array }} means over the images; `gradient` is laid out
 *   as `networkOfVector` takes parameters
 */
export function slopeOf(network, images, targets, of) {
  const { units, deep, output, activation } = network;
  const gradient = new Float64Array(deep ? units * (PIXELS + 2) + 1 : PIXELS + 1);
  const [bias, second] = [PIXELS * units, (PIXELS + 1) * units]; // where they begin
  let [loss, right] = [0, 0];
  images.forEach((image, i) => {
    const hidden = network.hidden(image);
    const logit = network.logitOf(hidden);
    loss += of.loss(logit, targets[i]) / images.length;
    if (logit > 0 === (targets[i] === 1)) right++;
    const slope = of.slope(logit, targets[i]) / images.length;
    const lit = litPixels(image);
    for (let unit = 0; unit < units; unit++) {
      const here = slope * output[unit] * activation.slope(hidden[unit]);
      if (deep) gradient[second + unit] += slope * hidden[unit];
      if (here === 0) continue;
      for (const pixel of lit) gradient[unit * PIXELS + pixel] += here * image[pixel];
      gradient[bias + unit] += here;
    }
    if (deep) gradient[gradient.length - 1] += slope;
  });
  return { loss, accuracy: right / images.length, gradient };
}

/** @param {Image} image */
function litPixels(image) {
  const lit = [];
  for (let pixel = 0; pixel < PIXELS; pixel++) if (image[pixel] !== 0) lit.push(pixel);
  return lit;
}
