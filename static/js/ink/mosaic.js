// Many digits on one canvas.

const SIDE = 28;
const GAP = 2;
const COLUMNS = 16;

/**
 * In rows of 16, as ink on clear paper.
 *
 * @param {HTMLCanvasElement} canvas gets the size that they take
 * @param {Uint8Array} pixels 784 for each, ink bright on 0
 * @param {number} digits
 * @param {import("../shell/palette.js").Rgb} ink
 */
export function paintMosaic(canvas, pixels, digits, ink) {
  const columns = Math.min(COLUMNS, digits);
  canvas.width = columns * (SIDE + GAP) - GAP;
  canvas.height = Math.ceil(digits / columns) * (SIDE + GAP) - GAP;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const image = context.createImageData(SIDE, SIDE);
  for (let digit = 0; digit < digits; digit++) {
    for (let i = 0; i < SIDE * SIDE; i++) {
      image.data.set(ink, 4 * i);
      image.data[4 * i + 3] = pixels[digit * SIDE * SIDE + i];
    }
    const [row, column] = [Math.floor(digit / columns), digit % columns];
    context.putImageData(image, column * (SIDE + GAP), row * (SIDE + GAP));
  }
}
