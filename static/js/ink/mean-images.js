/** @import { Reading } from "./predict.js" */
import { DigitImage } from "./digit-image.js";
import { element } from "../shell/element.js";

/** @typedef {{ mean_3: number[], mean_7: number[] }} Means 784 numbers from 0 to 1 each */

/** The baseline beside the network: the mean 3 and the mean 7 of the training images, and which of them is nearer. */
export class MeanImages {
  #figures;
  #sentence = element("p", "means-sentence");

  /**
   * @param {HTMLElement} root
   * @param {{ signal?: AbortSignal }} [options]
   */
  constructor(root, { signal } = {}) {
    this.#figures = { 3: meanFigure("3", signal), 7: meanFigure("7", signal) };
    this.#sentence.setAttribute("aria-live", "off");
    root.classList.add("means");
    root.replaceChildren(
      element("div", "means-pair", this.#figures[3].root, this.#figures[7].root),
      this.#sentence,
    );
    this.show(null);
  }

  /** @param {Means} means */
  setMeans({ mean_3, mean_7 }) {
    this.#figures[3].image.show(mean_3);
    this.#figures[7].image.show(mean_7);
  }

  /** @param {Reading | null} reading null: nothing is drawn */
  show(reading) {
    const baseline = reading && reading.verdict !== "blank" ? reading.baseline : null;
    this.#put("3", baseline?.distance_3 ?? null, baseline?.verdict === "3");
    this.#put("7", baseline?.distance_7 ?? null, baseline?.verdict === "7");
    this.#sentence.textContent = reading && baseline ? comparison(reading) : EXPLANATION;
  }

  late() {
    this.show(null);
  }

  fail() {
    this.show(null);
  }

  /**
   * @param {"3" | "7"} digit
   * @param {number | null} distance
   * @param {boolean} nearer
   */
  #put(digit, distance, nearer) {
    const { root, distance: text } = this.#figures[digit];
    root.toggleAttribute("data-nearer", nearer);
    text.textContent = distance === null ? "–" : `${distance.toPrecision(3)}${nearer ? ", nearer" : ""}`;
  }
}

const EXPLANATION =
  "The baseline, no network at all: whichever mean differs less from the image, pixel by pixel, is its answer.";

/** @param {Reading} reading */
function comparison({ verdict, baseline }) {
  const nearer = `the image is nearer to the mean ${baseline.verdict}`;
  if (verdict === "neither") return `The network says neither; the baseline has no such answer: ${nearer}.`;
  if (verdict === baseline.verdict) return `Network and baseline agree: ${nearer} as well.`;
  return `They disagree: the network reads a ${verdict}, but ${nearer}.`;
}

/**
 * @param {"3" | "7"} digit
 * @param {AbortSignal} [signal]
 */
function meanFigure(digit, signal) {
  const canvas = element("canvas", "");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `The mean of all training ${digit}s`);
  const distance = element("span", "means-distance", "–");
  const caption = element("figcaption", "caption", `distance to the mean\u00a0${digit}`, distance);
  const root = element("figure", "mean-figure", canvas, caption);
  root.dataset.digit = digit;
  return { root, image: new DigitImage(canvas, { full: 1, signal }), distance };
}
