// Which validation digits a recipe inverts: what `app/learning/inverted.py` chooses, number by number.

import { Digits } from "./digits.js";
import { PIXELS } from "./network.js";

/** @import { Recipe } from "../wire.js" */

const TRAIN_IMAGES = 12_396; // some of them are chosen first, by the same generator
const HELD_OUT = 2_038; // but not of the last, where the recipe learns without them
const WHITE = 255;

/**
 * The validation digits as a recipe's network meets them.
 *
 * @param {Digits} digits
 * @param {Pick<Recipe, "invert" | "seed" | "hold_out">} recipe
 */
export function invertedDigits(digits, recipe) {
  const chosen = invertedPlaces(digits.count, recipe);
  if (!chosen.length) return digits;
  const bytes = new Uint8Array(digits.count * PIXELS);
  for (let i = 0; i < digits.count; i++) bytes.set(digits.bytes(i), i * PIXELS);
  for (const i of chosen) {
    for (let at = i * PIXELS; at < (i + 1) * PIXELS; at++) bytes[at] = WHITE - bytes[at];
  }
  return new Digits(digits.labels, bytes);
}

/**
 * Which of so many validation digits those are.
 *
 * @param {number} count
 * @param {Pick<Recipe, "invert" | "seed" | "hold_out">} recipe
 */
export function invertedPlaces(count, { invert = 0, seed = 0, hold_out = false }) {
  if (invert === 0) return new Uint32Array(0);
  const random = new MersenneTwister((seed * 1009) % 2 ** 32);
  permutation(TRAIN_IMAGES - (hold_out ? HELD_OUT : 0), random);
  return permutation(count, random).subarray(0, roundedToEven(invert * count));
}

/**
 * As `torch.randperm` on the CPU.
 *
 * @param {number} count
 * @param {MersenneTwister} random
 */
function permutation(count, random) {
  const all = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = 0; i < count - 1; i++) {
    const other = i + (random.next() % (count - i));
    [all[i], all[other]] = [all[other], all[i]];
  }
  return all;
}

/** As Python's `round`. @param {number} value */
function roundedToEven(value) {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

const STATE = 624;
const MIDDLE = 397;

/** MT19937 (Matsumoto and Nishimura, 1998), which PyTorch's generator on the CPU is. */
class MersenneTwister {
  #state = new Uint32Array(STATE);
  #at = STATE;

  /** @param {number} seed a whole number below 2³² */
  constructor(seed) {
    this.#state[0] = seed;
    for (let i = 1; i < STATE; i++) {
      const before = this.#state[i - 1];
      this.#state[i] = Math.imul(before ^ (before >>> 30), 1812433253) + i;
    }
  }

  /** The next 32 bits. */
  next() {
    if (this.#at === STATE) this.#twist();
    let bits = this.#state[this.#at++];
    bits ^= bits >>> 11;
    bits ^= (bits << 7) & 0x9d2c5680;
    bits ^= (bits << 15) & 0xefc60000;
    return (bits ^ (bits >>> 18)) >>> 0;
  }

  #twist() {
    const state = this.#state;
    for (let i = 0; i < STATE; i++) {
      const bits = (state[i] & 0x80000000) | (state[(i + 1) % STATE] & 0x7fffffff);
      state[i] = state[(i + MIDDLE) % STATE] ^ (bits >>> 1) ^ (bits & 1 ? 0x9908b0df : 0);
    }
    this.#at = 0;
  }
}
