// A row of small digits to press.

import { element } from "../shell/element.js";
import { colour } from "../shell/palette.js";
import { onThemeChange } from "../shell/theme.js";

const SIDE = 28;

/** @typedef {{ key: string, pixels: ArrayLike<number>, words: string, name: string, press: (() => void) | null }} Shown
 *   `key`: equal for equal pixels; `pixels`: 784 from 0 to 255; `words` below it; `name`: all that is to be said of it */

/** @typedef {{ root: HTMLElement, context: CanvasRenderingContext2D, image: ImageData, words: HTMLElement, shown: Shown | null }} Place */

/** Shows digits, reusing its elements, so that the focus stays at its place while digits change. */
export class DigitRow {
  root = element("div", "digit-row");
  #signal;
  #ink;
  /** @type {Place[]} */
  #places = [];

  /**
   * @param {string} label
   * @param {AbortSignal} signal
   */
  constructor(label, signal) {
    this.#signal = signal;
    this.#ink = colour(document, "--ink");
    this.root.setAttribute("role", "group");
    this.root.setAttribute("aria-label", label);
    onThemeChange(document, () => {
      this.#ink = colour(document, "--ink");
      for (const place of this.#places) this.#paint(place);
    }, { signal });
  }

  /** @param {readonly Shown[]} digits */
  show(digits) {
    while (this.#places.length < digits.length) this.#places.push(this.#place(digits[this.#places.length].press !== null));
    this.#places.forEach((place, i) => {
      const digit = digits[i] ?? null;
      const same = digit !== null && digit.key === place.shown?.key;
      place.shown = digit;
      place.root.hidden = digit === null;
      if (!digit) return;
      if (place.words.textContent !== digit.words) place.words.textContent = digit.words;
      if (place.root.getAttribute("aria-label") !== digit.name) {
        place.root.setAttribute("aria-label", digit.name);
        place.root.title = digit.name;
      }
      if (!same) this.#paint(place);
    });
  }

  /** @param {boolean} pressed whether one can press it */
  #place(pressed) {
    const canvas = element("canvas", "digit-row-image");
    canvas.width = canvas.height = SIDE;
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    const words = element("span", "digit-row-words");
    const root = element(pressed ? "button" : "span", "digit-row-digit", canvas, words);
    if (root instanceof HTMLButtonElement) root.type = "button";
    else root.setAttribute("role", "img");
    /** @type {Place} */
    const place = { root, context, image: context.createImageData(SIDE, SIDE), words, shown: null };
    if (pressed) root.addEventListener("click", () => place.shown?.press?.(), { signal: this.#signal });
    this.root.append(root);
    return place;
  }

  /** @param {Place} place */
  #paint({ context, image, shown }) {
    if (!shown) return;
    for (let i = 0; i < SIDE * SIDE; i++) {
      image.data.set(this.#ink, 4 * i);
      image.data[4 * i + 3] = shown.pixels[i];
    }
    context.putImageData(image, 0, 0);
  }
}
