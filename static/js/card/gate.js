// What refusing costs: the 3s and 7s that are refused against the other digits that are let through, at any threshold.

import { Graph } from "../lessons/graph.js";
import { element, uniqueId } from "../shell/element.js";
import { percent } from "../shell/format.js";
import { tableOf } from "./table.js";
import { gateWords, letThrough } from "./words.js";

/** @typedef {import("../wire.js").GateCurve} GateCurve */

const LISTED = [1, 0.995, 0.99, 0.98, 0.97, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5];
const STEP = 0.005;

/**
 * @param {HTMLElement} root is filled
 * @param {{keep: number | null, onKeep: (keep: number, usual: boolean) => void}} context `keep`: where the slider
 *   stands at first; null is where the gate usually does
 * @param {{signal: AbortSignal}} options
 * @returns {(curve: GateCurve) => void} shows it
 */
export function mountGate(root, { keep: first, onKeep }, { signal }) {
  const slider = element("input", "");
  Object.assign(slider, { type: "range", id: uniqueId("keep"), min: "0", max: "0.5", step: String(STEP) });
  const label = element("label", "", "How sure the gate has to be");
  label.htmlFor = slider.id;
  const ends = element("div", "card-ends", element("span", "", "always guess"), element("span", "", "only when sure"));
  ends.setAttribute("aria-hidden", "true");
  const words = element("output", "card-gate-words");
  words.htmlFor.add(slider.id);
  const box = element("div", "graph-box");
  const table = element("div", "");
  root.append(element("div", "card-slider", label, slider, ends), words, box, table);
  const graph = new Graph(box, {
    label: "Other digits let through, by 3s and 7s refused",
    x: { min: 0, max: 50, label: "Refused of 100 3s and 7s" },
    y: { min: 0, max: 1, label: "Let through of 100 other digits" },
  }, { signal });
  /** @type {GateCurve | null} */
  let curve = null;

  function paint() {
    if (!curve) return;
    const keep = 1 - slider.valueAsNumber;
    const said = gateWords(curve, keep);
    words.textContent = `${said}${Math.abs(keep - curve.usual) < STEP / 2 ? " This is where it usually stands." : ""}`;
    slider.setAttribute("aria-valuetext", said);
    const points = curve.kept.map((kept, i) => /** @type {const} */ ([100 * (1 - kept), 100 * (curve?.let_through[i] ?? NaN)]));
    const at = /** @type {const} */ ([100 * (1 - keep), 100 * letThrough(curve, keep)]);
    graph.setAxes({ y: { min: 0, max: Math.max(1, ...points.map(([, y]) => y)), label: "Let through of 100 other digits" } });
    graph.show([
      { kind: "line", ink: "ink", points },
      { kind: "dots", ink: "ink", points: [at], size: 6 },
      { kind: "flag", ink: "ink", x: at[0], label: "here" },
    ]);
    graph.describe(said);
  }

  slider.addEventListener("input", () => {
    paint();
    const keep = Number((1 - slider.valueAsNumber).toFixed(3));
    onKeep(keep, keep === curve?.usual);
  }, { signal });

  return (found) => {
    if (!curve) slider.valueAsNumber = 1 - (first ?? found.usual);
    curve = found;
    paint();
    table.replaceChildren(tableOf({
      summary: "The curve as a table",
      head: ["Kept of the 3s and 7s", "Refused", "Others let through"],
      rows: LISTED.map((keep) => [percent(keep, 1), percent(1 - keep, 1), percent(letThrough(found, keep), 1)]),
    }));
  };
}
