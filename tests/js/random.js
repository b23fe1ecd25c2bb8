// Random numbers that are the same in every run of the tests: mulberry32 (Tommy Ettinger, 2017).

/** @param {number} seed @returns {() => number} from 0 to below 1 */
export function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** @param {() => number} next @param {number} low @param {number} high @returns {number} a whole one, both ends included */
export function whole(next, low, high) {
  return low + Math.floor(next() * (high - low + 1));
}
