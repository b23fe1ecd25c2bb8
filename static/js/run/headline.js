// What is happening, in a sentence.

import { count, duration } from "../shell/format.js";

/** @typedef {import("./run-store.js").RunStore} RunStore */

/**
 * @param {RunStore} store
 * @returns {string}
 */
export function headline(store) {
  const { state, name, step, epochs, summary, started } = store;
  const accuracy = epochs.valid_accuracy.at(-1);
  switch (state) {
    case "none":
      return "Nothing has been trained yet.";
    case "queued":
      return `“${name}” waits for its turn.`;
    case "running":
      return `${subject(store)} is learning to tell a 3 from a 7.`;
    case "paused":
      return `Learning is paused after step ${count(step)}.`;
    case "finished":
      if (started && accuracy < started.baseline.l1) return "It has finished, and reads no better than the average images do.";
      return `In ${duration(summary?.seconds)} it has learned to tell a 3 from a 7.`;
    case "stopped":
      return step ? `Learning was stopped after step ${count(step)}.` : "This run was stopped before it began.";
    case "failed":
      return "This run failed.";
    case "interrupted":
      return "This run was interrupted.";
  }
}

/**
 * What goes with the sentence; empty where nothing does.
 *
 * @param {RunStore} store
 */
export function detail({ state, place, reason, step }) {
  if (state === "queued" && place) {
    return place === 1
      ? "It is the next to start: in a moment, or when the run before it has ended."
      : `It has place ${place} in the queue and starts by itself.`;
  }
  if (state === "failed" || state === "interrupted") {
    return `${sentence(reason)}${step ? " Everything up to there is kept." : ""}`;
  }
  if (state === "none") return "Choose a recipe below and press “Start”.";
  return "";
}

/** @param {string} words */
export function sentence(words) {
  const text = words.charAt(0).toUpperCase() + words.slice(1);
  return /[.!?]$/.test(text) || !text ? text : `${text}.`;
}

/** @param {RunStore} store */
function subject({ recipe }) {
  const units = Number(recipe?.hidden);
  if (recipe?.model === "linear") return "A network of a single layer";
  const size = units === 1 ? "1 hidden unit" : `${units} hidden units`;
  return recipe?.model === "two_linear" ? `A network of two plain layers and ${size}` : `A network of ${size}`;
}
