// What is drawn, as a network reads it: again when the ink changes, and when the network has learned.

/** @import { Drawing } from "./drawing.js" */
/** @import { Model, Reading } from "./predict.js" */
import { Questions } from "../shell/questions.js";
import { bytesOf } from "./drawing.js";
import { ProblemError, Reader } from "./predict.js";

/** Milliseconds between two questions at least: a class of thirty that draws asks 150 a second. */
const EVERY = 200;

/** Milliseconds after which a server that has not answered is late: what is shown must not stand beside other ink. */
const LATE = 2000;

/**
 * Shows how a drawing was read. `show(null)`: there is nothing to read. `wait`: an answer is on
 * its way, so what is on show is about an earlier one. `late`: it has not come for a while, and what is
 * on show is about another drawing. `fail`: no answer came.
 *
 * @typedef {object} View
 * @property {(reading: Reading | null) => void} show
 * @property {() => void} [wait]
 * @property {() => void} [late]
 * @property {(problem: ProblemError) => void} [fail]
 */

export class LiveReading {
  #drawing;
  #reader = new Reader();
  /** @type {Reading | null} */ #shown = null;
  /** What that is a reading of. @type {import("./drawing.js").Content | null} */ #shownOf = null;
  /** @type {Set<View>} */ #views = new Set();
  /** Pictures that something kept from being read, which their 28 × 28 image does not tell. @type {WeakSet<import("./drawing.js").Content>} */
  #hindered = new WeakSet();
  /** Ink or network are others than those asked about. */
  #due = false;
  #questions;
  #ended;

  /**
   * @param {Drawing} drawing
   * @param {{ signal?: AbortSignal }} [options]
   */
  constructor(drawing, { signal } = {}) {
    this.#drawing = drawing;
    this.#ended = () => signal?.aborted ?? false;
    this.#questions = new Questions(() => (this.#due ? { put: () => this.#ask() } : null), { every: EVERY, signal });
    const unsubscribe = drawing.subscribe((event) => {
      if (event.type === "Read") return;
      if (event.type === "Changed") this.#reader.forget(); // an answer to what stood there before is of no use
      this.read();
    });
    signal?.addEventListener("abort", () => {
      unsubscribe();
      this.#reader.forget();
    });
  }

  /** Who reads. @returns {Model} */
  get model() {
    return this.#reader.model;
  }

  /** Reads anew where it is another one. @param {Model} model */
  set model(model) {
    const { run, step } = this.#reader.model;
    this.#reader.model = model;
    if (run !== model.run || step !== model.step) this.read();
  }

  /** How much the gate keeps. Reads anew where it is another share. @param {number | undefined} share */
  set keep(share) {
    if (this.#reader.keep === share) return;
    this.#reader.keep = share;
    this.read();
  }

  get keep() {
    return this.#reader.keep;
  }

  /** Whether answers carry their explanation. Reads anew where the one that is shown has none. @param {boolean} wanted */
  set explain(wanted) {
    this.#reader.explain = wanted;
    if (wanted && this.#shown && !this.#shown.explanation) this.read();
  }

  /** What is asked from now on is for this one. @param {Model} model */
  prepare(model) {
    this.#reader.model = model;
  }

  /**
   * @param {View} view
   * @returns {() => void} ends it
   */
  add(view) {
    this.#views.add(view);
    return () => this.#views.delete(view);
  }

  /** Asks soon. Call it when the network has learned. */
  read() {
    this.#due = true;
    if (this.#drawing.blank) {
      this.#due = false;
      this.#reader.forget();
      this.#shown = null;
      this.#shownOf = null;
      for (const view of this.#views) view.show(null);
      return;
    }
    this.#questions.look();
  }

  /** Shows the last answer again: what its run is called may be known by now. */
  showAgain() {
    if (this.#shown) for (const view of this.#views) view.show(this.#shown);
  }

  /** The last answer; null where nothing is drawn, or none came. @type {Reading | null} */
  get shown() {
    return this.#shown;
  }

  async #ask() {
    const { content } = this.#drawing;
    this.#due = false;
    for (const view of this.#views) view.wait?.();
    const late = window.setTimeout(() => {
      if (this.#shownOf !== content) for (const view of this.#views) view.late?.();
    }, LATE);
    try {
      const reading = await this.#answer(content);
      if (reading && !this.#ended()) {
        this.#shown = reading;
        this.#shownOf = content;
        if (hindered(reading)) this.#hindered.add(content);
        this.#drawing.saw(content, reading.image);
        for (const view of this.#views) view.show(reading);
      }
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      this.#shown = null;
      this.#shownOf = null;
      if (!this.#ended()) for (const view of this.#views) view.fail?.(error);
    } finally {
      window.clearTimeout(late);
    }
  }

  /** @param {import("./drawing.js").Content} content */
  #answer(content) {
    const { picture, strokes } = content;
    if (!picture) return this.#reader.read(strokes);
    if (picture.kind === "pixels") return this.#reader.readPixels(picture.pixels);
    // A photo is sent once; its image is what every other network reads, unless there was more to see on the photo.
    const { image } = this.#drawing;
    return image && !this.#hindered.has(content) ? this.#reader.readPixels(bytesOf(image)) : this.#reader.readPicture(picture.blob);
  }
}

/** Those that `app/handwriting/hindrances.py` names; a picture without ink may be one whose ink is faint. */
const HINDRANCES = new Set(["ruled or framed", "cut by the picture's edge", "too faint"]);

/** @param {Reading} reading */
function hindered({ verdict, gate }) {
  return verdict === "blank" || (gate.reason !== null && HINDRANCES.has(gate.reason));
}
