// A choice of one among a few, side by side.

import { element, uniqueId } from "./element.js";

/**
 * @template {string} Value
 * @param {{legend: string, options: readonly (readonly [value: Value, word: string, about: string])[], chosen: Value,
 *   onChoose: (value: Value) => void}} of `legend` is for screen readers, `about` for who rests on a word
 * @param {{signal: AbortSignal}} life
 * @returns {{root: HTMLFieldSetElement, show: (value: Value) => void}} `show` has another one chosen, and tells nobody
 */
export function segments({ legend, options, chosen, onChoose }, { signal }) {
  const name = uniqueId("segments");
  const radios = options.map(([value]) => {
    const radio = element("input", "");
    Object.assign(radio, { type: "radio", name, value });
    radio.addEventListener("change", () => onChoose(value), { signal });
    return radio;
  });
  const labels = options.map(([, word, about], i) => {
    const label = element("label", "", radios[i], element("span", "", word));
    label.title = about;
    return label;
  });
  const show = (/** @type {Value} */ value) => radios.forEach((radio) => (radio.checked = radio.value === value));
  show(chosen);
  return { root: element("fieldset", "segments", element("legend", "visually-hidden", legend), ...labels), show };
}
