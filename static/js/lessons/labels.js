// Words on a graph, moved so that none is printed over another.

/** @typedef {{x: number, y: number, width: number, height: number}} Box with its upper left corner */
/** @typedef {[right: number, down: number]} Move in pixels */

const AIR = 1; // pixels between two of them
const FAR = 2; // heights: words that went further would no longer be beside what they name

/**
 * How far each box has to go to lie over none before it: up or down, as little as can be; to a side where that way is
 * shorter than one far up or down.
 *
 * @param {readonly Box[]} boxes the first stay where they are
 * @param {{top: number, bottom: number, left: number, right: number}} within no box is moved beyond
 * @returns {Move[]} no move where there is no room at all
 */
export function movedApart(boxes, { top, bottom, left, right }) {
  /** @type {Box[]} */
  const placed = [];
  return boxes.map(({ x, y, width, height }) => {
    const free = (/** @type {Move} */ [dx, dy]) => placed.every((each) => apart(each, { x: x + dx, y: y + dy, width, height }));
    const inside = (/** @type {Move} */ [dx, dy]) =>
      (dy === 0 || (y + dy >= top && y + dy + height <= bottom)) && (dx === 0 || (x + dx >= left && x + dx + width <= right));
    const nearest = (/** @type {Move[]} */ moves) =>
      moves.filter((move) => inside(move) && free(move)).sort((one, other) => length(one) - length(other))[0];
    const ways = placed.flatMap((each) => [each.y - height - AIR - y, each.y + each.height + AIR - y]);
    const upright = nearest([[0, 0], ...ways.map((dy) => /** @type {Move} */ ([0, dy]))]);
    const sideways = upright && length(upright) <= FAR * height
      ? undefined
      : nearest(placed.flatMap((each) => [each.x - width - AIR - x, each.x + each.width + AIR - x]).flatMap((dx) => [0, ...ways].map((dy) => /** @type {Move} */ ([dx, dy]))));
    const move = [upright, sideways].filter((each) => each !== undefined).sort((one, other) => length(one) - length(other))[0] ?? [0, 0];
    placed.push({ x: x + move[0], y: y + move[1], width, height });
    return move;
  });
}

/** @param {Box} one @param {Box} other */
function apart(one, other) {
  const beside = one.x >= other.x + other.width + AIR - 1e-6 || other.x >= one.x + one.width + AIR - 1e-6;
  return beside || one.y >= other.y + other.height + AIR - 1e-6 || other.y >= one.y + one.height + AIR - 1e-6;
}

/** @param {Move} move */
function length([right, down]) {
  return Math.hypot(right, down);
}
