// Where on the paper the 28 × 28 image lies that the server made of a drawing.

/** @import { Content, Stroke } from "./drawing.js" */

const SIDE = 28;

// As app/handwriting/ink.py has them.
const LONGER_SIDE = 19;
const THICKNESS = 2.6;
const CENTRE = 14;

/** @typedef {{ x: number, y: number, side: number }} Place corner and side of the image, in fractions of the paper's side */

/**
 * @param {Content} content
 * @returns {Place | null} null: it is not known, of a picture in a file
 */
export function placeOf({ strokes, picture }) {
  if (picture) return picture.kind === "pixels" ? { x: 0, y: 0, side: 1 } : null;
  if (!strokes.length) return null;
  const across = strokes.flat().map(([x]) => x);
  const down = strokes.flat().map(([, y]) => y);
  const extent = Math.max(spread(across), spread(down));
  if (extent === 0) return null; // a dot
  const pixel = extent / (LONGER_SIDE - THICKNESS);
  const [x, y] = centreOf(strokes);
  // The middle of the pixel with the index CENTRE is where the ink has its centre.
  return { x: x - (CENTRE + 0.5) * pixel, y: y - (CENTRE + 0.5) * pixel, side: SIDE * pixel };
}

/** @param {readonly number[]} values */
function spread(values) {
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return most - least;
}

/**
 * The centre of mass of lines as thin as they are thought: within a fraction of a pixel that of their ink.
 *
 * @param {readonly Stroke[]} strokes
 */
function centreOf(strokes) {
  let [x, y, mass] = [0, 0, 0];
  for (const stroke of strokes) {
    stroke.forEach((point, i) => {
      const before = stroke[Math.max(0, i - 1)];
      const length = Math.hypot(point[0] - before[0], point[1] - before[1]) + 1e-6; // a dot has some too
      x += (length * (point[0] + before[0])) / 2;
      y += (length * (point[1] + before[1])) / 2;
      mass += length;
    });
  }
  return [x / mass, y / mass];
}
