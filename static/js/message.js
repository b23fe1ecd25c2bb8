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
  root.append(element("p", "message problem", element("strong", "", `${problem.title}.`), words));
}

/**
 * @param {HTMLElement} root its content is replaced
 * @param {...(Node | string)} words none take the message away
 */
export function showMessage(root, ...words) {
  root.setAttribute("role", "status");
  root.replaceChildren(...(words.length ? [element("p", "message", ...words)] : []));
}
