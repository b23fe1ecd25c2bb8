// Of a long list of rows of one height only those in sight are built.

/** Rows built beyond the edges, so that a turn of the wheel finds them there. */
const BEYOND = 12;

/**
 * @param {{top: number, bottom: number, rowHeight: number, count: number}} view the part of the list that is in sight,
 *   in pixels from the list's beginning
 * @returns {[first: number, end: number]} the rows to build, `end` not included
 */
export function rowsToBuild({ top, bottom, rowHeight, count }) {
  const at = (/** @type {number} */ place) => Math.min(count, Math.max(0, place));
  return [at(Math.floor(top / rowHeight) - BEYOND), at(Math.ceil(bottom / rowHeight) + BEYOND)];
}

/**
 * How far to scroll so that a row is in sight.
 *
 * @param {{top: number, bottom: number, rowHeight: number}} view as for `rowsToBuild`, without what covers it
 * @param {number} index
 */
export function scrollToRow({ top, bottom, rowHeight }, index) {
  const start = index * rowHeight;
  if (start < top) return start - top;
  return Math.max(0, Math.min(start - top, start + rowHeight - bottom));
}
