// Accuracy and loss along one weight of a trained network, and a run that was trained on accuracy.

import { DigitRow } from "../ink/digit-row.js";
import { fetchNetwork, fetchParameters } from "../model/kept-model.js";
import { PIXELS, sigmoid } from "../model/network.js";
import { element, part } from "../shell/element.js";
import { count, percent, plain } from "../shell/format.js";
import { ProblemError } from "../shell/problem.js";
import { AlongWeight, allSums } from "./along-weight.js";
import { Graph } from "./graph.js";
import { openLesson } from "./lesson.js";
import { mountChoice, mountSlider } from "../forms/slider.js";

const REACH = 2; // how far the weight is moved, at most
const POINTS = 400;
const HASTY = 50; // while a slider moves, so that it follows within a frame
const REST = 150; // milliseconds without a move, after which the curve has all its points

const { signal, state, prediction, trials, digits, painter } = openLesson(window, {
  defaults: { change: 0.1, zoom: 1, unit: 7, row: 8, column: 12 },
});

/** @type {{run: string, along: AlongWeight, all: import("./along-weight.js").AllSums} | null} */
let loaded = null;
let moved = 0; // when a slider was moved, as `performance.now()` counts
let resting = 0;

const show = painter.add(paint);
trials.ask("network", { onChange: waited });
trials.ask("accuracy", { onChange: ({ complete, members }) => complete && compare(members[0]) });
prediction.subscribe(show);

mountChoice(part("zoom"), {
  label: "Zoom",
  options: [1, 10, 100].map((value) => ({ value, label: `${value} ×` })),
  ...state.control("zoom"),
}, { signal });
const slider = mountSlider(part("change"), { label: "Added to the weight", min: -REACH, max: REACH, step: 0.001, ...state.control("change") }, { signal });
for (const [name, label, max] of /** @type {const} */ ([["unit", "Unit", 29], ["row", "Row", 27], ["column", "Column", 27]])) {
  const root = element("div", "");
  part("which").append(root);
  mountSlider(root, { label, min: 0, max, step: 1, whole: true, ...state.control(name) }, { signal });
}
const row = new DigitRow("Digits whose verdict has changed", signal);
part("flipped").append(row.root);

const x = { min: -REACH, max: REACH, label: "Added to the weight", format: plain };
const accuracy = new Graph(part("accuracy"), { label: "Accuracy along the weight", x, y: { min: 0, max: 1, label: "Accuracy" } }, { signal });
const loss = new Graph(part("loss"), { label: "Loss along the weight", x, y: { min: 0, max: 1, label: "Loss" } }, { signal });

state.subscribe((changed) => {
  moved = performance.now();
  window.clearTimeout(resting);
  resting = window.setTimeout(show, REST);
  if (loaded && ["unit", "row", "column"].includes(changed)) loaded.along = alongChosen(loaded.all);
  if (changed === "zoom") slider.set(state.number("change"));
  show();
});

/** @param {import("./trials.js").Trial} trial */
async function waited({ complete, waiting, members }) {
  if (loaded) return;
  part("source").textContent = waiting || "Reading 2,038 digits …";
  if (!complete) return;
  try {
    const [{ run, recipe }] = members;
    const all = allSums(...(await Promise.all([fetchNetwork(run, recipe), digits.get()])));
    loaded = { run, all, along: alongChosen(all) };
    show();
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    part("source").textContent = `${error.title}. ${error.detail}`;
  }
}

/** @param {import("./along-weight.js").AllSums} all */
function alongChosen(all) {
  return new AlongWeight(all, Math.min(29, state.number("unit")), (28 * state.number("row") + state.number("column")) % PIXELS);
}

function paint() {
  if (!loaded) return;
  const { along, all: { digits: all }, run } = loaded;
  const change = state.number("change");
  const half = REACH / state.number("zoom");
  const middle = state.number("zoom") === 1 ? 0 : change;
  const hasty = performance.now() < moved + REST - 1 && !along.has(middle - half, middle + half, POINTS);
  const curve = along.curve(middle - half, middle + half, hasty ? HASTY : POINTS);
  const axis = { ...x, min: middle - half, max: middle + half };
  accuracy.setAxes({ x: axis, y: around(curve.map((each) => each.accuracy), 1 / all.count, "Accuracy", (value) => percent(value, 2)) });
  loss.setAxes({ x: axis, y: around(curve.map((each) => each.loss), 1e-7, "Loss", (value) => value.toPrecision(5)) });
  const now = along.at(change);
  accuracy.show([
    { kind: "line", ink: "ink", point: "zero", points: curve.map((each) => [each.change, each.accuracy]) },
    { kind: "rule", x: change, ink: "soft", dash: true },
    { kind: "dots", ink: "ink", size: 5, points: [[change, now.accuracy]] },
  ]);
  loss.show([
    { kind: "line", ink: "ink", points: curve.map((each) => [each.change, each.loss]) },
    { kind: "rule", x: change, ink: "soft", dash: true },
    { kind: "dots", ink: "ink", size: 5, points: [[change, now.loss]] },
  ]);
  const before = along.at(0);
  const flipped = along.flipped(change);
  const expected = prediction.number("changed");
  const words = [
    `${plain(change).replace("-", "−")} added to one weight (unit ${state.number("unit")}, row ${state.number("row")}, column ${state.number("column")}): ${flipped.length === 0 ? "no verdict changes" : `${flipped.length} of ${count(all.count)} verdicts change`}.`,
    expected !== null && change === 0.1 ? `You expected ${expected}.` : "",
    `Accuracy is ${percent(now.accuracy)}, before ${percent(before.accuracy)}. The loss moves by ${(now.loss - before.loss).toExponential(1).replaceAll("-", "−")}.`,
  ].filter(Boolean).join(" ");
  part("words-now").textContent = words;
  accuracy.describe(words);
  loss.describe(words);
  row.show(flipped.slice(0, 8).map((i) => {
    const p = sigmoid(along.logit(i, change));
    return { key: String(i), pixels: all.bytes(i), words: `P(3) ${p.toFixed(2)}`, name: `A ${all.labels[i]} that is now read as a ${p > 0.5 ? 3 : 7}`, press: null };
  }));
  part("source").textContent = `All ${count(all.count)} validation digits, read here with the parameters of run ${run} after its last step. The curves are drawn from ${POINTS + 1} points; where one must be drawn anew as you move, from ${HASTY + 1} until you rest.`;
}

/** @param {number[]} values @param {number} least @param {string} label @param {(value: number) => string} format */
function around(values, least, label, format) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = Math.max(least, (high - low) * 0.15);
  return { min: low - room, max: high + room, label, format };
}

/** @param {import("./trials.js").Member} member */
async function compare(member) {
  if (part("stuck").textContent) return;
  try {
    const [first, last] = await Promise.all([fetchParameters(member.run, 0), fetchParameters(member.run)]);
    const same = first.filter((value, i) => Object.is(value, last[i])).length;
    part("stuck").textContent = `Trained on accuracy (run ${member.run}, ${count(member.log.steps)} steps): ${count(same)} of ${count(first.length)} parameters are at its end what they were at its start, and it reads ${percent(member.log.accuracy)} rightly, as before.`;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    part("stuck").textContent = `${error.title}. ${error.detail}`;
  }
}

