// What the runs are laid along: a choice of one.

import { segments } from "../shell/segments.js";
import { AXIS_NAMES } from "./axes.js";

/** @typedef {import("./axes.js").AxisName} AxisName */

/** @type {Record<AxisName, [string, string]>} */
const WORDS = {
  step: ["Steps", "Updates of the weights"],
  epoch: ["Epochs", "How often each has seen all of its training images, whatever its batch size"],
  time: ["Seconds", "As they were trained, their pauses and pace included"],
};

/**
 * @param {{chosen: AxisName, onChoose: (name: AxisName) => void}} of
 * @param {{signal: AbortSignal}} life
 */
export function axisSwitch({ chosen, onChoose }, life) {
  const options = AXIS_NAMES.map((axis) => /** @type {const} */ ([axis, ...WORDS[axis]]));
  return segments({ legend: "Along", options, chosen, onChoose }, life).root;
}
