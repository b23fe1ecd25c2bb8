// A curve that a reader draws as a prediction: native sliders that stand upright side by side, and a line through them.

import { node } from "./graph.js";

/**
 * @param {HTMLElement} root has upright sliders, each in a column of its own; a column without one has a height that is
 *   given, `data-value`, out of that of the sliders
 * @param {import("./prediction.js").Prediction} prediction
 * @param {{signal: AbortSignal}} options
 */
export function bindDrawnCurve(root, prediction, { signal }) {
  const columns = /** @type {HTMLElement[]} */ ([...root.children]);
  const line = node("polyline", { class: "graph-line graph-mine", "vector-effect": "non-scaling-stroke" });
  const svg = node("svg", { class: "drawn-line", viewBox: `0 0 ${columns.length} 1`, preserveAspectRatio: "none", "aria-hidden": "true" }, line);
  root.append(svg);
  const slider = columns.map((each) => each.querySelector("input"));
  const [{ min, max }] = slider.flatMap((each) => (each ? [{ min: Number(each.min), max: Number(each.max) }] : []));
  const draw = () => {
    const heights = columns.map(({ dataset }, i) => slider[i]?.valueAsNumber ?? Number(dataset.value));
    line.setAttribute("points", heights.map((value, i) => `${i + 0.5},${1 - (value - min) / (max - min)}`).join(" "));
  };
  root.addEventListener("input", draw, { signal });
  signal.addEventListener("abort", prediction.subscribe(draw));
  draw();
}
