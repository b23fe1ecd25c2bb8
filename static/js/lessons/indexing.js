// What an index picks out of a tensor, by PyTorch's rules; what PyTorch refuses is refused in its words.

import { written } from "./shapes.js";

/**
 * @typedef {object} Picked what is picked along one axis: the places `from`, `from + step`, …, `count` of them
 * @property {number} from
 * @property {number} step
 * @property {number} count
 * @property {boolean} kept false: a number picked one place, and the result lacks the axis
 */
/** @typedef {readonly Picked[]} Selection of each axis of the tensor that was indexed */
/** @typedef {{kind: "number", at: number} | {kind: "slice", start: number | null, stop: number | null, step: number | null} | {kind: "all"} | {kind: "float"}} Entry */

class Refusal extends Error {}

const NUMBER = "([+-]?\\d{1,15})";
const SLICE = new RegExp(`^${NUMBER}?\\s*:\\s*${NUMBER}?\\s*(?::\\s*${NUMBER}?)?$`);
const LONGEST = 200; // characters

/**
 * @param {string} text `stack[5, :, 14]`, `[5][9]`, `5, :` or `stack`
 * @param {readonly number[]} shape of the tensor
 * @returns {{selection: Selection, problem: null} | {selection: null, problem: string}}
 */
export function readIndex(text, shape) {
  try {
    let selection = whole(shape);
    for (const entries of groups(text)) selection = indexed(selection, entries);
    return { selection, problem: null };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { selection: null, problem: error.message };
  }
}

/** All of a tensor. @param {readonly number[]} shape @returns {Selection} */
export function whole(shape) {
  return shape.map((count) => ({ from: 0, step: 1, count, kept: true }));
}

/** @param {Selection} selection */
export function shapeOf(selection) {
  return selection.filter(({ kept }) => kept).map(({ count }) => count);
}

/**
 * The same with one place along an axis.
 *
 * @param {Selection} selection
 * @param {number} axis
 * @param {number} at
 * @returns {Selection}
 */
export function cut(selection, axis, at) {
  return selection.map((picked, i) => (i === axis ? { from: at, step: 1, count: 1, kept: false } : picked));
}

/**
 * As one writes it.
 *
 * @param {Selection} selection
 * @param {readonly number[]} shape of the tensor
 */
export function indexOf(selection, shape) {
  const entries = selection.map((picked, axis) => entryOf(picked, shape[axis]));
  while (entries.at(-1) === ":") entries.pop();
  return entries.length ? `stack${written(entries)}` : "stack";
}

/**
 * Where the picked numbers lie among all numbers of the tensor, row after row.
 *
 * @param {Selection} selection
 * @param {readonly number[]} shape of the tensor
 * @param {number} most the first ones, no more
 */
export function placesOf(selection, shape, most) {
  let places = [0];
  selection.forEach(({ from, step, count }, axis) => {
    const room = Math.min(count, most);
    places = places.flatMap((place) => Array.from({ length: room }, (_, i) => place * shape[axis] + from + i * step)).slice(0, most);
  });
  return places;
}

/** @param {Picked} picked @param {number} size */
function entryOf({ from, step, count, kept }, size) {
  if (!kept) return String(from);
  if (from === 0 && step === 1 && count === size) return ":";
  const stop = from + count * step; // the first place that is no longer picked
  const ends = `${from || ""}:${count && stop >= size ? "" : stop}`;
  return step === 1 ? ends : `${ends}:${step}`;
}

/** The entries of each pair of brackets. @param {string} text @returns {Entry[][]} */
function groups(text) {
  if (text.length > LONGEST) throw new Refusal(`At most ${LONGEST} characters.`);
  const [, name, brackets] = /^\s*(stack)?\s*(.*?)\s*$/s.exec(text) ?? [];
  if (!brackets) {
    if (name) return [];
    throw new Refusal("Write an index, such as stack[5, :, 14].");
  }
  if (!name && !brackets.startsWith("[")) return [entries(brackets)];
  if (!/^(\[[^[\]]*\]\s*)+$/.test(brackets)) throw new Refusal("Write each index between brackets, such as stack[5, :, 14] or stack[5][9].");
  return [...brackets.matchAll(/\[([^[\]]*)\]/g)].map(([, inner]) => entries(inner));
}

/** @param {string} inner @returns {Entry[]} */
function entries(inner) {
  const parts = inner.split(",").map((part) => part.trim());
  if (parts.length > 1 && parts.at(-1) === "") parts.pop();
  return parts.map(entry);
}

/** @param {string} part @returns {Entry} */
function entry(part) {
  if (/^[+-]?\d{1,15}$/.test(part)) return { kind: "number", at: Number(part) };
  if (part === "...") return { kind: "all" };
  const slice = SLICE.exec(part);
  if (slice) {
    const [start, stop, step] = slice.slice(1).map((given) => (given === undefined ? null : Number(given)));
    return { kind: "slice", start, stop, step };
  }
  if (/^[+-]?(\d+\.\d*|\.\d+)$/.test(part)) return { kind: "float" };
  throw new Refusal(part ? `“${part}” is no number and no slice: write 5, −1, :, 2:20 or 2:20:3.` : "Between two commas an entry is missing.");
}

/** @param {Selection} selection @param {Entry[]} entries @returns {Selection} */
function indexed(selection, entries) {
  const axes = selection.flatMap(({ kept }, axis) => (kept ? [axis] : []));
  const [only] = entries;
  if (!axes.length && entries.length === 1 && only.kind === "number") {
    throw new Refusal("IndexError: invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to convert a 0-dim tensor to a number");
  }
  if (!axes.length && entries.length === 1 && only.kind === "slice") throw new Refusal("IndexError: slice() cannot be applied to a 0-dim tensor.");
  const named = entries.filter(({ kind }) => kind !== "all").length;
  if (named > axes.length) throw new Refusal(`IndexError: too many indices for tensor of dimension ${axes.length}`);
  const found = [...selection];
  let at = 0; // among the axes that are left
  for (const each of entries) {
    if (each.kind === "all") {
      at += axes.length - named;
      continue;
    }
    const axis = axes[at];
    if (each.kind === "number") found[axis] = place(found[axis], each.at, at);
    else if (each.kind === "slice") found[axis] = slice(found[axis], each);
    else throw new Refusal("IndexError: only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices (got float)");
    at += 1;
  }
  return found;
}

/** @param {Picked} picked @param {number} at @param {number} axis as PyTorch counts it @returns {Picked} */
function place({ from, step, count }, at, axis) {
  if (at < -count || at >= count) throw new Refusal(`IndexError: index ${at} is out of bounds for dimension ${axis} with size ${count}`);
  return { from: from + step * (at < 0 ? at + count : at), step: 1, count: 1, kept: false };
}

/** @param {Picked} picked @param {{start: number | null, stop: number | null, step: number | null}} slice @returns {Picked} */
function slice({ from, step, count }, { start, stop, step: stride }) {
  if (stride === 0) throw new Refusal("ValueError: slice step cannot be zero");
  const every = stride ?? 1;
  if (every < 0) throw new Refusal("ValueError: step must be greater than zero");
  const within = (/** @type {number} */ at) => Math.max(0, Math.min(count, at < 0 ? at + count : at));
  const [first, end] = [within(start ?? 0), within(stop ?? count)];
  return { from: from + step * first, step: step * every, count: Math.max(0, Math.ceil((end - first) / every)), kept: true };
}
