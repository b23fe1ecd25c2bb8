// Whether the page that shows the newest run goes on to each one that begins, or stays until it is told to. This browser
// remembers it, for all its tabs.

import { element } from "../shell/element.js";

const STORE = "follow-newest";

export class FollowNewest {
  #window;
  #on;
  /** @type {Set<() => void>} */
  #listeners = new Set();

  /**
   * @param {Window} window
   * @param {{signal: AbortSignal}} options
   */
  constructor(window, { signal }) {
    this.#window = window;
    this.#on = this.#read();
    window.addEventListener("storage", ({ key }) => {
      if (key === STORE) this.#take(this.#read()); // in another tab
    }, { signal });
  }

  get on() {
    return this.#on;
  }

  set on(on) {
    try {
      this.#window.localStorage.setItem(STORE, String(on));
    } catch {
      // Storage is forbidden here: the choice lasts as long as the page.
    }
    this.#take(on);
  }

  /** @param {() => void} listener */
  subscribe(listener) {
    this.#listeners.add(listener);
  }

  #read() {
    try {
      return this.#window.localStorage.getItem(STORE) === "true";
    } catch {
      return false;
    }
  }

  /** @param {boolean} on */
  #take(on) {
    this.#on = on;
    for (const listener of this.#listeners) listener();
  }
}

/**
 * @param {HTMLElement} root is filled
 * @param {FollowNewest} choice
 * @param {{signal: AbortSignal}} options
 */
export function mountFollowChoice(root, choice, { signal }) {
  const box = element("input", "");
  box.type = "checkbox";
  const label = element("label", "follow-choice no-print", box, "Go on to each new run as it begins");
  box.addEventListener("change", () => (choice.on = box.checked), { signal });
  const show = () => (box.checked = choice.on);
  choice.subscribe(show);
  signal.addEventListener("abort", () => label.remove());
  show();
  root.append(label);
}
