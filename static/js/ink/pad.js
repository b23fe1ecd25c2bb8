/** @import { InkCanvas } from "./ink-canvas.js" */
/** @import { Reader, Reading } from "./predict.js" */
import { ProblemError } from "./predict.js";

/**
 * Whatever shows how a drawing was read. `show(null)`: there is nothing to read. `wait`: the drawing changed and its
 * answer is on its way, so what is on show is about an earlier one. `fail`: no answer came.
 *
 * @typedef {object} View
 * @property {(reading: Reading | null) => void} show
 * @property {() => void} [wait]
 * @property {(problem: ProblemError) => void} [fail]
 */

/** Ink, the one who reads it, and those who show what was read. */
export class Pad {
  #ink;
  #reader;
  #views;
  #waiting = 0;
  #again = false;

  /**
   * @param {InkCanvas} ink
   * @param {Reader} reader
   * @param {View[]} views
   */
  constructor(ink, reader, views) {
    this.#ink = ink;
    this.#reader = reader;
    this.#views = views;
  }

  /** Reads what is on the canvas now: call it when the ink changed, or when another network is to read it. */
  async read() {
    this.#again = false;
    if (this.#ink.blank) {
      this.#reader.forget();
      this.#show(null);
      return;
    }
    for (const view of this.#views) view.wait?.();
    this.#waiting += 1;
    try {
      const reading = await this.#ask();
      if (reading) this.#show(reading);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      this.#ink.tint(null);
      for (const view of this.#views) view.fail?.(error);
    } finally {
      this.#waiting -= 1;
    }
    if (this.#again) this.refresh();
  }

  /** Reads the same ink once more, since its reader has learned; an answer that is on its way comes first. */
  refresh() {
    this.#again = this.#waiting > 0;
    if (!this.#again && !this.#ink.blank) this.read();
  }

  #ask() {
    const { picture, strokes } = this.#ink;
    if (!picture) return this.#reader.read(strokes);
    return picture.kind === "pixels" ? this.#reader.readPixels(picture.pixels) : this.#reader.readPicture(picture.blob);
  }

  /** @param {Reading | null} reading */
  #show(reading) {
    this.#ink.tint(reading?.digit ? reading.probability_3 : null);
    for (const view of this.#views) view.show(reading);
  }
}
