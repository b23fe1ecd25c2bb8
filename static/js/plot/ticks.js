// Which values an axis labels. All ascending.

/**
 * Round numbers from `min` to `max`: multiples of 1, 2 or 5 times a power of ten.
 *
 * @param {number} min
 * @param {number} max
 * @param {number} most how many at most, about
 * @param {number} [least] no closer to each other than this: 1 where only whole numbers make sense
 */
export function even(min, max, most, least = 0) {
  const apart = Math.max((max - min) / Math.max(1, most), least, Number.MIN_VALUE);
  const unit = 10 ** Math.floor(Math.log10(apart));
  const step = Math.max(least, unit * ([1, 2, 5].find((times) => unit * times >= apart * 0.999) ?? 10));
  const found = [];
  for (let i = Math.ceil(min / step - 1e-9); i * step <= max + step * 1e-9; i++) found.push(rounded(i * step));
  return found;
}

/**
 * Powers of ten, with multiples between them where there are few; of many, every so many; of less than one, round numbers.
 *
 * @param {number} min above 0
 * @param {number} max
 * @param {number} most
 */
export function decades(min, max, most) {
  const first = Math.floor(Math.log10(min));
  const last = Math.ceil(Math.log10(max));
  const every = Math.ceil((last - first) / Math.max(2, most));
  const times = last - first <= 1 ? [1, 2, 3, 4, 5, 6, 7, 8, 9] : last - first <= 3 ? [1, 2, 5] : [1];
  const found = [];
  for (let power = first; power <= last; power += every) found.push(...times.map((each) => rounded(each * 10 ** power)));
  const inside = found.filter((value) => value >= min * 0.999 && value <= max * 1.001);
  return inside.length > 2 ? inside : even(min, max, most);
}

/**
 * Without the last digits, which are there only because a tenth is no binary fraction.
 *
 * @param {number} value
 */
function rounded(value) {
  return Number(value.toPrecision(12));
}

/**
 * Those of `values` that have `room` pixels to the next, the last of them among them.
 *
 * @param {number[]} values
 * @param {(value: number) => number} place in pixels
 * @param {number} room
 */
export function thinned(values, place, room) {
  let last = NaN;
  return values
    .toReversed()
    .filter((value) => {
      const at = place(value);
      if (Math.abs(at - last) < room) return false;
      last = at;
      return true;
    })
    .reverse();
}
