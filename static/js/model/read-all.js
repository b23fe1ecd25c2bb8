// A network reads many digits without holding up the page.

/** @import { Digits } from "./digits.js" */
/** @import { Network } from "./network.js" */

const SLICE = 5; // milliseconds of computing between two pauses: a third of a frame at 60 a second
const LOOK = 32; // images between two looks at the clock: under a millisecond of 256 units

/**
 * All logits. Computing pauses after each 5 ms, so that what else is to be done gets its turn.
 *
 * @param {Network} network
 * @param {Digits} digits
 * @param {{ signal?: AbortSignal, pause?: () => Promise<void>, now?: () => number }} [options]
 * @returns {Promise<Float64Array>} by image
 * @throws {DOMException} AbortError, where `signal` ends it
 */
export async function readAll(network, digits, { signal, pause = otherWork, now = () => performance.now() } = {}) {
  const logits = new Float64Array(digits.count);
  let until = now() + SLICE;
  for (let from = 0; from < digits.count; from += LOOK) {
    if (from && now() >= until) {
      await pause();
      until = now() + SLICE;
    }
    signal?.throwIfAborted();
    readSome(network, digits, from, Math.min(digits.count, from + LOOK), logits);
  }
  return logits;
}

/**
 * @param {Network} network
 * @param {Digits} digits
 * @param {number} from
 * @param {number} to
 * @param {Float64Array} logits gets those from `from` to before `to`
 */
function readSome({ first, bias, output, outputBias, units, activation }, { starts, places, values }, from, to, logits) {
  const sums = new Float64Array(units);
  for (let i = from; i < to; i++) {
    sums.set(bias);
    for (let at = starts[i]; at < starts[i + 1]; at++) {
      const row = places[at] * units;
      const value = values[at];
      for (let unit = 0; unit < units; unit++) sums[unit] += value * first[row + unit];
    }
    let logit = outputBias;
    for (let unit = 0; unit < units; unit++) logit += output[unit] * activation.apply(sums[unit]);
    logits[i] = logit;
  }
}

/** @returns {Promise<void>} */
function otherWork() {
  return new Promise((resolve) => setTimeout(resolve));
}
