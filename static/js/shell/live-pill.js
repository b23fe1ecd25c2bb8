// The run that trains now, on every page: its name and accuracy, and the way to it.

import { element } from "./element.js";
import { isolated, percent } from "./format.js";
import { ProblemError, request } from "./problem.js";

/** @import { Run } from "../wire.js" */
/** @typedef {import("../run/stream.js").Stream} Stream */

const NEWEST = 30; // runs to look through for one that trains; behind a longer queue it shows at its next change
const TRAINING = new Set(["running", "paused"]);
const WORDS = { running: "Live", paused: "Paused", finished: "Finished", stopped: "Stopped", failed: "Failed", interrupted: "Interrupted", queued: "Waits" };

/**
 * Shows the run that started last while it trains; what became of it is shown until the page is left.
 *
 * @param {HTMLAnchorElement} root is filled
 * @param {{stream: Stream}} context
 * @param {{signal?: AbortSignal}} [options]
 */
export function mountLivePill(root, { stream }, { signal } = {}) {
  const state = element("span", "live-pill-state");
  const name = element("span", "live-pill-name");
  const accuracy = element("span", "live-pill-accuracy");
  root.replaceChildren(element("span", "live-pill-dot"), state, name, accuracy);
  /** @type {Run | null} */
  let shown = null;
  let stale = false;

  const show = () => {
    root.hidden = !shown;
    if (!shown) return;
    root.dataset.state = shown.state;
    root.toggleAttribute("data-stale", stale);
    state.textContent = stale ? "Last known" : WORDS[shown.state];
    name.textContent = isolated(shown.name);
    root.title = isolated(shown.name);
    accuracy.textContent = shown.summary.valid_accuracy == null ? "" : percent(shown.summary.valid_accuracy, 1);
  };

  const take = (/** @type {Run} */ run) => {
    shown = newer(shown, run);
    show();
  };

  const refresh = async () => {
    try {
      /** @type {{runs: Run[]}} */
      const { runs } = await request("GET", `/api/runs?limit=${NEWEST}`);
      if (shown && !runs.some(({ id }) => id === shown?.id)) shown = null; // deleted, or long ago
      for (const run of runs) take(run);
      show();
    } catch (problem) {
      if (!(problem instanceof ProblemError)) throw problem; // the connection's state tells of it
    }
  };

  const onDeleted = (/** @type {string} */ id) => {
    if (shown?.id !== id) return;
    shown = null;
    refresh();
  };
  const ends = [
    stream.watchList({ onOpen: refresh, onRun: take, onDeleted }, { aside: true }),
    stream.watchState((now) => {
      stale = now === "reconnecting";
      show();
    }),
  ];
  signal?.addEventListener("abort", () => ends.forEach((end) => end()));
}

/**
 * Which of two runs the pill shows: the one that started last, of those that train or did when it came to be shown.
 *
 * @param {Run | null} shown
 * @param {Run} run
 * @returns {Run | null}
 */
export function newer(shown, run) {
  if (run.id === shown?.id) return run.seq < shown.seq ? shown : run;
  if (run.origin === "lesson" || !TRAINING.has(run.state)) return shown;
  if (!shown || !TRAINING.has(shown.state)) return run;
  return (run.started ?? 0) >= (shown.started ?? 0) ? run : shown;
}
