// Down a curve of which a few points are known, by its slope alone.

/** @typedef {readonly [x: number, y: number]} Point */

const STEPS = 40;
const FIRST = 0.5; // of a unit of x: how far the steepest slope leads in one step

/**
 * Gradient descent along a curve through `points`, with one learning rate for all of it: x less rate times slope, again
 * and again. Between two points the slope is taken to change evenly; beyond the ends it stays within them.
 *
 * @param {readonly Point[]} points ascending, two at least
 * @param {number} start
 * @returns {Point[]} where it came by, the start first; as long as it moved
 */
export function downhill(points, start) {
  const slopes = points.map((_, i) => {
    const [one, other] = [points[Math.max(0, i - 1)], points[Math.min(points.length - 1, i + 1)]];
    return (other[1] - one[1]) / (other[0] - one[0]);
  });
  const steepest = Math.max(...slopes.map(Math.abs));
  const [least, most] = [points[0][0], points[points.length - 1][0]];
  /** @type {Point[]} */
  const trail = [];
  let x = start;
  for (let step = 0; step <= STEPS; step++) {
    const i = Math.max(1, points.findIndex(([at]) => at >= x));
    const share = (x - points[i - 1][0]) / (points[i][0] - points[i - 1][0]);
    trail.push([x, points[i - 1][1] + share * (points[i][1] - points[i - 1][1])]);
    if (!steepest) break;
    const slope = slopes[i - 1] + share * (slopes[i] - slopes[i - 1]);
    const next = Math.min(most, Math.max(least, x - (FIRST / steepest) * slope));
    if (Math.abs(next - x) < 1e-3) break;
    x = next;
  }
  return trail;
}
