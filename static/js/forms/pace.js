// The control that says how fast a run goes on: three paces to press, or a number of steps a second to type.

import { element, uniqueId } from "../shell/element.js";
import { numberField } from "./number-field.js";
import { PACES, SPEED } from "./pace-value.js";

/** @typedef {import("./pace-value.js").PaceValue} PaceValue */

/**
 * @param {HTMLElement} root is filled
 * @param {{value: PaceValue, onChange: (value: PaceValue) => void, label?: string, short?: boolean}} context `onChange` is told
 *   of what a person chose, not of what is shown by `show`; `short`: where there is little room.
 * @param {{signal: AbortSignal}} life
 * @returns {{show: (value: PaceValue) => void, allow: (allowed: boolean) => void, value: PaceValue, read: () => PaceValue | null}}
 *   `read` gives the pace, or null after saying what is wrong with the number typed.
 */
export function mountPace(root, { value: first, onChange, label = "Pace", short = false }, { signal }) {
  let value = first;
  const name = uniqueId("pace");
  const radios = PACES.map(({ pace }) => {
    const radio = element("input", "");
    Object.assign(radio, { type: "radio", name, value: pace });
    radio.addEventListener("change", () => choose({ pace }), { signal });
    return radio;
  });
  const choices = PACES.map(({ title, brief, about }, at) => {
    const choice = element("label", "", radios[at], element("span", "", short ? brief : title));
    choice.title = about;
    return choice;
  });
  const speed = numberField({ limits: SPEED, onCommit: (steps) => choose({ steps_per_second: steps }) }, { signal });
  speed.input.setAttribute("aria-label", `${label}: steps a second`);
  speed.input.setAttribute("aria-describedby", speed.problem.id);
  if (short) speed.input.placeholder = "/ s";
  const legend = element("legend", "pace-label", label);
  const number = element("label", "pace-number", speed.input, element("span", "", short ? "/ s" : "a second"));
  const fieldset = element("fieldset", "pace", legend, element("div", "segments", ...choices), number, speed.problem);
  fieldset.dataset.part = "pace";
  root.append(fieldset);
  signal.addEventListener("abort", () => fieldset.remove());
  show(first);

  /** @param {PaceValue} chosen */
  function choose(chosen) {
    show(chosen);
    onChange(chosen);
  }

  /** @param {PaceValue} shown */
  function show(shown) {
    value = shown;
    radios.forEach((radio, at) => (radio.checked = "pace" in shown && shown.pace === PACES[at].pace));
    const typing = document.activeElement === speed.input && "steps_per_second" in shown;
    if (!typing) speed.show("steps_per_second" in shown ? shown.steps_per_second : null);
  }

  return {
    show,
    get value() {
      return value;
    },
    allow: (allowed) => (fieldset.disabled = !allowed),
    read() {
      if ("steps_per_second" in value || speed.input.value) return speed.read() === null ? null : value;
      return value;
    },
  };
}
