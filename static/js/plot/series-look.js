// How curves that are compared are told apart.

/** How many runs can be told apart by ink and dash: four inks (`--series-1` to `--series-4` in tokens.css) by three dashes. */
export const SERIES = 12;
const INKS = 4;
const DASHES = [[], [7, 4], [2, 3]];

/**
 * How the n-th of several curves is drawn that are to be told apart: with the first four by ink, the next by ink and
 * dash. Neither blue nor orange, which mean "towards 3" and "towards 7".
 *
 * @param {number} index from 0; from `SERIES` on they begin anew
 * @returns {{ink: string, dash: readonly number[]}}
 */
export function seriesLook(index) {
  return { ink: `--series-${(index % INKS) + 1}`, dash: DASHES[Math.floor(index / INKS) % DASHES.length] };
}
