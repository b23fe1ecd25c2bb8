// The state of the connection, always visible.

import { element } from "./element.js";

/** @typedef {import("../run/stream.js").StreamState} StreamState */

/** @type {Record<StreamState, string>} */
const WORDS = {
  connecting: "Connecting",
  live: "Connected",
  reconnecting: "Disconnected",
  ended: "From the log",
  gone: "No such run",
  damaged: "Damaged log",
};

export class ConnectionView {
  #root;
  #words = element("span", "");
  #countdown = element("span", "");
  #timer = 0;

  /**
   * @param {HTMLElement} root is filled
   * @param {{signal: AbortSignal}} options
   */
  constructor(root, { signal }) {
    this.#root = root;
    signal.addEventListener("abort", () => window.clearInterval(this.#timer));
    this.#words.setAttribute("role", "status");
    this.#countdown.setAttribute("aria-hidden", "true"); // it would be read out every second
    root.classList.add("connection");
    root.append(element("span", "connection-dot"), this.#words, this.#countdown);
    this.show("connecting", null);
  }

  /**
   * @param {StreamState} state
   * @param {number | null} retryAt when the next attempt comes, as `Date.now()` counts
   */
  show(state, retryAt) {
    window.clearInterval(this.#timer);
    this.#root.dataset.state = state;
    if (this.#words.textContent !== WORDS[state]) this.#words.textContent = WORDS[state];
    this.#countdown.textContent = "";
    if (retryAt === null) return;
    const count = () => {
      const seconds = Math.max(1, Math.ceil((retryAt - Date.now()) / 1000));
      this.#countdown.textContent = `, trying again in ${seconds} s`;
    };
    count();
    this.#timer = window.setInterval(count, 1000);
  }
}
