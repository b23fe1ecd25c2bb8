// Is it as often right as it says? Sureness against the share that was right, in bins.

import { Graph } from "../lessons/graph.js";
import { element } from "../shell/element.js";
import { count, percent } from "../shell/format.js";
import { tableOf } from "./table.js";
import { pointsWithInterval, reliabilityWords } from "./words.js";

/** @typedef {import("../wire.js").Measured} Measured */

const LOW = 0.04; // of the graph's height: where the counts stand

/**
 * @param {HTMLElement} root is filled
 * @param {{signal: AbortSignal}} options
 * @returns {(measured: Measured) => void} shows it
 */
export function mountReliability(root, { signal }) {
  const box = element("div", "graph-box");
  const words = element("p", "");
  const table = element("div", "");
  root.append(box, words, table);
  const graph = new Graph(box, {
    label: "How often it was right, by how sure it was",
    x: { min: 0.5, max: 1, label: "How sure it was of 3 or 7", format: (value) => percent(value, 0) },
    y: { min: 0, max: 1, label: "Right", format: (value) => percent(value, 0) },
  }, { signal });

  return ({ reliability, calibration_error }) => {
    const filled = reliability.flatMap(({ right, confidence, ...bin }) => (right && confidence !== null ? [{ ...bin, right, confidence }] : []));
    graph.show([
      { kind: "line", ink: "soft", dash: true, points: [[0.5, 0.5], [1, 1]] },
      ...filled.map(({ confidence, right }) => /** @type {const} */ ({ kind: "line", ink: "soft", points: [[confidence, right.low], [confidence, right.high]] })),
      { kind: "dots", ink: "ink", points: filled.map(({ confidence, right }) => /** @type {const} */ ([confidence, right.value])) },
      ...filled.map(({ low, high, count: images }) => /** @type {const} */ ({ kind: "words", ink: "soft", x: (low + high) / 2, y: LOW, words: count(images) })),
    ]);
    const most = reliability.reduce((one, other) => (other.count > one.count ? other : one));
    const rest = filled.filter((bin) => bin.low !== most.low);
    const [images, hits] = [rest.reduce((sum, bin) => sum + bin.count, 0), rest.reduce((sum, bin) => sum + bin.right.hits, 0)];
    const others = images ? ` Of the other ${count(images)}, ${count(hits)} were.` : "";
    words.textContent = `${reliabilityWords(most)}${others} On the dashed line it would be right as often as it is sure; above it is too modest, below too sure. The numbers at the bottom count the digits, the strokes are 95 % intervals. On average the two are ${pointsWithInterval(calibration_error)} apart.`;
    graph.describe(filled.map(reliabilityWords).join(" "));
    table.replaceChildren(tableOf({
      summary: "The bins as a table",
      head: ["How sure", "Digits", "in the mean", "Right", "95 % interval"],
      rows: reliability.map(({ low, high, count: images, confidence, right }) => [
        `${Math.round(100 * low)}–${Math.round(100 * high)}\u00a0%`, count(images), percent(confidence, 1), right ? `${count(right.hits)}, ${percent(right.value, 1)}` : "–", right ? `${(100 * right.low).toFixed(1)}–${(100 * right.high).toFixed(1)}\u00a0%` : "–",
      ]),
    }));
  };
}
