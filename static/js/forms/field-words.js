// What the fields of a recipe are called, and a paragraph about each.

import { plain } from "../shell/format.js";

/** @typedef {keyof import("../wire.js").Recipe} Field */
/** @typedef {Required<import("../wire.js").Recipe>} WholeRecipe */

/**
 * @typedef {object} Words
 * @property {string} label
 * @property {string} about
 * @property {Record<string, string>} [options] titles of what can be chosen
 * @property {[slug: string, title: string]} [lesson] that shows what it does
 */

/** In the order in which they are shown. @type {Record<Field, Words>} */
export const FIELDS = {
  model: {
    label: "Model",
    lesson: ["linear-of-linear", "Lines of lines are lines"],
    about: "What stands between 784 pixels and one number. With a hidden layer and a bend, some units can answer to what others do not.",
    options: { simple_net: "Hidden layer with a bend", two_linear: "Two layers without a bend", linear: "One layer" },
  },
  hidden: {
    label: "Hidden units",
    lesson: ["the-network", "The network"],
    about: "How many patterns it can look for at the same time. Each unit has 784 weights of its own, one for each pixel.",
  },
  activation: {
    label: "Activation",
    lesson: ["nonlinearity", "The bend between two lines"],
    about: "The bend: what a hidden unit makes of its sum. Without one, two layers can do no more than one.",
    options: { relu: "ReLU", tanh: "tanh", sigmoid: "Sigmoid", none: "None" },
  },
  loss: {
    label: "Loss",
    lesson: ["a-sensible-loss", "A sensible loss"],
    about: "What training makes small. Drawn: the loss of a 3, by how sure the network is that it is one. Training follows the slope, and accuracy has none.",
    options: { mnist_loss: "mnist_loss", bce: "Cross-entropy", accuracy: "Accuracy" },
  },
  optimizer: {
    label: "Optimiser",
    lesson: ["gradient-descent", "Gradient descent, step by step"],
    about: "How a slope becomes a step. Momentum keeps nine tenths of the last step; Adam gives each weight a pace of its own.",
    options: { sgd: "SGD", momentum: "Momentum", adam: "Adam" },
  },
  learning_rate: {
    label: "Learning rate",
    lesson: ["learning-rate", "The learning rate"],
    about: "How far each step goes along the slope. Too small, and it creeps; too large, and it jumps across the valley. Drawn: ten steps in one that is as wide as rates of up to 10 can stand.",
  },
  batch_size: {
    label: "Batch size",
    lesson: ["mini-batches", "Mini-batches"],
    about: "How many images it looks at before each step. Small batches take many rough steps, large ones few smooth ones. Drawn: the steps of one epoch.",
  },
  epochs: {
    label: "Epochs",
    lesson: ["mini-batches", "Mini-batches"],
    about: "How often it sees all 12,396 training images. After each epoch it is tested on 2,038 others.",
  },
  seed: {
    label: "Seed",
    lesson: ["gradient-descent", "Gradient descent, step by step"],
    about: "Decides the first, random weights and the order of the images. The same recipe and seed give the same run again.",
  },
  augment: {
    label: "Vary the images",
    about: "Shift, turn, scale and slant each training image at random each time it is met, so that none is met twice alike.",
  },
  invert: {
    label: "Inverted share",
    lesson: ["nonlinearity", "The bend between two lines"],
    about: "This share of the images is turned black on white, 0.5 is half of them: then no single weight image can read them all.",
  },
  freeze: {
    label: "Freeze the hidden layer",
    lesson: ["the-network", "The network"],
    about: "Leave the hidden units’ weights as the seed made them: only how much each unit counts is learned.",
  },
  hold_out: {
    label: "Keep digits apart",
    lesson: ["your-turn", "Your turn"],
    about: "Learn without the last 2,038 training images, so that they can test at the end what was chosen by the validation digits.",
  },
  device: {
    label: "Device",
    lesson: ["tensors", "Tensors: rank, shape, axis"],
    about: "Where it trains. Automatic takes a graphics card where there is one.",
    options: { auto: "Automatic", cpu: "CPU", cuda: "NVIDIA GPU (CUDA)", mps: "Apple GPU (MPS)" },
  },
};

/**
 * Why a field makes no difference to this model, or null where it does.
 *
 * @param {Field} field
 * @param {string} model
 */
export function whyOff(field, model) {
  if (field === "hidden" && model === "linear") return "One layer has no hidden units.";
  if (field === "freeze" && model === "linear") return "One layer has no hidden units that could be frozen.";
  if (field !== "activation" || model === "simple_net") return null;
  return model === "linear" ? "One layer has no hidden units that could bend." : "These two layers are without a bend.";
}

/**
 * What a field of a recipe is set to, as its form has it.
 *
 * @param {Field} field
 * @param {string | number | boolean} value
 */
export function valueWords(field, value) {
  if (typeof value === "number") return plain(value);
  if (typeof value === "boolean") return value ? "yes" : "no";
  return FIELDS[field].options?.[value] ?? value;
}
