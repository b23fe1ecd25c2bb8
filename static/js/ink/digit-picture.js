// A small digit as a drawing in the page itself. A canvas for each of many digits would be a layer of the page for each,
// and every frame puts all layers together, whatever has changed.

const SIDE = 28;
const LEVELS = 16; // of grey: more cannot be told apart at this size
const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {string} className of a picture without ink; its CSS `color` is the ink's
 * @returns {SVGSVGElement}
 */
export function digitPicture(className) {
  const made = document.createElementNS(SVG, "svg");
  made.setAttribute("class", `${className} digit-picture`);
  made.setAttribute("viewBox", `0 0 ${SIDE} ${SIDE}`);
  made.setAttribute("aria-hidden", "true");
  return made;
}

/**
 * @param {SVGSVGElement} picture
 * @param {ArrayLike<number>} pixels 784 from 0 to 255, ink bright on 0
 */
export function paintDigit(picture, pixels) {
  picture.replaceChildren(
    ...digitPaths(pixels).map(({ opacity, path }) => {
      const made = document.createElementNS(SVG, "path");
      made.setAttribute("fill-opacity", String(opacity));
      made.setAttribute("d", path);
      return made;
    }),
  );
}

/**
 * Pixels of equal grey as one path each, neighbours in a row as one rectangle.
 *
 * @param {ArrayLike<number>} pixels 784 from 0 to 255
 * @returns {{ opacity: number, path: string }[]} of those that are not empty
 */
export function digitPaths(pixels) {
  const paths = Array.from({ length: LEVELS }, () => "");
  const level = (/** @type {number} */ at) => Math.round((pixels[at] / 255) * LEVELS);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0, end = 0; x < SIDE; x = end) {
      const grey = level(y * SIDE + x);
      for (end = x + 1; end < SIDE && level(y * SIDE + end) === grey; ) end++;
      if (grey) paths[grey - 1] += `M${x} ${y}h${end - x}v1H${x}z`;
    }
  }
  return paths.flatMap((path, i) => (path ? { opacity: (i + 1) / LEVELS, path } : []));
}
