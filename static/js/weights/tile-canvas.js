// The pictures of all tiles, and below each its strength, on one canvas beneath their buttons. A canvas for each would be
// a layer of the page for each, and to put hundreds of layers together takes longer than a frame.

import { element } from "../shell/element.js";
import { colour, css, divergingScale } from "../shell/palette.js";
import { fullColour, paintSigned } from "./signed-image.js";

/** @import { Units, Weights } from "../wire.js" */

/**
 * @typedef {{ columns: number, size: number, gap: number, foot: number, shown: number }} Layout in CSS pixels; `foot` is the
 *   height below a picture that its strength has, `shown` the number of places that have a tile
 */

const SIDE = 28;
const ABOVE_STRENGTH = 2; // pixels between a picture and its strength
const MOVE = 450; // milliseconds that a tile takes to its new place
const TOKENS = /** @type {const} */ ({ 3: "--three", 7: "--seven", both: "--ink-soft", line: "--line" });

export class TileCanvas {
  canvas = element("canvas", "tiles-canvas");
  #context = contextOf(this.canvas);
  /** All pictures one below the other, a pixel for each weight. */
  #pictures = contextOf(element("canvas", ""));
  #image = new ImageData(SIDE, SIDE);
  #pixels = new Uint32Array(this.#image.data.buffer);
  /** @type {Layout} */
  #layout = { columns: 1, size: 0, gap: 0, foot: 0, shown: 0 };
  #ratio = 1;
  /** By unit: its place, and the one where it was before. @type {number[]} */
  #places = [];
  #before = this.#places;
  #begun = -Infinity;
  /** As `divergingScale` gives it. @type {Uint32Array} */
  palette = new Uint32Array(255);
  /** @type {Record<keyof typeof TOKENS, string>} */
  #inks = { 3: "", 7: "", both: "", line: "" };

  /** Reads the page's colours. */
  recolour() {
    const { ownerDocument } = this.canvas;
    this.palette = divergingScale(ownerDocument);
    for (const ink of /** @type {const} */ (["3", "7", "both", "line"])) this.#inks[ink] = css(colour(ownerDocument, TOKENS[ink]));
  }

  /** @param {number} units for whose pictures there is to be room; they have no places yet */
  build(units) {
    this.#image = new ImageData(SIDE, SIDE * units);
    this.#pixels = new Uint32Array(this.#image.data.buffer);
    Object.assign(this.#pictures.canvas, { width: SIDE, height: SIDE * units });
    this.#places = this.#before = [];
  }

  /** @param {Layout} layout */
  fit(layout) {
    const { columns, size, gap, foot, shown } = (this.#layout = layout);
    const rows = Math.ceil(shown / columns);
    const [width, height] = [columns * (size + gap) - gap, rows * (size + foot + gap) - gap];
    this.#ratio = devicePixelRatio;
    Object.assign(this.canvas, { width: Math.round(width * this.#ratio), height: Math.round(height * this.#ratio) });
    Object.assign(this.canvas.style, { width: `${width}px`, height: `${height}px` });
  }

  /**
   * @param {number[]} order units by place
   * @param {boolean} moves whether they go there so that one can follow, or are there at once
   */
  arrange(order, moves) {
    /** @type {number[]} */
    const places = [];
    order.forEach((unit, place) => (places[unit] = place));
    this.#before = moves ? this.#places : places;
    this.#places = places;
    this.#begun = performance.now();
  }

  /**
   * Takes the newest pictures, each normalised by itself.
   *
   * @param {Weights} weights
   * @param {Units} units
   */
  show({ values }, { output_weight }) {
    output_weight.forEach((heard, unit) => {
      const own = values.subarray(unit * SIDE * SIDE, (unit + 1) * SIDE * SIDE);
      const pixels = this.#pixels.subarray(unit * SIDE * SIDE, (unit + 1) * SIDE * SIDE);
      paintSigned(pixels, own, this.palette, (heard < 0 ? -1 : 1) / fullColour(own));
    });
    this.#pictures.putImageData(this.#image, 0, 0);
  }

  /**
   * @param {{ strength: number, towards: "3" | "7" | "both" }[]} tiles by unit
   * @returns {boolean} whether some are still on their way
   */
  paint(tiles) {
    const context = this.#context;
    const time = Math.min(1, (performance.now() - this.#begun) / MOVE);
    const share = time * time * (3 - 2 * time);
    const [size, line] = [this.#layout.size * this.#ratio, Math.max(1, Math.round(this.#ratio))];
    const [strengthAt, strengthHigh] = [size + ABOVE_STRENGTH * this.#ratio, (this.#layout.foot - ABOVE_STRENGTH) * this.#ratio];
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    context.imageSmoothingEnabled = size < SIDE; // larger ones show their pixels
    context.lineWidth = line;
    context.strokeStyle = this.#inks.line;
    tiles.forEach(({ strength, towards }, unit) => {
      if (this.#places[unit] >= this.#layout.shown) return;
      const [x, y] = this.#at(unit, share);
      context.drawImage(this.#pictures.canvas, 0, unit * SIDE, SIDE, SIDE, x, y, size, size);
      context.strokeRect(x + line / 2, y + line / 2, size - line, size - line);
      context.fillStyle = this.#inks[towards];
      context.fillRect(x, y + strengthAt, size * strength, strengthHigh);
    });
    return time < 1 && this.#before !== this.#places;
  }

  /**
   * @param {number} unit
   * @param {number} share of the way to its place
   * @returns {[x: number, y: number]} in the canvas's pixels
   */
  #at(unit, share) {
    const { columns, size, gap, foot } = this.#layout;
    const [from, to] = [this.#before[unit], this.#places[unit]];
    const between = (/** @type {number} */ a, /** @type {number} */ b) => a + (b - a) * share;
    const x = between(from % columns, to % columns) * (size + gap);
    const y = between(Math.floor(from / columns), Math.floor(to / columns)) * (size + foot + gap);
    return [Math.round(x * this.#ratio), Math.round(y * this.#ratio)];
  }
}

/** @param {HTMLCanvasElement} canvas */
function contextOf(canvas) {
  const context = canvas.getContext("2d");
  if (!context) throw new Error("this browser cannot draw on a canvas");
  return context;
}
