// A recipe in a few words: what of it is not as in the textbook recipe.

import { count, percent, plain } from "../shell/format.js";

/** @typedef {import("../wire.js").Recipe} Recipe */
/** @typedef {keyof Recipe} Field */
/** @typedef {{field: Field, words: string}} Difference */

/** The preset `textbook`, which the server's defaults are. @type {Readonly<Required<Recipe>>} */
export const TEXTBOOK = Object.freeze({
  model: "simple_net",
  hidden: 30,
  activation: "relu",
  loss: "mnist_loss",
  optimizer: "sgd",
  learning_rate: 0.1,
  batch_size: 256,
  epochs: 40,
  seed: 0,
  augment: false,
  invert: 0,
  freeze: false,
  hold_out: false,
  device: "auto",
});

/** @type {Record<string, string>} */
const CHOICES = {
  simple_net: "hidden layer",
  linear: "one layer",
  two_linear: "two layers, no bend",
  relu: "ReLU",
  tanh: "tanh",
  sigmoid: "sigmoid",
  none: "no activation",
  mnist_loss: "mnist_loss",
  bce: "cross-entropy",
  accuracy: "accuracy as the loss",
  sgd: "SGD",
  momentum: "momentum",
  adam: "Adam",
  cpu: "CPU",
  cuda: "CUDA",
  mps: "MPS",
};

/** @param {string | undefined} choice */
const chosen = (choice) => CHOICES[choice ?? ""] ?? String(choice);

/** In the order in which they are said. @type {[Field, (recipe: Required<Recipe>) => string][]} */
const WORDS = [
  ["model", ({ model }) => chosen(model)],
  ["hidden", ({ hidden }) => (hidden === 1 ? "1 unit" : `${count(hidden)} units`)],
  ["activation", ({ activation }) => chosen(activation)],
  ["loss", ({ loss }) => chosen(loss)],
  ["optimizer", ({ optimizer }) => chosen(optimizer)],
  ["learning_rate", ({ learning_rate }) => `rate ${plain(learning_rate)}`],
  ["batch_size", ({ batch_size }) => `batch ${count(batch_size)}`],
  ["epochs", ({ epochs }) => (epochs === 1 ? "1 epoch" : `${count(epochs)} epochs`)],
  ["augment", ({ augment }) => (augment ? "images varied" : "images as they are")],
  ["invert", ({ invert }) => `${percent(invert, Number.isInteger(invert * 100) ? 0 : 1)} inverted`],
  ["freeze", ({ freeze }) => (freeze ? "hidden layer frozen" : "hidden layer learned")],
  ["hold_out", ({ hold_out }) => (hold_out ? "2,038 digits kept apart" : "no digits kept apart")],
  ["device", ({ device }) => chosen(device)],
  ["seed", ({ seed }) => `seed ${seed}`],
];

/**
 * Whether the model has no use for the field: what it is makes no difference then.
 *
 * @param {Required<Recipe>} recipe
 * @param {Field} field
 */
function idle({ model }, field) {
  if (field === "hidden" || field === "freeze") return model === "linear";
  return field === "activation" && model !== "simple_net";
}

/**
 * @param {Recipe} recipe a field that it lacks is the textbook's
 * @returns {Difference[]} what is not as in the textbook recipe, each in a few words; none where all is
 */
export function recipeDifferences(recipe) {
  const whole = { ...TEXTBOOK, ...recipe };
  return WORDS.filter(([field]) => whole[field] !== TEXTBOOK[field] && !idle(whole, field)).map(([field, words]) => ({
    field,
    words: words(whole),
  }));
}
