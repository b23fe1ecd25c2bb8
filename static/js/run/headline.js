// What is happening, in a sentence.

import { count, duration, isolated, quoted } from "../shell/format.js";

/** @typedef {import("./run-at.js").RunAt} RunAt */

/**
 * @param {RunAt} run
 * @param {{stale?: boolean}} [options] `stale`: there is no connection, so a run that goes on may stand otherwise by now
 * @returns {string}
 */
export function headline(run, { stale = false } = {}) {
  const words = stale && run.state === "running" ? "Learning." : happening(run); // there is room for a few words
  return stale && run.live && run.active ? `Last known: ${words.charAt(0).toLowerCase()}${words.slice(1)}` : words;
}

/** @param {RunAt} run @returns {string} */
function happening(run) {
  const { state, step, summary, started, log } = run;
  const name = isolated(run.name);
  if (run.live && log.lost) return "Its worker was lost.";
  if (!run.live) return step ? `${name} as it was after step ${count(step)}.` : `${name} before its first step.`;
  switch (state) {
    case "none":
      return "Nothing has been trained yet.";
    case "queued":
      return log.place === 1 ? "Getting ready." : `${quoted(run.name)} waits for its turn.`;
    case "running":
      return `Learning ${how(run)}.`;
    case "paused":
      return `Paused after step ${count(step)}.`;
    case "finished":
      if (started && run.accuracy < started.baseline.l1) return "It ended no better than the average images.";
      return `It has learned in ${duration(summary?.seconds)}.`;
    case "stopped":
      return step ? `Stopped after step ${count(step)}.` : "Stopped before it began.";
    case "failed":
      return "This run failed.";
    case "interrupted":
      return "This run was interrupted.";
  }
}

/**
 * What goes with the sentence.
 *
 * @param {RunAt} run
 */
export function detail({ state, name, step, live, active, log }) {
  if (!live) return active ? `It ${state === "paused" ? "is paused" : "goes on"} meanwhile. “Live” returns.` : "";
  const { place, reason } = log;
  if (state === "queued" && place) {
    return place === 1
      ? `${quoted(name)} starts in a few seconds, or when the run before it has ended.`
      : `It has place ${place} in the queue and starts by itself.`;
  }
  if (log.lost) return `Another goes on after step ${count(step)}.`;
  if (state === "failed" || state === "interrupted") {
    return `${sentence(reason)}${step ? " Everything up to there is kept." : ""}`;
  }
  if (state === "none") return "Press “New run” and choose a recipe.";
  return isolated(name);
}

/** @param {string} words */
export function sentence(words) {
  const text = words.charAt(0).toUpperCase() + words.slice(1);
  return /[.!?]$/.test(text) || !text ? text : `${text}.`;
}

/** In few words: its recipe tells the rest. @param {RunAt} run */
function how({ recipe }) {
  if (recipe?.model === "linear") return "with a single layer";
  if (recipe?.model === "two_linear") return "without a bend";
  const units = Number(recipe?.hidden);
  return units === 1 ? "with 1 hidden unit" : `with ${units} hidden units`;
}
