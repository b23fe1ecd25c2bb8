// What a reader expects before the result is seen: a form of native controls, kept in this browser.

import { count, percent, plain } from "../shell/format.js";

/** @typedef {Record<string, string>} Answers by the names of the form's controls */

const STORE = "threeseven.prediction.";
const MOST = 100; // things of which a page keeps what was predicted

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
  /** What the prediction is about, where that can change; empty: the page's one question. */
  #subject = "";
  /** Of each subject. @type {Map<string, Answers>} */
  #all;
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
    this.#all = kept(key);
    this.answers = this.#all.get("") ?? null;
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
    this.#restoreDraft();
    form.ownerDocument.defaultView?.addEventListener("pagehide", () => this.#keepDraft(), { signal });
    this.#show();
  }

  /** Whether anything has been predicted here, about whatever subject. */
  get made() {
    return this.#all.size > 0;
  }

  /** What was predicted about another subject is kept until that one is asked about again. @param {string} subject */
  about(subject) {
    if (subject === this.#subject) return;
    this.#subject = subject;
    this.answers = this.#all.get(subject) ?? null;
    this.#changed();
  }

  /** @param {string} name @returns {number | null} */
  number(name) {
    const value = Number(this.answers?.[name] ?? NaN);
    return Number.isFinite(value) ? value : null;
  }

  /** Listeners are notified that there is a prediction, or none any more. @param {() => void} listener @returns {() => void} */
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
    this.#all = new Map([...this.#all, ...kept(this.#key)]); // another tab may have added to it
    this.#all.delete(this.#subject);
    if (answers) this.#all.set(this.#subject, answers);
    store("localStorage", this.#key, this.#all.size ? Object.fromEntries([...this.#all].slice(-MOST)) : null);
    this.#changed();
  }

  #changed() {
    this.#show();
    for (const listener of [...this.#listeners]) listener();
  }

  /** What has been set and not been submitted outlives a reload, in this tab. */
  #keepDraft() {
    /** @type {Answers} */
    const draft = {};
    for (const control of this.#controls()) {
      const set = control instanceof HTMLSelectElement || (isPressed(control) ? control.checked : this.#moved.has(control));
      if (set) draft[control.name] = control.value;
    }
    store("sessionStorage", this.#key, this.answers ? null : draft);
  }

  #restoreDraft() {
    const draft = read("sessionStorage", this.#key);
    if (!draft) return;
    this.#set(draft);
    for (const control of this.#controls()) if (control.name in draft) this.#moved.add(control);
  }

  #controls() {
    return [...this.#form.elements].filter((each) => each instanceof HTMLInputElement || each instanceof HTMLSelectElement);
  }

  /** @param {Answers} answers */
  #set(answers) {
    for (const control of this.#controls()) {
      const value = answers[control.name];
      if (value === undefined) continue;
      if (isPressed(control)) control.checked = control.value === value;
      else control.value = value;
    }
  }

  #show() {
    const { answers } = this;
    for (const control of this.#form.elements) {
      if (control instanceof HTMLButtonElement) {
        control.hidden = control.type === "submit" ? answers !== null : answers === null;
        if (control.type === "submit") control.disabled = this.#held !== "";
      }
    }
    for (const control of this.#controls()) control.disabled = answers !== null;
    if (answers) this.#set(answers);
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
  plain: (value) => (value < 1000 ? plain(value) : count(value)),
  power: (value) => plain(Number((10 ** value).toPrecision(2))),
  percent: (value) => percent(value / 100, 1),
};

/** Where the form says that the prediction will be compared, or why there can be none. @param {HTMLFormElement} form */
function said(form) {
  return form.querySelector(".prediction-said");
}

/** @param {HTMLInputElement | HTMLSelectElement} control @returns {control is HTMLInputElement} */
function isPressed(control) {
  return control.type === "radio" || control.type === "checkbox";
}

/** What was predicted of each subject. @param {string} key @returns {Map<string, Answers>} */
function kept(key) {
  const found = read("localStorage", key);
  if (!found) return new Map();
  const each = Object.values(found).some((value) => typeof value === "string") ? { "": found } : found; // as it was kept before
  return new Map(/** @type {[string, Answers][]} */ (Object.entries(each).filter(([, answers]) => answers && typeof answers === "object")));
}

/** @param {"localStorage" | "sessionStorage"} storage @param {string} key @returns {any} null where there is nothing, or nothing that can be read */
function read(storage, key) {
  try {
    const found = JSON.parse(window[storage].getItem(key) ?? "null");
    return found && typeof found === "object" ? found : null;
  } catch {
    return null;
  }
}

/** @param {"localStorage" | "sessionStorage"} storage @param {string} key @param {object | null} value null removes it */
function store(storage, key, value) {
  try {
    if (value) window[storage].setItem(key, JSON.stringify(value));
    else window[storage].removeItem(key);
  } catch {
    // Storage is forbidden or full: it holds until the page is left.
  }
}
