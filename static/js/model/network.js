// The network in exact JavaScript: what `app/learning/network.py` computes, in float64 from its float32 parameters.
//
// a = W₁ x + b₁, h = f(a), z = w₂ · h + b₂; positive z is a 3. The linear model is one unit with w₂ = 1 and b₂ = 0.

/** @import { Recipe, Weights } from "../wire.js" */

export const PIXELS = 28 * 28;

/** @typedef {ArrayLike<number>} Image 784 values from 0 to 1, ink bright on 0 */

/**
 * @typedef {{ apply: (sum: number) => number, slope: (out: number) => number }} Activation `slope` is the derivative,
 *   by what came out
 */

/** @type {Record<NonNullable<Recipe["activation"]>, Activation>} */
const ACTIVATIONS = {
  relu: { apply: (sum) => (sum > 0 ? sum : 0), slope: (out) => (out > 0 ? 1 : 0) },
  tanh: { apply: Math.tanh, slope: (out) => 1 - out * out },
  sigmoid: { apply: sigmoid, slope: (out) => out * (1 - out) },
  none: { apply: (sum) => sum, slope: () => 1 },
};

/** @param {number} z */
export function sigmoid(z) {
  return 1 / (1 + Math.exp(-z));
}

export class Network {
  /**
   * @param {Pick<Recipe, "model" | "activation">} recipe
   * @param {{ first: Float32Array, bias: ArrayLike<number>, output: ArrayLike<number>, outputBias: number }} parameters
   *   `first`: pixel by pixel, each pixel's weights for all units side by side, so that an image's dark pixels cost
   *   nothing and the others are read in a row
   */
  constructor({ model = "simple_net", activation = "relu" }, { first, bias, output, outputBias }) {
    this.first = first;
    this.bias = Float64Array.from(bias);
    this.output = Float64Array.from(output);
    this.outputBias = outputBias;
    this.units = this.bias.length;
    /** Whether a second layer adds the units up. */
    this.deep = model !== "linear";
    /** What happens between the layers. @type {NonNullable<Recipe["activation"]>} */
    this.bend = model === "simple_net" ? activation : "none";
    this.activation = ACTIVATIONS[this.bend];
  }

  /** Whether the logit is a sum over pixels once it is known which units are on: a ReLU passes a sum on or drops it. */
  get piecewiseLinear() {
    return this.bend === "relu" || this.bend === "none";
  }

  /**
   * What each unit gives the second layer.
   *
   * @param {Image} image
   */
  hidden(image) {
    const { first, units, activation } = this;
    const out = Float64Array.from(this.bias);
    for (let pixel = 0; pixel < PIXELS; pixel++) {
      const value = image[pixel];
      if (value === 0) continue;
      const row = pixel * units;
      for (let unit = 0; unit < units; unit++) out[unit] += value * first[row + unit];
    }
    for (let unit = 0; unit < units; unit++) out[unit] = activation.apply(out[unit]);
    return out;
  }

  /** @param {ArrayLike<number>} hidden as `hidden` gives it */
  logitOf(hidden) {
    let logit = this.outputBias;
    for (let unit = 0; unit < this.units; unit++) logit += this.output[unit] * hidden[unit];
    return logit;
  }

  /** @param {Image} image */
  logit(image) {
    return this.logitOf(this.hidden(image));
  }
}

/**
 * The network that a picture of a run shows, its weights rounded to 255 levels as the picture's are.
 *
 * @param {Weights} weights
 * @param {Recipe} recipe of the run
 * @returns {Network | null} null for a picture of an older log, which does not tell all of it
 */
export function networkOfFrame(weights, recipe) {
  const known = built.find((each) => each.weights === weights && each.recipe === recipe);
  if (known) return known.network;
  const network = build(weights, recipe);
  built.unshift({ weights, recipe, network });
  built.length = Math.min(built.length, KEPT);
  return network;
}

/** Of 0.8 MB at most each: the picture shown and the one before it, of two runs side by side. */
const KEPT = 4;

/** All parts of a page that look at a picture share its network: to build one of 256 units takes milliseconds.
 * @type {{ weights: Weights, recipe: Recipe, network: Network | null }[]} */
const built = [];

/**
 * @param {Weights} weights
 * @param {Recipe} recipe
 */
function build({ values, scale, units, bias, output_weight, output_bias }, recipe) {
  if (!bias || !output_weight || output_bias === null || Number.isNaN(output_bias)) return null;
  const first = new Float32Array(PIXELS * units);
  for (let pixel = 0, at = 0; pixel < PIXELS; pixel++) {
    for (let unit = 0; unit < units; unit++) first[at++] = values[unit * PIXELS + pixel] * scale;
  }
  return new Network(recipe, { first, bias, output: output_weight, outputBias: output_bias });
}

/**
 * The network whose parameters are one vector, as experiments give them: layer by layer, weights before biases.
 *
 * @param {ArrayLike<number>} vector
 * @param {Pick<Recipe, "model" | "activation">} recipe
 * @throws {RangeError} where no model of the recipe's kind has so many parameters
 */
export function networkOfVector(vector, recipe) {
  const linear = recipe.model === "linear";
  const units = linear ? 1 : (vector.length - 1) / (PIXELS + 2);
  if (!Number.isInteger(units) || units < 1 || (linear && vector.length !== PIXELS + 1)) {
    throw new RangeError(`no ${recipe.model ?? "simple_net"} has ${vector.length} parameters`);
  }
  const first = new Float32Array(PIXELS * units);
  for (let unit = 0; unit < units; unit++) {
    for (let pixel = 0; pixel < PIXELS; pixel++) first[pixel * units + unit] = vector[unit * PIXELS + pixel];
  }
  const from = (/** @type {number} */ at, /** @type {number} */ length) => Float64Array.from({ length }, (_, i) => vector[at + i]);
  const bias = from(PIXELS * units, units);
  if (linear) return new Network(recipe, { first, bias, output: [1], outputBias: 0 });
  return new Network(recipe, { first, bias, output: from((PIXELS + 1) * units, units), outputBias: vector[vector.length - 1] });
}
