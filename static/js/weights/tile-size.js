// How large tiles can be so that they fit into a box, and how many of them can still be told.

const LARGEST = 132; // pixels: beyond that a picture of 28 × 28 shows no more
const LEGIBLE = 24; // with less no stroke is seen
const SMALLEST = 12; // the box scrolls

/**
 * The largest square tiles that fit, each with its strength below it. Where even the smallest do not, the box scrolls.
 *
 * @param {number} tiles at least one
 * @param {number} width of the box, in pixels
 * @param {number} height
 * @param {{ gap: number, foot: number, least?: number }} around `gap` between tiles; `foot` below each, for its strength;
 *   `least`: pixels that a tile has, whatever the box
 * @returns {{ columns: number, size: number }} whole pixels
 */
export function tileSize(tiles, width, height, { gap, foot, least = SMALLEST }) {
  for (let size = LARGEST; size > least; size--) {
    const columns = Math.floor((width + gap) / (size + gap));
    const rows = Math.floor((height + gap) / (size + foot + gap));
    if (columns * rows >= tiles) return { columns: Math.min(columns, tiles), size };
  }
  return { columns: Math.max(1, Math.floor((width + gap) / (least + gap))), size: least };
}

/**
 * As `tileSize`, where all of them fit and are legible; else as many as are, and room after them for what opens the others.
 *
 * @param {number} tiles at least one
 * @param {number} width of the box, in pixels
 * @param {number} height
 * @param {{ gap: number, foot: number, more: number, least?: number }} around `more`: the width of what opens the others
 * @returns {{ columns: number, size: number, shown: number, span: number }} `span`: columns that what opens the others takes
 */
export function legibleTiles(tiles, width, height, { gap, foot, more, least = LEGIBLE }) {
  const all = tileSize(tiles, width, height, { gap, foot });
  if (all.size >= least) return { ...all, shown: tiles, span: 1 };
  const columns = Math.max(1, Math.floor((width + gap) / (least + gap)));
  const rows = Math.max(1, Math.floor((height + gap) / (least + foot + gap)));
  const span = Math.min(columns, Math.ceil((more + gap) / (least + gap)));
  return { columns, size: least, shown: Math.min(tiles, Math.max(1, columns * rows - span)), span };
}
