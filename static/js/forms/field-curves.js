// The functions that the pictures beside a recipe's fields are drawn from.

/** @typedef {[number, number]} Point */

/** What a hidden unit makes of its sum. @type {Record<string, (sum: number) => number>} */
export const ACTIVATIONS = {
  relu: (sum) => Math.max(0, sum),
  tanh: Math.tanh,
  sigmoid,
  none: (sum) => sum,
};

/** The loss of an image of a 3, by its logit. @type {Record<string, (logit: number) => number>} */
export const LOSSES = {
  mnist_loss: (logit) => sigmoid(-logit),
  bce: (logit) => Math.log1p(Math.exp(-logit)),
  accuracy: (logit) => (logit > 0 ? 0 : 1),
};

/** @param {number} value */
function sigmoid(value) {
  return 1 / (1 + Math.exp(-value));
}

/**
 * @param {(x: number) => number} shape
 * @param {number} from
 * @param {number} to
 * @param {number} [points]
 * @returns {Point[]}
 */
export function sampled(shape, from, to, points = 121) {
  return Array.from({ length: points }, (_, at) => {
    const x = from + ((to - from) * at) / (points - 1);
    return [x, shape(x)];
  });
}

/** The valley in which the learning rate is shown is 0.2 · x² / 2: of its steps those up to a rate of 10 come down. */
export const CURVATURE = 0.2;

/**
 * Steps of plain gradient descent in that valley, as far as they stay in sight.
 *
 * @param {number} rate
 * @param {number} [start]
 * @param {number} [most]
 * @returns {number[]}
 */
export function descent(rate, start = 3, most = 10) {
  const path = [start];
  while (path.length <= most && Math.abs(path[path.length - 1]) <= 1e6) path.push(path[path.length - 1] * (1 - rate * CURVATURE));
  return path;
}

const LONG = 14; // a valley that is so many times as steep across as along

/** Each takes a gradient and gives the update, as app/learning/optimizers.py does. @type {Record<string, () => (gradient: Point) => Point>} */
const RULES = {
  sgd: () => ([along, across]) => [-0.1 * along, -0.1 * across],
  momentum: () => {
    /** @type {Point} */
    let velocity = [0, 0];
    return (gradient) => {
      velocity = [0.9 * velocity[0] + gradient[0], 0.9 * velocity[1] + gradient[1]];
      return [-0.03 * velocity[0], -0.03 * velocity[1]];
    };
  },
  adam: () => {
    const mean = [0, 0];
    const square = [0, 0];
    let taken = 0;
    return (gradient) => {
      taken += 1;
      const steps = gradient.map((slope, at) => {
        mean[at] = 0.9 * mean[at] + 0.1 * slope;
        square[at] = 0.999 * square[at] + 0.001 * slope * slope;
        return (-0.25 * (mean[at] / (1 - 0.9 ** taken))) / (Math.sqrt(square[at] / (1 - 0.999 ** taken)) + 1e-8);
      });
      return [steps[0], steps[1]];
    };
  },
};

/**
 * Where an optimiser goes in a long valley whose floor is at (0, 0).
 *
 * @param {string} optimizer
 * @param {number} [steps]
 * @returns {Point[]}
 */
export function valleyPath(optimizer, steps = 30) {
  const update = (RULES[optimizer] ?? RULES.sgd)();
  /** @type {Point[]} */
  const path = [[-4, 0.9]];
  for (let step = 0; step < steps; step++) {
    const [along, across] = path[path.length - 1];
    const [x, y] = update([along, LONG * across]);
    path.push([along + x, across + y]);
  }
  return path;
}

/** Height of that valley. @param {Point} place */
export function valleyHeight([along, across]) {
  return (along * along + LONG * across * across) / 2;
}
