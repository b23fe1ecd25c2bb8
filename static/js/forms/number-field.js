// A text field for a number. It says what is wrong when it is left, and no longer once it is mended.

import { element } from "../shell/element.js";
import { plain } from "../shell/format.js";
import { readNumber } from "./read-number.js";

/** @typedef {import("./read-number.js").Limits} Limits */

/**
 * Not `type=number`: with `0,05` browsers of many languages give such a field the value 5, or none.
 * The caller gives the input its id and label, and places input and problem.
 *
 * @typedef {{
 *   input: HTMLInputElement,
 *   problem: HTMLParagraphElement,
 *   peek: () => number | null,
 *   read: () => number | null,
 *   show: (value: number | null) => void,
 *   complain: (words: string) => void,
 * }} NumberField
 * `peek` gives the number or null; `read` also says at the field what is wrong; `show` replaces what is typed; `complain("")`
 * takes the words away.
 */

let made = 0;

/**
 * Escape takes back what has been typed since a number was shown or held last; in a dialog it closes that, as everywhere.
 *
 * @param {{limits: Limits, onCommit?: (value: number) => void, onInput?: () => void, onTakenBack?: () => void}} context `onCommit` is told of a number
 *   that was changed and holds, when the field is left or Enter is pressed.
 * @param {{signal: AbortSignal}} life
 * @returns {NumberField}
 */
export function numberField({ limits, onCommit = () => {}, onInput = () => {}, onTakenBack = () => {} }, { signal }) {
  const input = element("input", "number-field");
  Object.assign(input, { type: "text", inputMode: limits.type === "integer" ? "numeric" : "decimal", autocomplete: "off", spellcheck: false });
  const problem = element("p", "problem-text");
  problem.id = `number-problem-${++made}`;
  problem.hidden = true;
  let settled = "";

  /** @param {string} words */
  function complain(words) {
    problem.textContent = words;
    problem.hidden = !words;
    input.setAttribute("aria-invalid", String(Boolean(words)));
    if (words) input.setAttribute("aria-errormessage", problem.id);
    else input.removeAttribute("aria-errormessage");
  }

  function read() {
    const { value, problem: words } = readNumber(input.value, limits);
    complain(words ?? "");
    return value;
  }

  input.addEventListener(
    "input",
    () => {
      if (!problem.hidden && readNumber(input.value, limits).value !== null) complain("");
      onInput();
    },
    { signal },
  );
  input.addEventListener(
    "change",
    () => {
      const value = read();
      if (value === null) return;
      settled = input.value;
      onCommit(value);
    },
    { signal },
  );
  input.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Escape" || event.isComposing || input.value === settled || input.closest("dialog")) return;
      input.value = settled;
      complain("");
      onInput();
      onTakenBack();
    },
    { signal },
  );
  return {
    input,
    problem,
    peek: () => readNumber(input.value, limits).value,
    read,
    complain,
    show(value) {
      input.value = settled = value === null ? "" : plain(value);
      complain("");
    },
  };
}
