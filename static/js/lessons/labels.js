// Words on a graph, moved so that none is printed over another.

/** @typedef {{x: number, y: number, width: number, height: number}} Box with its upper left corner */

const AIR = 1; // pixels between two of them

/**
 * How far up (negative) or down each box has to go to lie over none before it: as little as can be.
 *
 * @param {readonly Box[]} boxes the first stay where they are
 * @param {{top: number, bottom: number}} within no box is moved beyond
 * @returns {number[]} 0 where there is no room at all
 */
export function movedApart(boxes, { top, bottom }) {
  /** @type {Box[]} */
  const placed = [];
  return boxes.map(({ x, y: at, width, height }) => {
    const box = { x, y: at, width, height }; // of an SVGRect nothing could be copied otherwise
    const beside = placed.filter((each) => each.x < box.x + box.width + AIR && box.x < each.x + each.width + AIR);
    const free = (/** @type {number} */ y) =>
      beside.every((each) => y + box.height + AIR <= each.y + 1e-6 || each.y + each.height + AIR <= y + 1e-6);
    const places = [box.y, ...beside.flatMap(({ y, height }) => [y - box.height - AIR, y + height + AIR])]
      .filter((y) => y === box.y || (y >= top && y + box.height <= bottom))
      .sort((one, other) => Math.abs(one - box.y) - Math.abs(other - box.y));
    const y = places.find(free) ?? box.y;
    placed.push({ ...box, y });
    return y - box.y;
  });
}
