// Twelve runs that differ in their learning rate: each one's loss by epoch, and what all of them reach.

import { element, part } from "../shell/element.js";
import { count, loss, percent, plain } from "../shell/format.js";
import { root as base } from "../shell/root.js";
import { ask } from "./ask.js";
import { Graph, node } from "./graph.js";
import { openLesson } from "./lesson.js";
import { equalSign, numberOf, showNumbers } from "./numbers.js";
import { mountChoice, mountSlider } from "../forms/slider.js";

/** @typedef {import("./trials.js").Member} Member */

const NEAR = 1.8; // times: nearer than the next of the rates that are trained
const FROZEN = 0.6; // read rightly: as good as calling everything the same
const [LOWEST, HIGHEST] = [0.001, 300];
const RATES = 12; // on a logarithmic axis about as far from each other
const WEIGHT = { unit: 0, row: 14, column: 14 }; // whose first step the formula has

/** @typedef {{nudge: {value: number, derivative: number}}} Answer */

const { signal, state, prediction, trials, painter } = openLesson(window, { defaults: { loss: "mnist_loss", model: "simple_net", seed: 0, rate: 0.1 } });

const choices = part("choices");
const [losses, models, seeds] = [element("div", ""), element("div", ""), element("div", "")];
choices.append(losses, models, seeds);
mountChoice(losses, {
  label: "Loss",
  options: [{ value: "mnist_loss", label: "mnist_loss" }, { value: "bce", label: "cross-entropy" }],
  ...state.control("loss"),
}, { signal });
mountChoice(models, {
  label: "Between the layers",
  options: [{ value: "simple_net", label: "ReLU" }, { value: "two_linear", label: "no bend" }],
  ...state.control("model"),
}, { signal });
mountChoice(seeds, {
  label: "Seed",
  options: [0, 1, 2].map((value) => ({ value, label: String(value) })),
  ...state.control("seed"),
}, { signal });

const graph = new Graph(part("graph"), {
  label: "Digits read rightly after ten epochs, by learning rate",
  x: { min: LOWEST, max: HIGHEST, scale: "log", label: "Learning rate", format: plain },
  y: { min: 0.4, max: 1, label: "Read rightly", format: (value) => percent(value, 0) },
}, { signal });

const show = painter.add(paint);
const showRate = painter.add(paintRate); // of what a slider moves
const trial = trials.ask("rates", { choices: chosen(), onChange: show });
const rateControl = state.control("rate");
const slider = mountSlider(part("rate"), {
  label: "Look at the rate", min: LOWEST, max: HIGHEST, log: true, step: Math.log10(HIGHEST / LOWEST) / (RATES - 1), ...rateControl,
  onInput: (/** @type {number} */ rate) => {
    state.set("rate", nearest(rate));
    slider.set(state.number("rate"));
  },
}, { signal });
/** The weight and its slope before the first step, the same for all rates. @type {Answer["nudge"] | null} */
let first = null;
let asking = new AbortController();
state.subscribe((changed) => {
  if (changed === "rate") return showRate();
  trial.choose(chosen());
  askFirst();
});
prediction.subscribe(show);
askFirst();

/** Of the rates that are trained. @param {number} rate */
function nearest(rate) {
  const off = (/** @type {number} */ each) => Math.abs(Math.log(each / rate));
  const rates = trial.members.map(({ recipe }) => recipe.learning_rate ?? 0.1);
  return rates.length ? rates.reduce((one, other) => (off(other) < off(one) ? other : one)) : rate;
}

async function askFirst() {
  asking.abort();
  asking = new AbortController();
  first = null;
  showRate();
  const { unit, row, column } = WEIGHT;
  /** @type {Answer | null} */
  const answer = await ask("gradient", {
    weights: { recipe: chosen(), step: 0 },
    images: "next",
    nudge: { parameter: "0.weight", index: [unit, 28 * row + column], by: [0.001] },
  }, { signal: AbortSignal.any([signal, asking.signal]), onProblem: () => {} }); // the page stands without it
  if (!answer) return;
  first = answer.nudge;
  showRate();
}

function chosen() {
  return { loss: state.text("loss"), model: state.text("model"), seed: state.number("seed") };
}

function paint() {
  const { members } = trial;
  part("miniatures").replaceChildren(...members.map(miniature));
  const words = trial.complete ? said(members) : members.length ? "Not all of the rates have been trained yet." : "";
  graph.describe(words);
  part("words-now").textContent = words;
  part("source").textContent = source();
  table(members);
  paintRate();
}

/** The graph, and the rate that is looked at. */
function paintRate() {
  const { members } = trial;
  const reached = members.filter(({ log }) => !log.diverged && log.accuracy > 0).map(({ recipe, log }) => /** @type {const} */ ([recipe.learning_rate ?? 0.1, log.accuracy]));
  const rate = state.number("rate");
  graph.show([
    ...flags(),
    { kind: "rule", y: 0.5, ink: "soft", dash: true, label: "guessing" },
    { kind: "line", points: reached, ink: "soft" },
    { kind: "rule", x: rate, ink: "soft", dash: true, point: "rate" },
    { kind: "dots", points: reached, ink: "ink", point: "rate" },
    { kind: "dots", points: reached.filter(([each]) => each === rate), ink: "ink", size: 7, point: "rate" },
  ]);
  members.forEach(({ recipe }, i) => part("miniatures").children[i]?.classList.toggle("miniature-here", recipe.learning_rate === rate));
  paintFirst(rate);
}

/** The chosen rate's run, and one weight's first step with it. @param {number} rate */
function paintFirst(rate) {
  const member = trial.members.find(({ recipe }) => recipe.learning_rate === rate);
  const step = first && { weight: first.value, slope: first.derivative, new: first.value - rate * first.derivative };
  const words = [
    step ? `At rate ${plain(rate)} the first step moves one weight from ${decimals(step.weight, 6)} to ${decimals(step.new, 6)}.` : "",
    member && !member.log.active && member.log.state !== "none" ? ended(member) : "",
  ].filter(Boolean).join(" ");
  if (part("at-rate").textContent !== words) part("at-rate").textContent = words;
  part("formula-now").hidden = !step; // until it is known for another loss, model or seed
  if (!step) return;
  const sixth = (/** @type {number} */ value) => decimals(value, 6);
  const [after, old, slope] = [sixth(step.new), sixth(step.weight), decimals(step.slope, 9)];
  const equals = equalSign(after, numberOf(old) - rate * numberOf(slope), sixth);
  showNumbers(part("lesson"), { new: after, equals, old, rate: plain(rate), slope });
}

/** @param {Member} member */
function ended({ log }) {
  if (log.diverged) return `At step ${count(log.step)} its numbers overflow.`;
  return `After ${count(log.epoch)} epochs it reads ${percent(log.accuracy)} rightly, with a loss of ${loss(log.epochs.valid_loss.at(-1))}.`;
}

/** @param {number} value @param {number} places */
function decimals(value, places) {
  return value.toFixed(places).replace("-", "−");
}

/** @returns {import("./graph.js").Item[]} */
function flags() {
  const names = /** @type {const} */ ([["best", "your best"], ["cliff", "your cliff"]]);
  return names.flatMap(([name, label]) => {
    const power = prediction.number(name);
    return power === null ? [] : [{ kind: "flag", x: 10 ** power, label, ink: "mine" }];
  });
}

/** Its loss on the validation digits by epoch. @param {Member} member */
function miniature({ run, recipe, log }) {
  const values = [...log.epochs.valid_loss.view];
  const top = Math.max(...values.filter(Number.isFinite), 1e-9);
  const points = values.map((value, i) => `${((i + 0.5) * 100) / 10},${Number.isFinite(value) ? 38 - (34 * value) / top : 2}`);
  const svg = node("svg", { viewBox: "0 0 100 40", preserveAspectRatio: "none", "aria-hidden": "true" });
  svg.append(node("path", { d: "M0 38H100", class: "graph-grid" }));
  if (points.length) svg.append(node("polyline", { points: points.join(" "), class: "graph-line graph-ink", "vector-effect": "non-scaling-stroke" }));
  const link = element("a", "", plain(recipe.learning_rate));
  link.href = `${base}/runs/${run}`;
  const figure = element("figure", "miniature", element("figcaption", "", element("b", "", link), ` ${how(log)}`));
  figure.prepend(svg);
  return figure;
}

/** @param {import("../run/run-log.js").RunLog} log */
function how(log) {
  if (log.diverged) return "overflowed";
  if (log.state === "paused" || log.state === "none" || log.state === "queued") return "waits";
  if (log.active && !(log.accuracy > 0)) return "…";
  const reached = percent(log.accuracy, 1).replace(" ", "\u00a0"); // a figure stays with its unit
  return log.accuracy < FROZEN && !log.active ? `stuck at ${reached}` : reached;
}

/** @param {Member[]} members */
function said(members) {
  const ended = members.filter(({ log }) => !log.active && !log.diverged && log.accuracy > 0);
  if (!ended.length) return "";
  const best = ended.reduce((one, other) => (other.log.accuracy > one.log.accuracy ? other : one));
  const rates = members.map(({ recipe }) => recipe.learning_rate ?? 0.1);
  const cliff = members.find(({ recipe, log }) => (recipe.learning_rate ?? 0.1) > (best.recipe.learning_rate ?? 0.1) && (log.diverged || log.accuracy < FROZEN));
  const [rate, end] = [best.recipe.learning_rate ?? 0.1, cliff?.recipe.learning_rate ?? null];
  const found = `The best of ${rates.length} rates is ${plain(rate)}: ${percent(best.log.accuracy)} read rightly after ${best.log.epoch} epochs.`;
  const times = end === null ? "" : plain(Number((end / rate).toPrecision(2)));
  const how = cliff?.log.diverged ? `its numbers overflow at step ${cliff.log.step}` : `it stays at ${percent(cliff?.log.accuracy)}`;
  const fall = end === null ? "None of them breaks down." : `At ${plain(end)}, ${times} times as large, learning breaks down: ${how}.`;
  return [found, fall, flagWords(rate, end)].filter(Boolean).join(" ");
}

/** How the reader's flags lie to what came. @param {number} best @param {number | null} cliff */
function flagWords(best, cliff) {
  const [mine, end] = ["best", "cliff"].map((name) => prediction.number(name));
  if (mine === null || end === null) return "";
  const [first, second] = [mine, end].map((power) => Number((10 ** power).toPrecision(2)));
  return `You put the best rate at ${plain(first)}: ${away(first, best)}. You put the cliff at ${plain(second)}: ${cliff === null ? "there is none here" : away(second, cliff)}.`;
}

/** @param {number} guess @param {number} rate */
function away(guess, rate) {
  const times = guess < rate ? rate / guess : guess / rate;
  if (plain(guess) === plain(rate)) return `it is at ${plain(rate)}, as you expected`;
  if (times < NEAR) return `it is at ${plain(rate)}, the nearest of those trained`;
  return `it is at ${plain(rate)}, ${plain(Number(times.toPrecision(2)))} times as ${guess < rate ? "large" : "small"}`;
}

function source() {
  return trial.waiting || `${trial.members.length} runs of this server, trained together; accuracy on 2,038 digits that none has learned from. Each rate leads to its run. The small curves are their losses, each from 0 to its own highest.`;
}

/** @param {Member[]} members */
function table(members) {
  const root = part("table");
  if (!members.length) return;
  root.hidden = false;
  const head = element("thead", "", element("tr", "", ...["Rate", "Read rightly", "Loss"].map(columnHead)));
  const rows = members.map(({ run, recipe, log }) => {
    const link = element("a", "", plain(recipe.learning_rate));
    link.href = `${base}/runs/${run}`;
    const first = element("th", "", link);
    first.scope = "row";
    return element("tr", "", first, element("td", "", log.diverged ? "overflowed" : percent(log.accuracy)), element("td", "", loss(log.epochs.valid_loss.at(-1))));
  });
  root.replaceChildren(head, element("tbody", "", ...rows));
}

/** @param {string} words */
function columnHead(words) {
  const made = element("th", "", words);
  made.scope = "col";
  return made;
}
