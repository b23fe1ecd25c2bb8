// A message in the page's flow, that screen readers announce.

import { element } from "./element.js";

/**
 * @param {HTMLElement} root its content is replaced
 * @param {import("./problem.js").ProblemError | null} problem null takes the message away
 */
export function showProblem(root, problem) {
  root.setAttribute("role", "alert");
  root.replaceChildren();
  if (!problem) return;
  const words = problem.detail ? ` ${problem.detail}` : "";
  const shown = element("p", "message problem", element("strong", "", `${problem.title}.`), words);
  shown.dataset.status = String(problem.status);
  root.append(shown);
}

/**
 * Takes away what was said of a server that could not be reached, now that it can.
 *
 * @param {Document} document
 */
export function forgetOutage(document) {
  for (const shown of document.querySelectorAll('.message.problem[data-status="0"]')) shown.remove();
}

/**
 * @param {HTMLElement} root its content is replaced
 * @param {...(Node | string)} words none take the message away
 */
export function showMessage(root, ...words) {
  root.setAttribute("role", "status");
  root.replaceChildren(...(words.length ? [element("p", "message", ...words)] : []));
}
