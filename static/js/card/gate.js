// What refusing costs: the 3s and 7s that are refused against the other digits that are let through, at any threshold.

import { fillHowSure, nearest } from "../ink/how-sure.js";
import { Graph } from "../lessons/graph.js";
import { element } from "../shell/element.js";
import { percent } from "../shell/format.js";
import { tableOf } from "./table.js";

/** @typedef {import("../wire.js").GateCurve} GateCurve */

const LISTED = [1, 0.995, 0.99, 0.98, 0.97, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5];

/**
 * @param {HTMLElement} root is filled
 * @param {{keep: number | undefined, onKeep: (keep: number | undefined) => void}} context `keep`: the share of 3s and 7s
 *   that passes at first; undefined: as many as usually
 * @param {{signal: AbortSignal}} options
 * @returns {(curve: GateCurve) => void} shows it; there is one for all networks
 */
export function mountGate(root, { keep: first, onKeep }, { signal }) {
  const slider = element("div", "");
  const box = element("div", "graph-box");
  const table = element("div", "");
  root.append(slider, box, table);
  const graph = new Graph(box, {
    label: "Other digits let through, by 3s and 7s refused",
    x: { min: 0, max: 50, label: "Refused of 100 3s and 7s" },
    y: { min: 0, max: 1, label: "Let through of 100 other digits" },
  }, { signal });
  let filled = false;

  /** @param {GateCurve} curve @param {number} keep */
  function paint({ kept, let_through }, keep) {
    const points = kept.map((share, i) => /** @type {const} */ ([100 * (1 - share), 100 * let_through[i]]));
    const at = points[nearest(kept, keep)];
    graph.setAxes({ y: { min: 0, max: Math.max(1, ...points.map(([, y]) => y)), label: "Let through of 100 other digits" } });
    graph.show([
      { kind: "line", ink: "ink", points },
      { kind: "dots", ink: "ink", points: [at], size: 6 },
      { kind: "flag", ink: "ink", x: at[0], label: "here" },
    ]);
    graph.describe(slider.querySelector(".how-sure-words")?.textContent ?? "");
  }

  return (curve) => {
    if (filled) return;
    filled = true;
    fillHowSure(slider, {
      curve,
      keep: first,
      onChange: (keep) => {
        paint(curve, keep ?? curve.usual);
        onKeep(keep);
      },
    });
    paint(curve, first ?? curve.usual);
    const listed = LISTED.map((keep) => nearest(curve.kept, keep));
    table.replaceChildren(tableOf({
      summary: "The curve as a table",
      head: ["Kept of the 3s and 7s", "Refused", "Others let through"],
      rows: listed.map((i) => [percent(curve.kept[i], 1), percent(1 - curve.kept[i], 1), percent(curve.let_through[i], 1)]),
    }));
  };
}
