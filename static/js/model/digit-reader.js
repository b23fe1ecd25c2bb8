import { ProblemError } from "../shell/problem.js";

/** @import { Recipe, Weights } from "../wire.js" */
/** @import { Digits } from "./digits.js" */
/** @import { Answer } from "./reading-worker.js" */

/** Has all digits read in a worker, so that the page goes on meanwhile. */
export class DigitReader {
  /** @type {Worker | null} */
  #worker = null;
  /** Those that the worker has. @type {Digits | null} */
  #digits = null;
  #signal;

  /** @param {AbortSignal} signal ends the worker; what it was asked is not answered then */
  constructor(signal) {
    this.#signal = signal;
    signal.addEventListener("abort", () => this.#worker?.terminate());
  }

  /**
   * Asks for one thing at a time.
   *
   * @param {Weights} weights of a picture that tells all of its network
   * @param {Recipe} recipe
   * @param {Digits} digits
   * @returns {Promise<Answer>}
   * @throws {ProblemError} where no worker runs; the next call starts another
   */
  read(weights, recipe, digits) {
    return new Promise((resolve, reject) => {
      if (this.#signal.aborted) return;
      // Beside this script, and seen from a page's bundle too, which stands in another folder beside it.
      const worker = (this.#worker ??= new Worker(new URL("../model/reading-worker.js", import.meta.url), { type: "module" }));
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = () => {
        worker.terminate();
        this.#worker = this.#digits = null;
        reject(new ProblemError(0, "No digits are read", "The page’s worker has failed. Reload the page."));
      };
      worker.postMessage({ weights, recipe, digits: digits === this.#digits ? null : digits.all });
      this.#digits = digits;
    });
  }
}
