// A quantity that a reader moves: a native slider, and a field in which the exact number can be typed.

import { numberField } from "./number-field.js";
import { element, uniqueId } from "../shell/element.js";

/**
 * @typedef {object} SliderContext
 * @property {string} label
 * @property {number} min
 * @property {number} max
 * @property {number} value
 * @property {number} [step] of the slider; a hundredth of its way without
 * @property {boolean} [log] its way is that of the logarithm
 * @property {boolean} [whole] only whole numbers
 * @property {(value: number) => void} onInput each new number
 * @property {(show: (value: number) => void, signal: AbortSignal) => void} [watch] has it follow a number that is set elsewhere
 */

/**
 * @param {HTMLElement} root is filled
 * @param {SliderContext} context
 * @param {{signal: AbortSignal}} options
 * @returns {{value: number, set: (value: number) => void}} `set` moves it and tells nobody
 */
export function mountSlider(root, { label, min, max, value, step, log = false, whole = false, onInput, watch }, { signal }) {
  const onWay = (/** @type {number} */ number) => (log ? Math.log10(number) : number);
  const ofWay = (/** @type {number} */ at) => Math.min(max, Math.max(min, Number((log ? 10 ** at : at).toPrecision(log ? 3 : 6))));
  const slider = element("input", "slider-range");
  const [from, to] = [onWay(min), onWay(max)];
  Object.assign(slider, { type: "range", id: uniqueId("slider"), min: String(from), max: String(to), step: String(step ?? (to - from) / 100) });
  const name = element("label", "", label);
  name.htmlFor = slider.id;
  const field = numberField({ limits: { type: whole ? "integer" : "number", minimum: min, maximum: max }, onCommit: (typed) => take(typed) }, { signal });
  field.input.setAttribute("aria-label", `${label}, typed`);
  const held = { value, set: show };
  slider.addEventListener("input", () => take(whole ? Math.round(ofWay(slider.valueAsNumber)) : ofWay(slider.valueAsNumber)), { signal });
  signal.addEventListener("abort", () => root.replaceChildren());

  /** @param {number} number */
  function take(number) {
    show(number);
    onInput(number);
  }

  /** @param {number} number */
  function show(number) {
    held.value = number;
    slider.value = String(onWay(number));
    slider.setAttribute("aria-valuetext", field.input.value);
    field.show(number);
    slider.setAttribute("aria-valuetext", field.input.value);
  }

  show(value);
  watch?.(show, signal);
  root.classList.add("slider");
  root.replaceChildren(name, slider, field.input, field.problem);
  return held;
}

/**
 * A choice among a few, as a row of native radio buttons.
 *
 * @template {string | number | boolean} Value
 * @param {HTMLElement} root is filled
 * @param {{label: string, options: readonly {value: Value, label: string}[], value: Value, onChange: (value: Value) => void, watch?: (show: (value: Value) => void, signal: AbortSignal) => void}} context
 * @param {{signal: AbortSignal}} options
 * @returns {{set: (value: Value) => void}} `set` tells nobody
 */
export function mountChoice(root, { label, options, value, onChange, watch }, { signal }) {
  const name = uniqueId("choice");
  const inputs = options.map((option, i) => {
    const input = element("input", "");
    Object.assign(input, { type: "radio", name, value: String(i), checked: option.value === value });
    input.addEventListener("change", () => onChange(option.value), { signal });
    return input;
  });
  const labels = options.map((option, i) => {
    const made = element("label", "", inputs[i], element("span", "", option.label));
    return made;
  });
  const legend = element("span", "label", label);
  legend.id = uniqueId("legend");
  const group = element("div", "segments", ...labels);
  group.setAttribute("role", "radiogroup");
  group.setAttribute("aria-labelledby", legend.id);
  root.classList.add("lesson-choice");
  root.replaceChildren(legend, group);
  signal.addEventListener("abort", () => root.replaceChildren());
  const set = (/** @type {Value} */ chosen) => options.forEach((option, i) => (inputs[i].checked = option.value === chosen));
  watch?.(set, signal);
  return { set };
}
