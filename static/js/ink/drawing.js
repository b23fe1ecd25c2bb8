/**
 * What there is to read, and how one goes back and forth in it.
 *
 * @typedef {[x: number, y: number]} Point fractions of the canvas' side, y pointing down
 * @typedef {Point[]} Stroke
 * @typedef {{ kind: "pixels", label: string, pixels: number[] }} PixelPicture 784 numbers 0–255, ink bright on 0
 * @typedef {{ kind: "file", label: string, blob: Blob, bitmap: ImageBitmap }} FilePicture
 * @typedef {PixelPicture | FilePicture} Picture
 * @typedef {{ strokes: Stroke[], picture: Picture | null }} Drawing either strokes or a picture, never changed in place
 */

/** @type {Drawing} */
export const BLANK = Object.freeze({ strokes: [], picture: null });

/** Enough to take back a long play; each entry shares its strokes with its neighbours, so it costs little. */
const LIMIT = 200;

/** @param {Drawing} drawing */
export function isBlank(drawing) {
  return drawing.picture === null && drawing.strokes.length === 0;
}

/** The drawing now, what it was before, and what was taken back. */
export class DrawingHistory {
  /** @type {Drawing[]} */ #past = [];
  /** @type {Drawing[]} */ #future = [];

  /** @param {Drawing} [present] */
  constructor(present = BLANK) {
    this.present = present;
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  /** @param {Drawing} drawing */
  put(drawing) {
    this.#past.push(this.present);
    if (this.#past.length > LIMIT) this.#past.shift();
    this.#future = [];
    this.present = drawing;
  }

  /** @returns {boolean} whether there was something to take back */
  undo() {
    return this.#step(this.#past, this.#future);
  }

  /** @returns {boolean} whether there was something to bring back */
  redo() {
    return this.#step(this.#future, this.#past);
  }

  /**
   * @param {Drawing[]} from
   * @param {Drawing[]} to
   */
  #step(from, to) {
    const drawing = from.pop();
    if (!drawing) return false;
    to.push(this.present);
    this.present = drawing;
    return true;
  }
}
