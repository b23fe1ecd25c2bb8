// What is drawn, and how one goes back and forth in it. Any number of pads show one Drawing.

/**
 * @typedef {[x: number, y: number]} Point fractions of the canvas' side, y pointing down
 * @typedef {Point[]} Stroke
 * @typedef {{ kind: "pixels", label: string, pixels: ArrayLike<number> }} PixelPicture 784 numbers 0–255, ink bright on 0
 * @typedef {{ kind: "file", label: string, blob: Blob, bitmap: ImageBitmap }} FilePicture
 * @typedef {PixelPicture | FilePicture} Picture
 * @typedef {{ strokes: Stroke[], picture: Picture | null }} Content either strokes or a picture, never changed in place
 */

/**
 * `Growing`: a line has become longer. `Changed`: anything else about what is drawn; `grown` where it is only the end of
 * that line. `Read`: the server has told its image.
 *
 * @typedef {{ type: "Growing" | "Read" } | { type: "Changed", grown: boolean }} DrawingEvent
 */

/** @type {Content} */
export const BLANK = Object.freeze({ strokes: [], picture: null });

/** Enough to take back a long play; each entry shares its strokes with its neighbours, so it costs little. */
const LIMIT = 200;

/** @param {Content} content */
export function isBlank(content) {
  return content.picture === null && content.strokes.length === 0;
}

/** The content now, what it was before, and what was taken back. */
export class DrawingHistory {
  /** @type {Content[]} */ #past = [];
  /** @type {Content[]} */ #future = [];

  /** @param {Content} [present] */
  constructor(present = BLANK) {
    this.present = present;
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  /** @param {Content} content */
  put(content) {
    this.#past.push(this.present);
    if (this.#past.length > LIMIT) this.#past.shift();
    this.#future = [];
    this.present = content;
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
   * @param {Content[]} from
   * @param {Content[]} to
   */
  #step(from, to) {
    const content = from.pop();
    if (!content) return false;
    to.push(this.present);
    this.present = content;
    return true;
  }
}

export class Drawing {
  #history;
  /** The line that grows. @type {Stroke | null} */ #line = null;
  /** @type {Content | null} that line with what was there before */ #grown = null;
  /** What the server made of each content. @type {WeakMap<Content, Float32Array>} */ #images = new WeakMap();
  /** An earlier moment of the same line that the server has seen. @type {Content | null} */ #earlier = null;
  /** @type {Set<(event: DrawingEvent) => void>} */ #listeners = new Set();

  /** @param {Content} [content] */
  constructor(content = BLANK) {
    this.#history = new DrawingHistory(content);
  }

  /** What is drawn, a growing line included: another object each time that it has changed. @returns {Content} */
  get content() {
    if (!this.#line) return this.#history.present;
    return (this.#grown ??= { strokes: [...this.#history.present.strokes, [...this.#line]], picture: null });
  }

  get strokes() {
    return this.content.strokes;
  }

  get picture() {
    return this.content.picture;
  }

  get blank() {
    return isBlank(this.content);
  }

  /**
   * The 784 values, from 0 to 1, that the server made of it; null as long as they are not known. While a line grows they
   * may be those of a moment ago.
   *
   * @returns {Float32Array | null}
   */
  get image() {
    return this.seen?.image ?? null;
  }

  /** The image, and what it is of. @returns {{ content: Content, image: Float32Array } | null} */
  get seen() {
    const { content } = this;
    if (isBlank(content)) return null;
    if (content.picture?.kind === "pixels" && !this.#images.has(content)) this.#images.set(content, fractions(content.picture.pixels));
    for (const each of [content, this.#earlier]) {
      const image = each && this.#images.get(each);
      if (each && image) return { content: each, image };
    }
    return null;
  }

  get canUndo() {
    return this.#history.canUndo;
  }

  get canRedo() {
    return this.#history.canRedo;
  }

  /**
   * @param {(event: DrawingEvent) => void} listener
   * @returns {() => void} ends it
   */
  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Begins a line, which takes the place of a picture. @param {Point} point */
  begin(point) {
    if (this.#line) this.finish();
    this.#earlier = this.#history.present.picture ? null : this.#history.present;
    this.#line = [point];
    this.#grown = null;
    this.#emit({ type: "Growing" });
  }

  /** @param {Point[]} points are the growing line's next */
  extend(points) {
    if (!this.#line || !points.length) return;
    this.#line.push(...points);
    this.#grown = null;
    this.#emit({ type: "Growing" });
  }

  /** The end of the growing line, if there is one; none where it is to start or go on. */
  get end() {
    return this.#line?.at(-1) ?? null;
  }

  finish() {
    if (!this.#line) return;
    const { content } = this;
    this.#line = this.#grown = null;
    this.#history.put(content);
    this.#emit({ type: "Changed", grown: true });
  }

  /** The growing line was not meant. */
  abandon() {
    if (!this.#line) return;
    this.#line = this.#grown = null;
    this.#changed();
  }

  /** @param {Stroke[]} strokes */
  setStrokes(strokes) {
    this.put({ strokes, picture: null });
  }

  /** @param {Picture} picture takes the place of what was drawn; the next stroke takes its place in turn */
  setPicture(picture) {
    this.put({ strokes: [], picture });
  }

  /** @param {Content} content */
  put(content) {
    this.#line = this.#grown = null;
    this.#history.put(content);
    this.#changed();
  }

  undo() {
    if (!this.#line && this.#history.undo()) this.#changed();
  }

  redo() {
    if (!this.#line && this.#history.redo()) this.#changed();
  }

  /** Takes everything away; undo brings it back. */
  clear() {
    const growing = this.#line !== null;
    this.#line = this.#grown = null;
    if (!isBlank(this.#history.present)) this.put(BLANK);
    else if (growing) this.#changed();
  }

  /**
   * @param {Content} content what the server was asked about
   * @param {ArrayLike<number>} pixels 784 values, 0–255
   */
  saw(content, pixels) {
    this.#images.set(content, fractions(pixels));
    if (this.#line) this.#earlier = content;
    this.#emit({ type: "Read" });
  }

  #changed() {
    this.#earlier = null;
    this.#emit({ type: "Changed", grown: false });
  }

  /** @param {DrawingEvent} event */
  #emit(event) {
    for (const listener of [...this.#listeners]) listener(event);
  }
}

/** @param {ArrayLike<number>} pixels 0–255 */
function fractions(pixels) {
  return Float32Array.from(pixels, (value) => value / 255);
}

/** @param {Float32Array} image from 0 to 1 */
export function bytesOf(image) {
  return Array.from(image, (value) => Math.round(255 * value));
}
