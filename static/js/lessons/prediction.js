// What a reader expects before the result is seen: a form of native controls, kept in this browser.

import { percent, plain } from "../shell/format.js";

/** @typedef {Record<string, string>} Answers by the names of the form's controls */

const STORE = "threeseven.prediction.";

/**
 * The form has its controls, a button to submit, an output for words and, with `data-again`, a button that takes the
 * prediction back.
 *
 * @param {HTMLFormElement} form
 * @param {{slug: string}} context
 * @param {{signal: AbortSignal}} options
 */
export function bindPrediction(form, { slug }, { signal }) {
  return new Prediction(form, STORE + slug, signal);
}

export class Prediction {
  #form;
  #key;
  /** @type {Set<() => void>} */
  #listeners = new Set();
  /** Null until there is one. @type {Answers | null} */
  answers;
  /** Why nothing can be predicted now; empty: it can. */
  #held = "";
  #afterwards;
  /** What the reader has set of the form. @type {Set<EventTarget | null>} */
  #moved = new Set();

  /**
   * @param {HTMLFormElement} form
   * @param {string} key
   * @param {AbortSignal} signal
   */
  constructor(form, key, signal) {
    this.#form = form;
    this.#key = key;
    this.answers = kept(key);
    this.#afterwards = said(form)?.textContent ?? "";
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const held = form.contains(form.ownerDocument.activeElement);
      this.#take(Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)])));
      // What has the focus is hidden now, or cannot be set any more.
      if (held) /** @type {HTMLElement | null} */ (form.querySelector("[data-again]"))?.focus({ preventScroll: true });
    }, { signal });
    form.querySelector("[data-again]")?.addEventListener("click", () => {
      this.takeBack();
      /** @type {HTMLElement | null} */ (form.querySelector("input, select"))?.focus();
    }, { signal });
    // Where a slider stands by itself is nobody's prediction: pressing it there makes it one, as moving it does.
    for (const type of ["input", "pointerdown"]) {
      form.addEventListener(type, ({ target }) => {
        const curve = target instanceof Element ? target.closest("[role=group]") : null; // its handles are one answer
        for (const each of curve?.querySelectorAll("input") ?? [target]) this.#moved.add(each);
        this.#showSliders();
      }, { signal });
    }
    this.#show();
  }

  /** @param {string} name @returns {number | null} */
  number(name) {
    const value = Number(this.answers?.[name] ?? NaN);
    return Number.isFinite(value) ? value : null;
  }

  /** Listeners are told that there is a prediction, or none any more. @param {() => void} listener @returns {() => void} */
  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** There is no prediction any more. */
  takeBack() {
    this.#take(null);
  }

  /** @param {string} why nothing can be predicted now; empty: it can again */
  hold(why) {
    if (why === this.#held) return;
    this.#held = why;
    this.#show();
  }

  /** @param {Answers | null} answers */
  #take(answers) {
    this.answers = answers;
    try {
      if (answers) localStorage.setItem(this.#key, JSON.stringify(answers));
      else localStorage.removeItem(this.#key);
    } catch {
      // Storage is forbidden or full: the prediction holds until the page is left.
    }
    this.#show();
    for (const listener of [...this.#listeners]) listener();
  }

  #show() {
    const { answers } = this;
    for (const control of this.#form.elements) {
      if (control instanceof HTMLButtonElement) {
        control.hidden = control.type === "submit" ? answers !== null : answers === null;
        if (control.type === "submit") control.disabled = this.#held !== "";
      } else if (control instanceof HTMLInputElement || control instanceof HTMLSelectElement) {
        control.disabled = answers !== null;
        if (answers && control.name in answers) {
          if (control.type === "radio") /** @type {HTMLInputElement} */ (control).checked = control.value === answers[control.name];
          else if (control.type === "checkbox") /** @type {HTMLInputElement} */ (control).checked = true;
          else control.value = answers[control.name];
        }
      }
    }
    this.#form.toggleAttribute("data-made", answers !== null);
    this.#form.toggleAttribute("data-held", this.#held !== "");
    const words = said(this.#form);
    if (words) words.textContent = this.#held || this.#afterwards;
    if (answers) for (const control of this.#form.elements) this.#moved.add(control);
    this.#showSliders();
  }

  /** What the sliders say; one that nobody has moved says nothing, and the form cannot be submitted with it. */
  #showSliders() {
    for (const output of this.#form.querySelectorAll("output[data-format]")) {
      const { htmlFor, dataset } = /** @type {HTMLOutputElement} */ (output);
      const slider = this.#form.querySelector(`#${CSS.escape(htmlFor.value)}`);
      if (!(slider instanceof HTMLInputElement)) continue;
      const moved = this.#moved.has(slider);
      const words = FORMATS[dataset.format ?? "plain"](slider.valueAsNumber);
      output.textContent = moved ? words : "?";
      slider.setAttribute("aria-valuetext", moved ? words : "not set yet");
      slider.toggleAttribute("data-unset", !moved);
      slider.setCustomValidity(moved ? "" : "Move it to what you expect, or press it where it is.");
    }
  }
}

/** How the numbers of sliders are read, by their outputs' `data-format`. @type {Record<string, (value: number) => string>} */
export const FORMATS = {
  plain,
  power: (value) => plain(Number((10 ** value).toPrecision(2))),
  percent: (value) => percent(value / 100, 1),
};

/** Where the form says that the prediction will be compared, or why there can be none. @param {HTMLFormElement} form */
function said(form) {
  return form.querySelector(".prediction-said");
}

/** @param {string} key @returns {Answers | null} */
function kept(key) {
  try {
    const found = JSON.parse(localStorage.getItem(key) ?? "null");
    return found && typeof found === "object" ? found : null;
  } catch {
    return null;
  }
}
