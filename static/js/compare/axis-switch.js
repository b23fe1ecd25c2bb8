// What the runs are laid along: a choice of one.

import { element, uniqueId } from "../shell/element.js";
import { AXIS_NAMES } from "./axes.js";

/** @typedef {import("./axes.js").AxisName} AxisName */

/** @type {Record<AxisName, [string, string]>} */
const WORDS = {
  step: ["Steps", "Updates of the weights"],
  epoch: ["Epochs", "How often each has seen all of its training images, whatever its batch size"],
  time: ["Seconds", "As they were trained, their pauses and pace included"],
};

/**
 * @param {HTMLElement} root is filled
 * @param {{chosen: AxisName, onChoose: (name: AxisName) => void}} context
 * @param {{signal: AbortSignal}} life
 */
export function mountAxisSwitch(root, { chosen, onChoose }, { signal }) {
  const name = uniqueId("axis");
  const labels = AXIS_NAMES.map((axis) => {
    const radio = element("input", "");
    Object.assign(radio, { type: "radio", name, value: axis, checked: axis === chosen });
    radio.addEventListener("change", () => onChoose(axis), { signal });
    const label = element("label", "", radio, element("span", "", WORDS[axis][0]));
    label.title = WORDS[axis][1];
    return label;
  });
  root.replaceChildren(element("fieldset", "segments", element("legend", "visually-hidden", "Along"), ...labels));
  signal.addEventListener("abort", () => root.replaceChildren());
}
