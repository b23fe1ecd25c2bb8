// The pictures of a run's first layer that are here, by step. How many there are at most is the server's schedule.

import { lowerBound } from "./column.js";

/** @typedef {import("../wire.js").Weights} Weights */

export class Pictures {
  /** @type {number[]} ascending */
  #steps = [];
  /** @type {Weights[]} */
  #pictures = [];

  get length() {
    return this.#steps.length;
  }

  /** The steps of which there is one, ascending. @returns {readonly number[]} */
  get steps() {
    return this.#steps;
  }

  /** @param {Weights} picture in any order; one of a step that is here already changes nothing */
  add(picture) {
    const at = lowerBound(this.#steps, picture.step);
    if (this.#steps[at] === picture.step) return;
    this.#steps.splice(at, 0, picture.step);
    this.#pictures.splice(at, 0, picture);
  }

  /**
   * @param {number} step
   * @returns {Weights | null} the nearest at or before the step
   */
  at(step) {
    return this.#pictures[lowerBound(this.#steps, step + 1) - 1] ?? null;
  }
}
