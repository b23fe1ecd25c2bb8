// Which runs of a list are shown, and in which order: read from the page's address, and written there.

import { ACTIVE, secondsTaken } from "./listed-run.js";
import { recipeDifferences } from "./recipe-words.js";

/** @typedef {import("../wire.js").Run} Run */
/** @typedef {"started" | "name" | "state" | "accuracy" | "took"} SortKey */

/**
 * @typedef {object} Query
 * @property {string} q words that all stand in a run's name, id, state, preset or what is particular of its recipe
 * @property {string} state one of a run's states, or "active": any in which it can still go on; "": all
 * @property {string} preset a preset's name; "": all
 * @property {string} sweep a sweep's id; "": all
 * @property {SortKey} sort
 * @property {boolean} down greatest, newest or latest first
 */

/** Newest first. @type {Readonly<Query>} */
export const EVERY = Object.freeze({ q: "", state: "", preset: "", sweep: "", sort: "started", down: true });

/** Which way each order goes unless it is turned round. @type {Record<SortKey, boolean>} */
export const DOWN_FIRST = { started: true, name: false, state: false, accuracy: true, took: true };

/** As in the list of states: what goes on comes first. */
const STATES = ["running", "paused", "queued", "failed", "interrupted", "stopped", "finished"];

/**
 * @param {string} search an address's query, what is not known in it is passed over
 * @returns {Query}
 */
export function readQuery(search) {
  const from = new URLSearchParams(search);
  const text = (/** @type {string} */ key) => (from.get(key) ?? "").slice(0, 200);
  const sort = text("sort").replace(/^-/, "");
  const known = /** @type {SortKey} */ (Object.hasOwn(DOWN_FIRST, sort) ? sort : EVERY.sort);
  const state = text("state");
  return {
    q: text("q"),
    state: state === "active" || STATES.includes(state) ? state : "",
    preset: text("preset"),
    sweep: text("sweep"),
    sort: known,
    down: known === sort ? text("sort").startsWith("-") : EVERY.down,
  };
}

/**
 * @param {Query} query
 * @returns {string} begins with "?", or is empty
 */
export function writeQuery({ q, state, preset, sweep, sort, down }) {
  const to = new URLSearchParams();
  for (const [key, value] of Object.entries({ q: q.trim(), state, preset, sweep })) if (value) to.set(key, value);
  if (sort !== EVERY.sort || down !== EVERY.down) to.set("sort", (down ? "-" : "") + sort);
  const text = to.toString();
  return text && `?${text}`;
}

/** @param {Query} query whether it leaves out any run */
export function narrows({ q, state, preset, sweep }) {
  return Boolean(q.trim() || state || preset || sweep);
}

/** @param {string} state @param {string} wanted "active", a state, or "" for all */
export function inState(state, wanted) {
  return !wanted || (wanted === "active" ? ACTIVE.has(state) : state === wanted);
}

/** @type {WeakMap<Run, string>} */
const texts = new WeakMap();

/** @param {Run} run */
function searched(run) {
  let text = texts.get(run);
  if (text === undefined) {
    const { name, id, state, preset, recipe, sweep } = run;
    const words = recipeDifferences(recipe).map((difference) => difference.words);
    text = plain([name, id, state, preset, sweep && "sweep", ...words].join("\n"));
    texts.set(run, text);
  }
  return text;
}

/** In lower case and without accents. @param {string} text */
function plain(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

/**
 * The runs that the query asks for, without regard to their state.
 *
 * @param {Run[]} runs
 * @param {Query} query
 * @param {Map<string, string>} titles of presets by their names
 */
export function asked(runs, { q, preset, sweep }, titles) {
  const words = plain(q).split(/\s+/).filter(Boolean);
  const entitled = new Map([...titles].map(([name, title]) => [name, plain(title)]));
  return runs.filter(
    (run) =>
      (!preset || run.preset === preset) &&
      (!sweep || run.sweep === sweep) &&
      words.every((word) => searched(run).includes(word) || entitled.get(run.preset ?? "")?.includes(word)),
  );
}

const BY_NAME = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** What is absent comes last, whichever way. @type {Record<SortKey, (run: Run) => number | string | null | undefined>} */
const KEYS = {
  started: ({ created }) => created,
  name: ({ name }) => name,
  state: ({ state }) => STATES.indexOf(state),
  accuracy: ({ summary }) => summary.valid_accuracy,
  took: secondsTaken,
};

/**
 * @param {Run[]} runs newest first, as they stay where they are equal
 * @param {Pick<Query, "sort" | "down">} query
 */
export function sorted(runs, { sort, down }) {
  if (sort === "started") return down ? runs : runs.toReversed();
  const turn = down ? -1 : 1;
  const keyed = runs.map((run) => ({ run, key: KEYS[sort](run) ?? null }));
  keyed.sort((one, other) => {
    if (one.key === null || other.key === null) return Number(one.key === null) - Number(other.key === null);
    if (typeof one.key === "string") return turn * BY_NAME.compare(one.key, String(other.key));
    return turn * (one.key - Number(other.key));
  });
  return keyed.map(({ run }) => run);
}
