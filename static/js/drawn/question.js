// Questions that a part of the draw page has of its own, beside the page's reading.

/** @import { Reading } from "../ink/predict.js" */
/** @import { ProblemError } from "../shell/problem.js" */
import { Questions } from "../shell/questions.js";
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
  let [due, seen] = [false, false];
  const questions = new Questions(() => (due && seen ? { put } : null), { every: EVERY, signal });

  async function put() {
    due = false;
    try {
      const answer = ask();
      const reading = answer && (await answer);
      if (reading || !answer) show(reading);
    } catch (error) {
      fail(/** @type {ProblemError} */ (error));
    }
  }

  watchSight(root, (now) => {
    seen = now;
    questions.look();
  }, { signal, margin: "200px" });
  return {
    due() {
      due = true;
      questions.look();
    },
  };
}
