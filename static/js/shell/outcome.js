import { element } from "./element.js";
import { problemWords } from "./toasts.js";

/** @import { ProblemError } from "./problem.js" */

/**
 * A place below controls for what came of the last press on one of them: it pushes nothing above it, and is read out.
 *
 * @param {HTMLElement} root gets it
 * @param {string} [look] classes of the outcome
 */
export function mountOutcome(root, look = "") {
  const outcome = element("p", `outcome ${look}`.trim());
  outcome.setAttribute("role", "status");
  const problem = element("div", "outcome-problem");
  problem.setAttribute("role", "alert");
  root.append(outcome, problem);
  return {
    /** @param {(Node | string)[]} words none: it is empty again */
    show(...words) {
      problem.replaceChildren();
      outcome.replaceChildren(...words);
    },
    /** @param {ProblemError} failed */
    fail(failed) {
      outcome.replaceChildren();
      problem.replaceChildren(problemWords(failed));
    },
  };
}
