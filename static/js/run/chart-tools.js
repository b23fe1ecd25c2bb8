// What can be chosen for charts: scale, smoothing, back to the whole axis.

import { MOST_SMOOTHING, SCALES } from "./chart-choices.js";
import { element, uniqueId } from "../shell/element.js";

/** @typedef {import("./chart-choices.js").ChartChoices} ChartChoices */
/** @typedef {import("../plot/cursor.js").Cursor} Cursor */

const WORDS = {
  auto: ["Auto", "Logarithmic from the second epoch on"],
  linear: ["Linear", "Equal differences are equally high"],
  logarithmic: ["Log", "Equal ratios are equally high: of the loss, and of the errors"],
};

/**
 * @param {HTMLElement} root is filled
 * @param {{choices: ChartChoices, cursor: Cursor}} context those of the charts
 * @param {{signal: AbortSignal}} life
 */
export function mountChartTools(root, { choices, cursor }, { signal }) {
  root.classList.add("chart-tools");
  root.replaceChildren(scaleSwitch(choices, signal), smoothingSlider(choices, signal), resetButton(cursor, signal));
  signal.addEventListener("abort", () => root.replaceChildren());
}

/**
 * @param {ChartChoices} choices
 * @param {AbortSignal} signal
 */
function scaleSwitch(choices, signal) {
  const name = uniqueId("chart-scale");
  const radios = SCALES.map((scale) => {
    const radio = element("input", "");
    Object.assign(radio, { type: "radio", name, value: scale });
    radio.addEventListener("change", () => choices.choose({ scale }), { signal });
    return radio;
  });
  const show = () => radios.forEach((radio) => (radio.checked = radio.value === choices.scale));
  show();
  choices.subscribe(show, signal);
  const labels = radios.map((radio, i) => {
    const [word, about] = WORDS[SCALES[i]];
    const label = element("label", "", radio, element("span", "", word));
    label.title = about;
    return label;
  });
  return element("fieldset", "segments", element("legend", "visually-hidden", "Scale of the charts"), ...labels);
}

/**
 * @param {ChartChoices} choices
 * @param {AbortSignal} signal
 */
function smoothingSlider(choices, signal) {
  const slider = element("input", "");
  Object.assign(slider, { type: "range", min: "0", max: String(MOST_SMOOTHING), step: "0.01" });
  const output = element("output", "");
  const show = () => {
    slider.value = String(choices.smoothing);
    const percent = Math.round(choices.smoothing * 100);
    output.value = percent ? `± ${percent}\u00a0%` : "off";
    slider.setAttribute("aria-valuetext", percent ? `${percent} per cent of the steps so far, to either side` : "off");
  };
  show();
  choices.subscribe(show, signal);
  slider.addEventListener("input", () => choices.choose({ smoothing: Number(slider.value) }), { signal });
  const label = element("label", "chart-smoothing", "Smoothing", slider, output);
  label.title = "The thick line is the average over this share of the steps so far, to either side";
  return label;
}

/**
 * @param {Cursor} cursor
 * @param {AbortSignal} signal
 */
function resetButton(cursor, signal) {
  const button = element("button", "button small", "Show all steps");
  button.type = "button";
  const show = () => (button.disabled = !cursor.zoom);
  show();
  cursor.subscribe(show, signal);
  button.addEventListener("click", () => cursor.zoomTo(null), { signal });
  return button;
}
