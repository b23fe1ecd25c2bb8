// A run as lists have it: compact pages leave out what most runs share, and here it is put back.

/** @typedef {import("../wire.js").Run} Run */
/** @typedef {Partial<Omit<Run, "summary">> & Pick<Run, "id" | "name" | "state" | "created" | "steps"> & {recipe: Run["recipe"], summary?: Partial<Run["summary"]>}} CompactRun */

/** States in which a run can still go on. */
export const ACTIVE = new Set(["queued", "running", "paused"]);

/** @type {Omit<Run, "id" | "name" | "state" | "recipe" | "created" | "steps" | "learning_rate">} */
const COMMON = {
  preset: null,
  sweep: null,
  origin: "person",
  learner: null,
  device: null,
  started: null,
  ended: null,
  step: 0,
  epoch: 0,
  seq: 0,
  place: null,
  learning_rate_changed: false,
  steps_per_second: null,
  pace: null,
  summary: {},
  error: null,
  diverged: false,
  models_removed: false,
  recipe_key: "",
};

/**
 * @param {CompactRun} run
 * @returns {Run} but for `recipe_key`, which compact pages do not have, and fields of the recipe that are the textbook's
 */
export function filledIn(run) {
  return { ...COMMON, learning_rate: run.recipe.learning_rate ?? 0.1, ...run, summary: run.summary ?? {} };
}

/**
 * How long it has trained; null where it never started.
 *
 * @param {Pick<Run, "summary" | "started" | "ended">} run
 */
export function secondsTaken({ summary, started, ended }) {
  if (summary.seconds != null) return summary.seconds;
  return started !== null && ended !== null ? Math.max(0, ended - started) : null;
}
