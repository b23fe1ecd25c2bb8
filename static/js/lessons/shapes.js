// Shapes of tensors, and what becomes of two that meet (NumPy's and PyTorch's rule).

/** @typedef {{one: number | null, other: number | null, size: number | null, stretched: "one" | "other" | "both" | null}} Aligned
 *   along an axis the sizes of both (null: it has no such axis), that of the result (null: they do not fit), and which of
 *   them is stretched */

const MOST_AXES = 6;
const LARGEST = 100_000_000;

/**
 * @param {string} text whole numbers, in brackets or not
 * @returns {{shape: number[], problem: null} | {shape: null, problem: string}}
 */
export function readShape(text) {
  const inner = text.trim().replace(/^[[(]\s*/, "").replace(/\s*,?\s*[\])]$/, "").trim();
  if (inner === "") return { shape: [], problem: null };
  const parts = inner.split(/[\s,;×x]+/).filter(Boolean);
  if (parts.length > MOST_AXES) return { shape: null, problem: `At most ${MOST_AXES} numbers.` };
  const shape = parts.map(Number);
  if (!parts.every((part) => /^\d+$/.test(part)) || shape.some((size) => size < 1 || size > LARGEST)) {
    return { shape: null, problem: "Whole numbers from 1 on, such as 2038, 28, 28." };
  }
  return { shape, problem: null };
}

/** @param {readonly (number | string)[]} shape */
export function written(shape) {
  return `[${shape.join(", ")}]`;
}

/**
 * Axis by axis from the right: sizes fit where they are equal, or where one of them is 1 or missing, which is stretched.
 *
 * @param {readonly number[]} one
 * @param {readonly number[]} other
 * @returns {{axes: Aligned[], shape: number[] | null}} axes from left to right; `shape` null: refused
 */
export function aligned(one, other) {
  const rank = Math.max(one.length, other.length);
  const axes = Array.from({ length: rank }, (_, i) => axis(one[i - rank + one.length] ?? null, other[i - rank + other.length] ?? null));
  const sizes = axes.flatMap(({ size }) => size ?? []);
  return { axes, shape: sizes.length === rank ? sizes : null };
}

/** @param {number | null} one @param {number | null} other @returns {Aligned} */
function axis(one, other) {
  if (one === other) return { one, other, size: one, stretched: null };
  if (one === null || (one === 1 && other !== null)) return { one, other, size: other, stretched: "one" };
  if (other === null || other === 1) return { one, other, size: one, stretched: "other" };
  return { one, other, size: null, stretched: null };
}

/** How many numbers a tensor of this shape has. @param {readonly number[]} shape */
export function elements(shape) {
  return shape.reduce((product, size) => product * size, 1);
}

/**
 * How many numbers apart its neighbours lie along each axis of the result; 0 where it is stretched: the same number again.
 *
 * @param {readonly number[]} shape
 * @param {readonly number[]} result
 */
export function strides(shape, result) {
  const own = shape.map((_, i) => elements(shape.slice(i + 1)));
  const missing = result.length - shape.length;
  return result.map((size, i) => (i < missing || (shape[i - missing] === 1 && size !== 1) ? 0 : own[i - missing]));
}
