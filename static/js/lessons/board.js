// What a board's entries look like: marks by price and score, the frontier, and their standing in words.

import { recipeDifferences } from "../run/recipe-words.js";
import { count, percent } from "../shell/format.js";

/** @import { BoardEntry, BoardNow } from "../wire.js" */
/** @import { Item } from "./graph.js" */
/** @typedef {{own: ReadonlySet<string>, expected: number | null, price: number}} Reader `own`: ids of entries; `expected`: the score, from 0 to 1, of a recipe at this price */

const LOWEST = 0.9; // what is lower would press all others against the upper edge; the table has it
const USUAL = 0.96;

/** How far it is from what it was taken for: of a score, in points. @param {number} value @param {number} from */
export function points(value, from) {
  const off = Math.round((value - from) * 1e4) / 100;
  if (off === 0) return "exactly that";
  return `${Math.abs(off).toFixed(2)} points ${off > 0 ? "more" : "less"}`;
}

/** The same, short. @param {number} value @param {number} from */
export function shortPoints(value, from) {
  const off = Math.round((value - from) * 1e4) / 100;
  return `${off < 0 ? "−" : "+"}${Math.abs(off).toFixed(2)}`;
}

/** Where the axis of scores begins. @param {readonly BoardEntry[]} entries @param {number | null} expected */
export function lowest(entries, expected) {
  const shares = entries.flatMap(({ score, tested }) => [score, tested]);
  const known = [...shares, expected].filter((share) => share !== null && share >= LOWEST);
  return Math.min(USUAL, Math.floor(Math.min(1, .../** @type {number[]} */ (known)) * 200) / 200);
}

/**
 * @param {readonly BoardEntry[]} entries
 * @param {Reader} reader
 * @returns {Item[]}
 */
export function boardItems(entries, { own, expected, price }) {
  const scored = entries.flatMap((entry) => (entry.score === null ? [] : [{ ...entry, score: entry.score }]));
  const best = scored.filter(({ frontier }) => frontier).sort((one, other) => one.price - other.price);
  /** @type {[number, number][]} */
  const stairs = best.flatMap(({ price: at, score }, i) => [...(i ? [/** @type {[number, number]} */ ([at, best[i - 1].score])] : []), [at, score]]);
  const mine = scored.filter(({ id }) => own.has(id));
  const tested = scored.flatMap(({ price: at, tested: share }) => (share === null ? [] : [/** @type {[number, number]} */ ([at, share])]));
  const lesson = scored.find((entry) => entry.lesson);
  return [
    ...(stairs.length ? [/** @type {Item} */ ({ kind: "line", points: stairs, ink: "soft" })] : []),
    ...scored.flatMap(({ price: at, score, tested }) => (tested === null ? [] : [/** @type {Item} */ ({ kind: "line", points: [[at, score], [at, tested]], ink: "soft", dash: true })])),
    { kind: "dots", points: tested, ink: "soft", size: 3 },
    ...tested.slice(0, 1).map(([x, y]) => /** @type {Item} */ ({ kind: "words", x: x / 1.6, y, words: "last test", ink: "soft" })),
    { kind: "dots", points: scored.filter(({ id }) => !own.has(id)).map(({ price: at, score }) => [at, score]), ink: "ink", point: "score" },
    { kind: "dots", points: mine.map(({ price: at, score }) => [at, score]), ink: "series-2", size: 6, point: "score" },
    ...(lesson ? [/** @type {Item} */ ({ kind: "words", x: lesson.price / 1.5, y: lesson.score - 0.0035, words: "textbook", ink: "ink" })] : []),
    ...mine.slice(0, 1).map(({ price: at, score }) => /** @type {Item} */ ({ kind: "words", x: at, y: score - 0.0035, words: "yours", ink: "series-2" })),
    ...(expected === null ? [] : [
      /** @type {Item} */ ({ kind: "rule", y: expected, ink: "mine", dash: true, label: "your prediction" }),
      /** @type {Item} */ ({ kind: "dots", points: [[price, expected]], ink: "mine", size: 5, point: "price" }),
    ]),
  ];
}

/** @param {BoardNow} board */
export function boardWords({ entries }) {
  const scored = entries.filter(({ score }) => score !== null);
  if (!scored.length) return "No entry has a score yet.";
  const [first] = scored;
  const cheapest = scored.filter(({ frontier }) => frontier).sort((one, other) => one.price - other.price);
  const steps = cheapest.map(({ price, score }) => `${percent(score)} for ${count(price)}`);
  const number = scored.length === 1 ? "One entry has a score" : `${count(scored.length)} entries have a score`;
  const frontier = steps.length > 1 ? ` The frontier, those that nothing cheaper beats, cheapest first: ${steps.join(", ")}.` : "";
  return `${number}; the best is ${percent(first.score)} for ${count(first.price)}.${frontier}`;
}

/** @param {BoardEntry} entry */
export function recipeWords({ recipe }) {
  const found = recipeDifferences({ ...recipe, hold_out: false, device: "auto" }).map(({ words }) => words);
  return found.join(", ") || "as the book has it";
}

/** @param {BoardEntry} entry */
export function nameOf({ name, lesson }) {
  return lesson ? "The textbook’s recipe" : name ?? "No name";
}

/** Each seed's share. @param {readonly (number | null)[]} shares */
export function seedWords(shares) {
  return shares.map((share) => (share === null ? "overflowed" : percent(share))).join(", ");
}

/** Why there is no score: of most seeds. @param {readonly (number | null)[]} shares each seed's */
function overflowWords(shares) {
  const seeds = shares.flatMap((share, seed) => (share === null ? [seed] : []));
  if (seeds.length === shares.length) return "its numbers overflowed with every seed. A lower rate may hold.";
  return `its numbers overflowed with seeds ${seeds.join(" and ")}, and the middle one of three counts. A lower rate may hold.`;
}

/**
 * How an entry stands.
 *
 * @param {BoardEntry} entry
 * @param {{done: number, expected: number | null, of: number}} now `of`: how many have a score
 */
export function entryWords(entry, { done, expected, of }) {
  const { state, place, score, tested, validation, test, rank, failed } = entry;
  if (state === "failed") return `${failed} It has no score: train it again.`;
  if (state === "queued") return place ? `It waits for its turn, at place ${place} of those that do.` : "It waits for its turn.";
  if (state === "training") return `It trains with three seeds: ${percent(done, 0)} of all steps.`;
  if (score === null) return `No score: ${overflowWords(validation ?? [])}`;
  const guess = expected === null ? "" : ` You expected ${percent(expected)}: it is ${points(score, expected)}.`;
  const scored = `Score ${percent(score)} of the validation digits (seeds 0, 1, 2: ${seedWords(validation ?? [])}). Place ${rank} of ${count(of)}.${guess}`;
  if (state === "scored") return `${scored} Its last test is being taken.`;
  if (tested === null) return `${scored} Its models are gone, so that it has no last test.`;
  return `${scored} On the digits kept apart it reads ${percent(tested)} (${seedWords(test ?? [])}): ${points(tested, score)}.`;
}
