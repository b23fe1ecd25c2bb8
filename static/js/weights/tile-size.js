// How large tiles can be so that all of them fit into a box.

const LARGEST = 132; // pixels: beyond that a picture of 28 × 28 shows no more
const SMALLEST = 12; // with less a stroke is not seen: the box scrolls

/**
 * The largest square tiles that fit, each with its strength below it. Where even the smallest do not, the box scrolls.
 *
 * @param {number} tiles at least one
 * @param {number} width of the box, in pixels
 * @param {number} height
 * @param {{ gap: number, foot: number }} around `gap` between tiles; `foot` below each, for its strength
 * @returns {{ columns: number, size: number }} whole pixels
 */
export function tileSize(tiles, width, height, { gap, foot }) {
  for (let size = LARGEST; size > SMALLEST; size--) {
    const columns = Math.floor((width + gap) / (size + gap));
    const rows = Math.floor((height + gap) / (size + foot + gap));
    if (columns * rows >= tiles) return { columns: Math.min(columns, tiles), size };
  }
  return { columns: Math.max(1, Math.floor((width + gap) / (SMALLEST + gap))), size: SMALLEST };
}
