// Questions that a part of the draw page has of its own, beside the page's reading.

/** @import { Reading } from "../ink/predict.js" */
/** @import { ProblemError } from "../shell/problem.js" */
import { watchSight } from "../shell/sight.js";

/** Milliseconds between two questions at least. */
const EVERY = 150;

/**
 * Asks again soon after `due` was called, at most one question at a time; none while the part is out of sight, or in a
 * hidden tab.
 *
 * @param {HTMLElement} root what has to be in sight
 * @param {() => Promise<Reading | null> | null} ask null: there is nothing to ask
 * @param {{ show: (reading: Reading | null) => void, fail: (problem: ProblemError) => void }} view `show(null)`: nothing
 *   was asked
 * @param {{ signal: AbortSignal }} options
 * @returns {{ due: () => void }}
 */
export function askWhileSeen(root, ask, { show, fail }, { signal }) {
  let due = false;
  let busy = false;
  let seen = false;
  let asked = -Infinity;
  let timer = 0;

  function schedule() {
    if (!due || busy || timer || !seen || document.hidden || signal.aborted) return;
    timer = window.setTimeout(send, Math.max(0, asked + EVERY - performance.now()));
  }

  async function send() {
    timer = 0;
    if (!due || !seen || document.hidden) return;
    due = false;
    const answer = ask();
    if (!answer) return show(null);
    busy = true;
    asked = performance.now();
    try {
      const reading = await answer;
      if (reading) show(reading);
    } catch (error) {
      fail(/** @type {ProblemError} */ (error));
    } finally {
      busy = false;
      schedule();
    }
  }

  watchSight(root, (now) => {
    seen = now;
    schedule();
  }, { signal, margin: "200px" });
  document.addEventListener("visibilitychange", schedule, { signal });
  signal.addEventListener("abort", () => window.clearTimeout(timer));
  return {
    due() {
      due = true;
      schedule();
    },
  };
}
