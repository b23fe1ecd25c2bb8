// Many images in ink on one canvas, side by side: a canvas for each would cost more than what is drawn on it.

import { SIDE } from "./isometric.js";

const ACROSS = 32; // images in a row: a thousand make a square, and no browser refuses its size

export class Sheet {
  canvas = document.createElement("canvas");

  /**
   * @param {{length: number, bytes: (image: number) => ArrayLike<number>}} stack images of 784 pixels, 0 to 255
   * @param {readonly number[]} ink red, green and blue
   */
  constructor({ length, bytes }, [red, green, blue]) {
    const across = Math.min(ACROSS, length);
    this.canvas.width = across * SIDE;
    this.canvas.height = Math.ceil(length / across) * SIDE;
    const context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    const { width, height } = this.canvas;
    const sheet = context.createImageData(width, height);
    for (let image = 0; image < length; image++) {
      const pixels = bytes(image);
      const [left, top] = this.corner(image);
      for (let row = 0, from = 0; row < SIDE; row++) {
        for (let column = 0, at = 4 * ((top + row) * width + left); column < SIDE; column++, at += 4) {
          sheet.data[at] = red;
          sheet.data[at + 1] = green;
          sheet.data[at + 2] = blue;
          sheet.data[at + 3] = pixels[from++];
        }
      }
    }
    context.putImageData(sheet, 0, 0);
  }

  /** Where an image's upper left pixel lies. @param {number} image @returns {[number, number]} */
  corner(image) {
    return [(image % ACROSS) * SIDE, Math.floor(image / ACROSS) * SIDE];
  }
}
