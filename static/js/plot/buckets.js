// Fewer points for the same picture: the visible range is cut into as many buckets as there are pixels, and of each
// its first, lowest, highest and last point are kept. A spike of one step is always drawn.

/**
 * @param {Float64Array} values NaN stands for "no number"
 * @param {number} from the first index that is visible
 * @param {number} to one past the last
 * @param {number} buckets
 * @param {readonly number[]} [wanted] ascending indices that are kept in any case
 * @returns {number[]} ascending indices
 */
export function pick(values, from, to, buckets, wanted = []) {
  const count = to - from;
  if (count <= buckets * 4) return Array.from({ length: Math.max(count, 0) }, (_, i) => from + i);
  /** @type {number[]} */
  const picked = [];
  let next = 0;
  while (next < wanted.length && wanted[next] < from) next++;
  for (let bucket = 0; bucket < buckets; bucket++) {
    const first = from + Math.floor((bucket * count) / buckets);
    const end = from + Math.floor(((bucket + 1) * count) / buckets);
    const kept = [first, ...extremes(values, first, end), end - 1];
    while (next < wanted.length && wanted[next] < end) kept.push(wanted[next++]);
    kept.sort((a, b) => a - b);
    for (const index of kept) if (picked[picked.length - 1] !== index) picked.push(index);
  }
  return picked;
}

/**
 * @param {Float64Array} values
 * @param {number} first
 * @param {number} end
 * @returns {number[]} the indices of the lowest and the highest; none where there is no number
 */
function extremes(values, first, end) {
  let lowest = -1;
  let highest = -1;
  for (let i = first; i < end; i++) {
    const value = values[i];
    if (Number.isNaN(value)) continue;
    if (lowest < 0 || value < values[lowest]) lowest = i;
    if (highest < 0 || value > values[highest]) highest = i;
  }
  return lowest < 0 ? [] : [lowest, highest];
}
