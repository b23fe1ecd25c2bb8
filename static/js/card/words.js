// What a card's figures mean, in words.

import { count } from "../shell/format.js";

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
 * A gap between two shares with its interval, such as "0.97 percentage points (0.52–1.31)".
 *
 * @param {{value: number, low: number, high: number}} gap
 */
export function pointsWithInterval({ value, low, high }) {
  const [at, from, to] = [value, low, high].map((each) => (100 * each).toFixed(DIGITS));
  return `${at}\u00a0percentage points (${from}–${to})`;
}

/**
 * Of the images that the network was so sure of, so many were right.
 *
 * @param {ReliabilityBin} bin
 */
export function reliabilityWords({ low, high, count: images, right }) {
  const sure = `${Math.round(100 * low)}–${Math.round(100 * high)}\u00a0% sure of`;
  if (!right) return `There is none that it was ${sure}.`;
  if (images === 1) return `The one that it was ${sure} was ${right.hits ? "right" : "wrong"}.`;
  const share = right.hits === images ? "all" : right.hits ? `${(100 * right.value).toFixed(images < 1000 ? 0 : DIGITS)}\u00a0%` : "none";
  return `Of the ${count(images)} that it was ${sure}, ${share} ${right.hits ? "were" : "was"} right.`;
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

/**
 * How many are misread in one way, and which of them are shown.
 *
 * @param {"exchanged" | "taken" | "missed"} kind
 * @param {{count: number, surest: readonly unknown[]}} misread
 * @param {{of: number, hits: number}} told_apart
 */
export function misreadCount(kind, { count: all, surest }, { of, hits }) {
  const first = kind === "missed" ? "those that the gate refuses the most surely" : "the surest";
  const passed = kind === "exchanged" ? " after the gate" : "";
  const shown = all === 0 ? `None of them is${passed}` : surest.length < all ? `${count(all)}${passed}; these ${surest.length} are ${first}` : `${count(all)}${passed}, ${first} first`;
  if (kind !== "exchanged") return `${shown}.`;
  return `${shown}. The network alone takes ${of === hits ? "none" : count(of - hits)} for the other one: what the gate refuses stands below.`;
}

/** With its article. @param {number} digit */
export function called(digit) {
  return `${digit === 8 ? "an" : "a"} ${digit}`;
}

/** @param {number} share which is never quite 1 */
function sureness(share) {
  return share > 0.995 ? "> 99\u00a0%" : `${(100 * share).toFixed(0)}\u00a0%`;
}
