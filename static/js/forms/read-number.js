// What somebody typed as a number, in any usual way of writing one. Nothing typed is ever dropped: it counts or is refused.

import { count } from "../shell/format.js";

/**
 * What a field takes, as in its JSON schema.
 *
 * @typedef {{type?: string, minimum?: number, exclusiveMinimum?: number, maximum?: number}} Limits
 */

const WRITTEN = /^([+-]?)([\d_.,]+)(e[+-]?\d{1,3})?$/i;

/** Ways of writing numbers: what groups thousands, and what stands before decimals. `_` is a space or an apostrophe. */
const CONVENTIONS = [
  { group: ",", decimal: "." },
  { group: "_", decimal: "." },
  { group: "_", decimal: "," },
  { group: ".", decimal: "," },
].map(({ group, decimal }) => ({ group, decimal, form: RegExp(`^(\\d+|[1-9]\\d{0,2}([${group}]\\d{3})+|(?=[${decimal}]\\d))([${decimal}]\\d*)?$`) }));

/**
 * The number that a text says, or what is wrong with it. A comma is a decimal comma, and where that cannot be it groups
 * thousands; a text that can be meant in two ways is refused.
 *
 * @param {string} text
 * @param {Limits} limits
 * @returns {{value: number, problem: null} | {value: null, problem: string}}
 */
export function readNumber(text, limits) {
  const readings = meanings(text);
  const fitting = limits.type === "integer" ? readings.filter(Number.isInteger) : readings;
  if (fitting.length > 1) {
    const [large, small] = fitting.map(String);
    return { value: null, problem: `Write ${small} or ${large}: the comma can mean either.` };
  }
  const [value] = fitting;
  return value !== undefined && within(value, limits) ? { value, problem: null } : { value: null, problem: `Give ${wanted(limits)}.` };
}

/**
 * What may be typed, in words: "a whole number from 1 to 256".
 *
 * @param {Limits} limits
 */
export function wanted({ type, minimum, exclusiveMinimum, maximum }) {
  const number = type === "integer" ? "a whole number" : "a number";
  const most = maximum === undefined ? "" : count(maximum);
  if (exclusiveMinimum !== undefined) return `${number} above ${count(exclusiveMinimum)}${most && ` and up to ${most}`}`;
  if (minimum !== undefined) return most ? `${number} from ${count(minimum)} to ${most}` : `${number} of at least ${count(minimum)}`;
  return most ? `${number} of at most ${most}` : number;
}

/**
 * @param {number} value
 * @param {Limits} limits
 */
function within(value, { minimum = -Infinity, exclusiveMinimum = -Infinity, maximum = Infinity }) {
  return value >= minimum && value > exclusiveMinimum && value <= maximum && Number.isFinite(value);
}

/**
 * All numbers that a text can mean: none, one, or two where a comma may be either mark (`1,000`). A single point is a
 * decimal point, as these pages write it themselves.
 *
 * @param {string} text
 * @returns {number[]}
 */
function meanings(text) {
  const [written, sign, digits, exponent = ""] = WRITTEN.exec(ascii(text)) ?? [];
  if (!written) return [];
  const pointsGroup = digits.includes(",") || digits.split(".").length > 2;
  const fitting = CONVENTIONS.filter(({ group, form }) => form.test(digits) && (group !== "." || pointsGroup));
  const figures = fitting.map(({ group, decimal }) => digits.replaceAll(group, "").replace(decimal, "."));
  return [...new Set(figures.map((figure) => Number(sign + figure + exponent)))];
}

/**
 * The digits and marks of every script as ASCII, without direction marks; spaces and apostrophes in it as `_`.
 *
 * @param {string} text
 */
function ascii(text) {
  return text
    .normalize("NFKC")
    .replaceAll(/\p{Cf}/gu, "")
    .trim()
    .replaceAll(/\p{Nd}/gu, (digit) => String(digitValue(digit)))
    .replaceAll("−", "-")
    .replaceAll("٫", ".")
    .replaceAll(/[\s'’٬]/g, "_");
}

/**
 * Unicode keeps the ten digits of a script in a row.
 *
 * @param {string} digit
 */
function digitValue(digit) {
  const code = /** @type {number} */ (digit.codePointAt(0));
  let zero = code;
  while (zero > code - 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero--;
  return code - zero;
}
