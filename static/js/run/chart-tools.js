// What can be chosen for charts: scale, smoothing, back to the whole axis.

import { MOST_SMOOTHING, SCALES } from "./chart-choices.js";
import { element } from "../shell/element.js";
import { segments } from "../shell/segments.js";

/** @typedef {import("./chart-choices.js").ChartChoices} ChartChoices */
/** @typedef {import("../plot/cursor.js").Cursor} Cursor */

/** @type {Record<import("./chart-choices.js").Scale, [string, string]>} */
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
  const { root, show } = segments({
    legend: "Scale of the charts",
    options: SCALES.map((scale) => /** @type {const} */ ([scale, ...WORDS[scale]])),
    chosen: choices.scale,
    onChoose: (scale) => choices.choose({ scale }),
  }, { signal });
  choices.subscribe(() => show(choices.scale), signal);
  return root;
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
