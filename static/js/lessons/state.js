// What a reader has set on a lesson's page. What differs from the beginning stands in the address, so that a link shows
// what its sender saw.

/** @typedef {Record<string, number | string | boolean>} Values */

const NOTE = 300; // milliseconds between two changes of the address: browsers refuse it a hundred times in half a minute

export class LessonState {
  #window;
  #defaults;
  /** @type {Values} */
  #values;
  /** @type {Set<(changed: string) => void>} */
  #listeners = new Set();
  /** What shows a value where it can be set. @type {Map<string, Set<(value: any) => void>>} */
  #controls = new Map();
  #noting = 0;
  #noted = () => {};

  /**
   * @param {Window} window
   * @param {Values} defaults
   * @param {{signal: AbortSignal}} options
   */
  constructor(window, defaults, { signal }) {
    this.#window = window;
    this.#defaults = defaults;
    this.#values = { ...defaults, ...read(defaults, new URLSearchParams(window.location.search)) };
    signal.addEventListener("abort", () => window.clearTimeout(this.#noting));
  }

  /** @param {string} name @returns {number} */
  number(name) {
    return Number(this.#values[name]);
  }

  /** @param {string} name @returns {string} */
  text(name) {
    return String(this.#values[name]);
  }

  /** @param {string} name @returns {boolean} */
  flag(name) {
    return this.#values[name] === true;
  }

  /** @param {string} name @param {number | string | boolean} value */
  set(name, value) {
    if (this.#values[name] === value) return;
    this.#values[name] = value;
    for (const listener of [...this.#listeners]) listener(name);
    this.#window.clearTimeout(this.#noting);
    this.#noting = this.#window.setTimeout(() => this.#note(), NOTE);
  }

  /**
   * What a control for this value is made with: how it stands, where it puts what a reader sets, and how it follows when
   * another state is taken over.
   *
   * @param {string} name
   */
  control(name) {
    const set = (/** @type {any} */ value) => this.set(name, value);
    const watch = (/** @type {(value: any) => void} */ show, /** @type {AbortSignal} */ signal) => {
      const shown = this.#controls.get(name) ?? new Set();
      this.#controls.set(name, shown.add(show));
      signal.addEventListener("abort", () => shown.delete(show));
    };
    return { value: /** @type {any} */ (this.#values[name]), onInput: set, onChange: set, watch };
  }

  /**
   * Take over the state in an address's query, controls included. False, with nothing changed, where a value has no
   * control that could follow: the page has to be loaded with it.
   *
   * @param {URLSearchParams} query
   */
  take(query) {
    const values = { ...this.#defaults, ...read(this.#defaults, query) };
    const changed = Object.keys(values).filter((name) => values[name] !== this.#values[name]);
    if (changed.some((name) => !this.#controls.get(name)?.size)) return false;
    for (const name of changed) {
      for (const show of this.#controls.get(name) ?? []) show(values[name]);
      this.set(name, values[name]);
    }
    return true;
  }

  /** Listeners are notified which value has changed. @param {(changed: string) => void} listener @returns {() => void} ends it */
  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @param {() => void} listener is called when the address has changed */
  onNote(listener) {
    this.#noted = listener;
  }

  #note() {
    const url = new URL(this.#window.location.href);
    for (const [name, value] of Object.entries(this.#values)) {
      if (value === this.#defaults[name]) url.searchParams.delete(name);
      else url.searchParams.set(name, String(value));
    }
    this.#window.history.replaceState(this.#window.history.state, "", url);
    this.#noted();
  }
}

/**
 * Values of the kinds that the defaults have; anything else in the address does not count.
 *
 * @param {Values} defaults
 * @param {URLSearchParams} query
 */
export function read(defaults, query) {
  /** @type {Values} */
  const found = {};
  for (const [name, value] of Object.entries(defaults)) {
    const given = query.get(name);
    if (given === null) continue;
    if (typeof value === "number" && given.trim() !== "" && Number.isFinite(Number(given))) found[name] = Number(given);
    if (typeof value === "string") found[name] = given;
    if (typeof value === "boolean" && (given === "true" || given === "false")) found[name] = given === "true";
  }
  return found;
}
