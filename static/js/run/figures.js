// How well the run reads at the moment that is shown: the accuracy in large, of what, and what one gets without learning.

import { element } from "../shell/element.js";
import { count, percent } from "../shell/format.js";

/** @typedef {import("./run-at.js").RunAt} RunAt */

/**
 * @param {HTMLElement} root is filled
 * @param {{run: RunAt, painter: import("../shell/painter.js").Painter}} context
 * @param {{signal: AbortSignal}} options
 */
export function mountFigures(root, { run, painter }, { signal }) {
  const accuracy = element("p", "accuracy-figure");
  const words = element("p", "accuracy-words");
  const comparison = element("p", "accuracy-baseline");
  root.append(accuracy, element("div", "accuracy-about", words, comparison));

  const paint = painter.add(() => {
    const { started, active } = run;
    const value = run.accuracy;
    accuracy.textContent = percent(value);
    accuracy.toggleAttribute("data-empty", Number.isNaN(value));
    comparison.textContent = started ? `without learning: ${percent(started.baseline.l1)}` : "";
    comparison.title = "By asking which is nearer: the average 3 or the average 7 (L1, the mean of all differences).";
    if (!started) words.textContent = "";
    else if (!Number.isNaN(value)) words.textContent = `of ${count(started.valid_images)} unseen digits`;
    else if (active || !run.live) words.textContent = "known after the first epoch";
    else words.textContent = "it ended before its first epoch did";
  });
  signal.addEventListener("abort", run.subscribe(({ type }) => type !== "Steps" && type !== "Weights" && paint()));
  paint();
}
