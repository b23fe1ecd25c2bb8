// Whether this viewer may start and control runs.

import { ProblemError, request } from "./problem.js";

/** @typedef {(allowed: boolean) => void} Listener */

export class Access {
  /** @type {Set<Listener>} */
  #listeners = new Set();
  /** May this viewer start and control runs? null: not known yet. @type {boolean | null} */
  allowed = null;
  /** Does the server ask for a token at all? */
  tokenNeeded = false;

  /**
   * @param {Listener} listener called at once where it is known, and whenever it changes
   * @param {{signal?: AbortSignal}} [options]
   */
  onChange(listener, { signal } = {}) {
    this.#listeners.add(listener);
    signal?.addEventListener("abort", () => this.#listeners.delete(listener));
    if (this.allowed !== null) listener(this.allowed);
  }

  /** Ask the server. Where it does not answer what was known stays. */
  async refresh() {
    try {
      this.#take(await request("GET", "/api/session"));
    } catch (problem) {
      if (!(problem instanceof ProblemError)) throw problem;
    }
  }

  /** @param {string} token @throws {ProblemError} */
  async signIn(token) {
    this.#take(await request("POST", "/api/session", { token }));
  }

  /** @throws {ProblemError} */
  async signOut() {
    this.#take(await request("DELETE", "/api/session"));
  }

  /** @param {{control: boolean, token_needed: boolean}} session */
  #take({ control, token_needed: needed }) {
    if (control === this.allowed && needed === this.tokenNeeded) return;
    this.allowed = control;
    this.tokenNeeded = needed;
    for (const listener of [...this.#listeners]) listener(control);
  }
}
