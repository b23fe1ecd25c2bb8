// A drawing as a network in the page reads it.

/**
 * @typedef {{ readonly image: Float32Array | null, subscribe: (listener: () => void) => () => void }} DrawingSource
 *   `image`: 784 values from 0 to 1, ink bright on 0; null: nothing is drawn
 */

const WHITE = 255;

/**
 * @param {{ readonly image: ArrayLike<number> | null, subscribe: (listener: () => void) => () => void }} drawing whose
 *   image has values from 0 to 255, as the server's has
 * @returns {DrawingSource} the same image as fractions, one array as long as the drawing has one
 */
export function asFractions(drawing) {
  /** @type {ArrayLike<number> | null} */
  let known = null;
  /** @type {Float32Array | null} */
  let fractions = null;
  return {
    get image() {
      const { image } = drawing;
      if (image !== known) fractions = image && Float32Array.from(image, (value) => value / WHITE);
      known = image;
      return fractions;
    },
    subscribe: (listener) => drawing.subscribe(listener),
  };
}
