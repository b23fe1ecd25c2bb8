// How a visitor wants charts drawn: their scale and how much is smoothed. Remembered in this tab.

import { Remembered } from "../shell/remembered.js";

/** @typedef {"auto" | "linear" | "logarithmic"} Scale */

/** @type {readonly Scale[]} */
export const SCALES = ["auto", "linear", "logarithmic"];
export const MOST_SMOOTHING = 0.2;
const FIRST_SMOOTHING = 0.05;

/** @typedef {{scale: Scale, smoothing: number}} Kept */

/** Shared by all charts that are to be drawn alike. */
export class ChartChoices {
  /** @type {Remembered<Kept>} */
  #remembered = new Remembered("charts");
  /** @type {Set<() => void>} */
  #listeners = new Set();
  /** @type {Scale} "auto": logarithmic as soon as the second epoch has begun and differences have become small */
  scale = "auto";
  /** The share of the way so far that is averaged to either side. */
  smoothing = FIRST_SMOOTHING;

  constructor() {
    const kept = this.#remembered.get();
    if (kept && SCALES.includes(kept.scale)) this.scale = kept.scale;
    if (kept && kept.smoothing >= 0 && kept.smoothing <= MOST_SMOOTHING) this.smoothing = kept.smoothing;
  }

  /** @param {Partial<Kept>} choice */
  choose(choice) {
    Object.assign(this, choice);
    this.#remembered.set({ scale: this.scale, smoothing: this.smoothing });
    for (const listener of this.#listeners) listener();
  }

  /**
   * @param {number} epochs that are over
   */
  logarithmic(epochs) {
    return this.scale === "logarithmic" || (this.scale === "auto" && epochs > 0);
  }

  /**
   * @param {() => void} listener
   * @param {AbortSignal} signal ends it
   */
  subscribe(listener, signal) {
    this.#listeners.add(listener);
    signal.addEventListener("abort", () => this.#listeners.delete(listener), { once: true });
  }
}
