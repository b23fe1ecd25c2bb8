import { onThemeChange } from "../shell/theme.js";

export const SIDE = 28;

/**
 * 28 × 28 grey values as ink of one colour on clear paper.
 *
 * @param {ArrayLike<number>} pixels 784 values
 * @param {string} colour any CSS colour
 * @param {number} [full] the value of full ink
 */
export function digitInColour(pixels, colour, full = 255) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const image = context.createImageData(SIDE, SIDE);
  for (let i = 0; i < SIDE * SIDE; i++) image.data[4 * i + 3] = (255 * pixels[i]) / full;
  context.putImageData(image, 0, 0);
  context.globalCompositeOperation = "source-in"; // the values are the ink's opacity, the colour is laid over it
  context.fillStyle = colour;
  context.fillRect(0, 0, SIDE, SIDE);
  return canvas;
}

/** A canvas that shows 28 × 28 values crisply, as ink in the canvas' own CSS `color`, in either theme. */
export class DigitImage {
  /** @type {ArrayLike<number> | null} */ #pixels = null;
  /** @type {HTMLCanvasElement} */ #canvas;
  /** @type {number} */ #full;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {{ full?: number, signal?: AbortSignal }} [options] `full`: the value of full ink, 255 unless told
   */
  constructor(canvas, { full = 255, signal } = {}) {
    this.#canvas = canvas;
    this.#full = full;
    canvas.width = canvas.height = SIDE;
    canvas.classList.add("digit-image");
    onThemeChange(document, () => this.#paint(), { signal });
  }

  /** @param {ArrayLike<number> | null} pixels 784 values; null shows empty paper */
  show(pixels) {
    this.#pixels = pixels;
    this.#paint();
  }

  #paint() {
    const context = /** @type {CanvasRenderingContext2D} */ (this.#canvas.getContext("2d"));
    context.clearRect(0, 0, SIDE, SIDE);
    if (this.#pixels === null) return;
    context.drawImage(digitInColour(this.#pixels, getComputedStyle(this.#canvas).color, this.#full), 0, 0);
  }
}
