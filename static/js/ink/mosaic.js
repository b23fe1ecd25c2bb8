// Many digits on one canvas.

const SIDE = 28;
const GAP = 2;

/**
 * How many of them there is room for.
 *
 * @param {number} width in pixels
 * @param {number} height
 * @returns {{ columns: number, rows: number }} one at least
 */
export function mosaicOf(width, height) {
  const fits = (/** @type {number} */ size) => Math.max(1, Math.floor((size + GAP) / (SIDE + GAP)));
  return { columns: fits(width), rows: fits(height) };
}

/**
 * As ink on clear paper, row by row.
 *
 * @param {HTMLCanvasElement} canvas gets the size that they take
 * @param {{ pixels: Uint8Array, digits: number, columns: number, ink: import("../shell/palette.js").Rgb }} mosaic `pixels`:
 *   784 for each, ink bright on 0
 */
export function paintMosaic(canvas, { pixels, digits, columns, ink }) {
  columns = Math.min(columns, digits);
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
