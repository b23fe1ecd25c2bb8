// What stands in the place of the list of runs while there is nothing to list.

import { button, element } from "../shell/element.js";
import { root as base } from "../shell/root.js";
import { clearFilters } from "./run-filters.js";
import { narrows } from "./run-query.js";

/** @typedef {import("./run-view.js").RunView} RunView */

const UNNOTICED = 400; // milliseconds: an answer that comes sooner needs no word

/**
 * @param {HTMLElement} root is filled
 * @param {{view: RunView, onRetry: () => void}} context
 * @param {{signal: AbortSignal}} options
 * @returns {{fail: (problem: import("../shell/problem.js").ProblemError | null) => void}} says why the list could not be
 *   fetched; null: it could
 */
export function mountListInstead(root, { view, onRetry }, { signal }) {
  const { known } = view;
  /** @type {import("../shell/problem.js").ProblemError | null} */
  let failed = null;
  let slow = false;
  let shown = "";
  root.setAttribute("role", "status");
  const timer = window.setTimeout(() => {
    slow = true;
    show();
  }, UNNOTICED);
  signal.addEventListener("abort", () => window.clearTimeout(timer));

  const link = () => {
    const made = element("a", "button primary", "Start the first one");
    made.href = `${base}/?preset=textbook`;
    return made;
  };
  /** @type {Record<string, () => (Node | string)[]>} */
  const kinds = {
    nothing: () => [],
    loading: () => [element("p", "lede", "Fetching the runs …")],
    failed: () => [
      element("p", "lede", failed?.title ?? "", failed?.title.endsWith(".") ? "" : "."),
      element("p", "soft", failed?.detail ?? ""),
      button("Try again", "", onRetry),
    ],
    none: () => [element("p", "lede", "No run is kept yet."), link()],
    unmatched: () => [
      element("p", "lede", "No run is like that."),
      button("Show all runs", "", () => clearFilters(view)),
    ],
  };
  const kind = () => {
    if (view.order.length) return "nothing";
    if (!known.complete) return failed ? "failed" : slow ? "loading" : "nothing";
    return known.size && narrows(view.query) ? "unmatched" : "none";
  };
  const show = () => {
    const now = kind();
    if (now === shown && now !== "failed") return;
    shown = now;
    root.className = now === "nothing" ? "" : "runs-empty";
    root.replaceChildren(...(kinds[now] ?? kinds.nothing ?? (() => []))());
  };
  signal.addEventListener("abort", view.subscribe(({ type }) => type !== "selection" && show()));
  show();
  return {
    fail: (problem) => {
      failed = problem;
      show();
    },
  };
}
