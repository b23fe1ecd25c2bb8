// A row of small digits to press.

import { digitPicture, paintDigit } from "./digit-picture.js";
import { element } from "../shell/element.js";

/** @typedef {{ key: string, pixels: ArrayLike<number>, words: string, name: string, press: (() => void) | null }} Shown
 *   `key`: equal for equal pixels; `pixels`: 784 from 0 to 255; `words` below it; `name`: all that is to be said of it */

/** @typedef {{ root: HTMLElement, picture: SVGSVGElement, words: HTMLElement, shown: Shown | null }} Place */

/** Shows digits, reusing its elements, so that the focus stays at its place while digits change. */
export class DigitRow {
  root = element("div", "digit-row");
  #signal;
  /** @type {Place[]} */
  #places = [];

  /**
   * @param {string} label
   * @param {AbortSignal} signal
   */
  constructor(label, signal) {
    this.#signal = signal;
    this.root.setAttribute("role", "group");
    this.root.setAttribute("aria-label", label);
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
      if (!same) paintDigit(place.picture, digit.pixels);
    });
  }

  /** @param {boolean} pressed whether one can press it */
  #place(pressed) {
    const picture = digitPicture("digit-row-image");
    const words = element("span", "digit-row-words");
    const root = element(pressed ? "button" : "span", "digit-row-digit", picture, words);
    if (root instanceof HTMLButtonElement) root.type = "button";
    else root.setAttribute("role", "img");
    /** @type {Place} */
    const place = { root, picture, words, shown: null };
    if (pressed) root.addEventListener("click", () => place.shown?.press?.(), { signal: this.#signal });
    this.root.append(root);
    return place;
  }
}
