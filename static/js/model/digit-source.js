import { unpackDigits } from "./digits.js";
import { fetchBytes, ProblemError } from "../shell/problem.js";

/** @import { Digits } from "./digits.js" */

/** The 2,038 validation digits, fetched when they are first asked for, once for all parts of a page. */
export class DigitSource {
  /** @type {Promise<Digits> | null} */ #digits = null;

  /**
   * @returns {Promise<Digits>} after a failure the next call tries again
   * @throws {ProblemError} where they cannot be had
   */
  get() {
    this.#digits ??= fetched().catch((error) => {
      this.#digits = null;
      throw error;
    });
    return this.#digits;
  }
}

async function fetched() {
  const pack = await fetchBytes("/api/digits?split=valid");
  try {
    return unpackDigits(pack);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new ProblemError(0, "The digits are damaged", "What came is no pack of digits. Reload the page.");
  }
}
