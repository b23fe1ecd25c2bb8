// Accuracy and loss along one weight of a trained network, and a run that was trained on accuracy.

import { DigitRow } from "../ink/digit-row.js";
import { fetchNetwork, fetchParameters } from "../model/kept-model.js";
import { PIXELS, sigmoid } from "../model/network.js";
import { button, element, part } from "../shell/element.js";
import { count, percent, plain } from "../shell/format.js";
import { ProblemError } from "../shell/problem.js";
import { AlongWeight, allSums } from "./along-weight.js";
import { bindDrawnCurve } from "./drawn-curve.js";
import { Graph } from "./graph.js";
import { openLesson } from "./lesson.js";
import { showNumbers } from "./numbers.js";
import { mountChoice, mountSlider } from "../forms/slider.js";

const REACH = 2; // how far the weight is moved, at most
const POINTS = 400;
const HASTY = 50; // while a slider moves, so that it follows within a frame
const RATE = 0.1;
const GUESSED = 0.1; // added to the weight, in the question how many verdicts change
const FIRST = { unit: 7, row: 8, column: 12 }; // the weight that is asked about
/** The points of the curve that a reader draws. */
const DRAWN = /** @type {const} */ ([["less-2", -2], ["less-1", -1], ["more-1", 1], ["more-2", 2]]);
const BESIDE = Array.from({ length: 9 }, (_, i) => (REACH * (i - 4)) / 4); // where the curve beside the drawn one is read
const EDGE = 1e-6; // beside a place where accuracy changes
const REST = 150; // milliseconds without a move, after which the curve has all its points

const { signal, state, prediction, trials, digits, painter } = openLesson(window, {
  defaults: { change: GUESSED, zoom: 1, ...FIRST },
});

/** @type {{run: string, along: AlongWeight, all: import("./along-weight.js").AllSums} | null} */
let loaded = null;
/** Where accuracy changes along the chosen weight, and its points just before and after; null: not looked for yet.
 * @type {{places: number[], edges: (readonly [number, number])[]} | null} */
let turns = null;
let moved = 0; // when a slider was moved, as `performance.now()` counts
let resting = 0;

const show = painter.add(paint);
trials.ask("network", { onChange: waited });
trials.ask("accuracy", { onChange: ({ complete, members }) => complete && compare(members[0]) });
prediction.subscribe(show);
bindDrawnCurve(part("drawn"), prediction, { signal });

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
const flips = element("p", "caption");
part("flipped").append(flips, row.root);

const x = { min: -REACH, max: REACH, label: "Added to the weight", format: plain };
const accuracy = new Graph(part("accuracy"), { label: "Accuracy along the weight", x, y: { min: 0, max: 1, label: "Accuracy" } }, { signal });
const beside = new Graph(part("drawn-beside"), {
  label: "The accuracy that you drew, and the one that came",
  x: { ...x, ticks: [-2, -1, 0, 1, 2] },
  y: { min: 0.5, max: 1.02, label: "Accuracy", ticks: [0.5, 0.75, 1], format: (value) => percent(value, 0) },
}, { signal });
const loss = new Graph(part("loss"), { label: "Loss along the weight", x, y: { min: 0, max: 1, label: "Loss" } }, { signal });

state.subscribe((changed) => {
  moved = performance.now();
  window.clearTimeout(resting);
  resting = window.setTimeout(show, REST);
  if (loaded && changed in FIRST) {
    loaded.along = alongChosen(loaded.all);
    turns = null;
  }
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
  loss.setAxes({ x: axis, y: around(curve.map((each) => each.loss), 1e-7, "Loss, in thousandths", thousandths) });
  const [now, before] = [along.at(change), along.at(0)];
  accuracy.setAxes({ x: axis, y: around(curve.map((each) => each.accuracy), 1 / all.count, "Accuracy", (value) => percent(value, 2)) });
  // Its steps are upright, whatever lies between two points of the curve.
  const within = turnsOf(along).edges.filter(([at]) => Math.abs(at - middle) < half);
  const stair = [...within, ...curve.map((each) => /** @type {const} */ ([each.change, each.accuracy]))].sort(([one], [other]) => one - other);
  accuracy.show([
    { kind: "line", ink: "ink", point: "zero", points: stair },
    { kind: "rule", x: change, ink: "soft", dash: true },
    { kind: "dots", ink: "ink", size: 5, points: [[change, now.accuracy]] },
  ]);
  loss.show([
    { kind: "line", ink: "ink", points: curve.map((each) => [each.change, each.loss]) },
    { kind: "rule", x: change, ink: "soft", dash: true },
    { kind: "dots", ink: "ink", size: 5, points: [[change, now.loss]] },
  ]);
  const flipped = along.flipped(change);
  const expected = prediction.number("changed");
  const words = [
    `${plain(change).replace("-", "−")} added to one weight (unit ${state.number("unit")}, row ${state.number("row")}, column ${state.number("column")}): ${flipped.length === 0 ? "no verdict changes" : `${flipped.length} of ${count(all.count)} verdicts ${flipped.length === 1 ? "changes" : "change"}`}.`,
    expected !== null && change === GUESSED && isFirst() ? `You expected ${expected}.` : "",
    `Accuracy is ${percent(now.accuracy)}, ${now.accuracy !== before.accuracy ? `before ${percent(before.accuracy)}` : flipped.length ? "as before: as many became right as wrong" : "as before"}. The loss moves by ${small(now.loss - before.loss)}.`,
  ].filter(Boolean).join(" ");
  part("words-now").textContent = words;
  accuracy.describe(words);
  showSteps(along, change);
  paintDrawn(loaded);
  loss.describe(words);
  const [weight, slope] = [along.weight + change, along.slope(change)];
  showNumbers(part("lesson"), { weight: decimals(weight, 6), rate: String(RATE), slope: decimals(slope, 8), after: decimals(weight - RATE * slope, 6) });
  flips.textContent = flipped.length ? `${flipped.length > 8 ? "The first eight of the digits" : "Digits"} whose verdict has changed, what they are read as now, and their P(3):` : "";
  row.show(flipped.slice(0, 8).map((i) => {
    const p = sigmoid(along.logit(i, change));
    const verdict = p > 0.5 ? 3 : 7;
    return { key: String(i), pixels: all.bytes(i), words: `a ${verdict}, ${p.toFixed(2)}`, name: `A ${all.labels[i]} that is now read as a ${verdict}`, press: null };
  }));
  part("source").textContent = `All ${count(all.count)} validation digits, read here by run ${run} after its last step. Units, rows and columns count from 0; a curve has ${POINTS + 1} points, ${HASTY + 1} while you move.`;
}

/** Whether the weight is the one that was asked about. */
function isFirst() {
  return Object.entries(FIRST).every(([name, place]) => state.number(name) === place);
}

/** @param {AlongWeight} along */
function turnsOf(along) {
  const found = turns ? [] : along.turns(-REACH, REACH);
  turns ??= {
    places: found.map((at) => Number(at.toFixed(3))),
    edges: found.flatMap((at) => [at - EDGE, at + EDGE].map((each) => /** @type {const} */ ([each, along.at(each).accuracy]))),
  };
  return turns;
}

/** Where accuracy changes next on either side, to press. @param {AlongWeight} along @param {number} change */
function showSteps(along, change) {
  const { places } = turnsOf(along);
  const next = [places.findLast((at) => at < change), places.find((at) => at > change)].filter((at) => at !== undefined);
  const root = part("steps");
  if (root.dataset.steps === next.join()) return;
  root.dataset.steps = next.join();
  const words = next.length ? "Accuracy steps next" : `Accuracy has no step between −${REACH} and ${REACH}.`;
  root.replaceChildren(element("span", "caption", words), ...next.map((at) => button(`at ${signed(at)}`, "small", () => {
    slider.set(at);
    state.set("change", at);
  }, { signal })));
}

/** What the reader has drawn beside what came, on an axis that has room for both. @param {NonNullable<typeof loaded>} of */
function paintDrawn({ along, all: { digits: { count: many } } }) {
  const guess = isFirst() ? guessed(along.at(0).accuracy, many) : null;
  part("drawn-beside").hidden = !guess;
  if (!guess) return;
  beside.show([
    ...guess.items,
    { kind: "line", ink: "ink", points: BESIDE.map((change) => [change, along.at(change).accuracy]) },
    { kind: "words", ink: "ink", x: 0.5, y: 0.9, words: "it is" },
  ]);
  beside.describe(guess.words);
}

/**
 * What the reader has drawn of the accuracy, and the verdicts that were to change as a bar up and down; null: nothing.
 *
 * @param {number} before
 * @param {number} digits how many
 */
function guessed(before, digits) {
  const changed = prediction.number("changed");
  const heights = DRAWN.flatMap(([name, by]) => {
    const height = prediction.number(name);
    return height === null ? [] : [/** @type {const} */ ([by, height / 100])];
  });
  if (changed === null && !heights.length) return null;
  const bar = (changed ?? 0) / digits;
  const line = /** @type {(readonly [number, number])[]} */ ([...heights, [0, before]]).toSorted(([one], [other]) => one - other);
  const words = heights.length ? `You drew it through ${heights.map(([by, height]) => `${percent(height, 1)} at ${signed(by)}`).join(", ")}.` : "";
  return {
    words,
    items: /** @type {import("./graph.js").Item[]} */ ([
      ...(heights.length ? [{ kind: "line", ink: "mine", dash: true, points: line }, { kind: "words", ink: "mine", x: -1.5, y: (heights[0][1] + heights[1][1]) / 2 + 0.015, words: "you drew" }] : []),
      { kind: "line", ink: "mine", points: [[GUESSED, before - bar], [GUESSED, Math.min(1, before + bar)]] },
    ]),
  };
}

/** @param {number} value @param {number} places */
function decimals(value, places) {
  return value.toFixed(places).replace("-", "−");
}

/** @param {number} value */
function signed(value) {
  return value < 0 ? `−${-value}` : `+${value}`;
}

/** To two digits, without an exponent. @param {number} value */
function small(value) {
  return new Intl.NumberFormat("en", { maximumSignificantDigits: 2 }).format(value).replace("-", "−");
}

/** Short enough to stand beside the axis, however closely one looks. @param {number} value */
function thousandths(value) {
  return String(Number((1000 * value).toFixed(4)));
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

