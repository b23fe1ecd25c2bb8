// What a card's figures mean, in words.

import { count } from "../shell/format.js";

/** @typedef {import("../wire.js").GateCurve} GateCurve */
/** @typedef {import("../wire.js").ReliabilityBin} ReliabilityBin */

/** Digits after the point of per cent that tell shares of some thousand apart. */
const DIGITS = 2;

/**
 * A share with its interval, such as "99.85 % (99.57–99.95)".
 *
 * @param {{value: number, low: number, high: number}} share
 * @param {number} [digits]
 */
export function withInterval({ value, low, high }, digits = DIGITS) {
  const [at, from, to] = [value, low, high].map((each) => (100 * each).toFixed(digits));
  return `${at}\u00a0% (${from}–${to})`;
}

/**
 * Of the images that the network was so sure of, so many were right.
 *
 * @param {ReliabilityBin} bin
 */
export function reliabilityWords({ low, high, count: images, right }) {
  const sure = `${Math.round(100 * low)}–${Math.round(100 * high)} % sure of`;
  if (!right) return `There is none that it was ${sure}.`;
  if (images === 1) return `The one that it was ${sure} was ${right.hits ? "right" : "wrong"}.`;
  const share = right.hits === images ? "all" : right.hits ? `${(100 * right.value).toFixed(images < 1000 ? 0 : DIGITS)} %` : "none";
  return `Of the ${count(images)} that it was ${sure}, ${share} ${right.hits ? "were" : "was"} right.`;
}

/**
 * The share of other digits that passes a gate which keeps so much of the 3s and 7s: between those stored on a line.
 *
 * @param {GateCurve} curve
 * @param {number} keep
 */
export function letThrough({ kept, let_through }, keep) {
  const after = kept.findIndex((each) => each >= keep);
  if (after <= 0) return after < 0 ? let_through[let_through.length - 1] : let_through[0];
  const [from, to] = [kept[after - 1], kept[after]];
  return let_through[after - 1] + ((keep - from) / (to - from)) * (let_through[after] - let_through[after - 1]);
}

/**
 * What a place of the gate does.
 *
 * @param {GateCurve} curve
 * @param {number} keep from 0.5 to 1
 */
export function gateWords(curve, keep) {
  return `Of 100 real 3s and 7s ${soMany(1 - keep)} refused, of 100 other digits ${soMany(letThrough(curve, keep))} let through.`;
}

/** @param {number} share */
function soMany(share) {
  const of = Number((100 * share).toFixed(1));
  if (share < 1e-9) return "none is";
  if (of === 0) return "hardly one is";
  return `${of} ${of === 1 ? "is" : "are"}`;
}

/**
 * A misread digit in a few words: what it is, what it was read as, how sure.
 *
 * @param {Pick<import("../wire.js").MisreadDigit, "digit" | "read_as" | "probability_3" | "reason">} misread
 */
export function misreadWords({ digit, read_as, probability_3, reason }) {
  if (read_as === "neither") return `${called(digit)}: ${reason ?? "neither"}`;
  return `${called(digit)}, read as a ${read_as}, ${sureness(read_as === "3" ? probability_3 : 1 - probability_3)} sure`;
}

/** With its article. @param {number} digit */
export function called(digit) {
  return `${digit === 8 ? "an" : "a"} ${digit}`;
}

/** @param {number} share which is never quite 1 */
function sureness(share) {
  return share > 0.995 ? "> 99 %" : `${(100 * share).toFixed(0)} %`;
}

/** @param {string | null} text as it stands in an address @returns {number | null} from 0.5 to 1, or null */
export function keepOf(text) {
  const keep = Number.parseFloat(text ?? "");
  return keep >= 0.5 && keep <= 1 ? keep : null;
}
