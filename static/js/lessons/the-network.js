// The article's network: its runs and the mark, how few units suffice, and what of it is looked at.

import { mountChoice } from "../forms/slider.js";
import { fetchNetwork } from "../model/kept-model.js";
import { element, part } from "../shell/element.js";
import { loss, percent } from "../shell/format.js";
import { ProblemError } from "../shell/problem.js";
import { DigitSum } from "./digit-sum.js";
import { FrozenLayer } from "./frozen-layer.js";
import { Graph } from "./graph.js";
import { openLesson } from "./lesson.js";
import { ended, runLink, showTable, waitsFor } from "./runs-shown.js";
import { UnitsOff } from "./units-off.js";

/** @import { Ink, Item } from "./graph.js" */
/** @import { Digits } from "../model/digits.js" */
/** @import { Network } from "../model/network.js" */
/** @import { Member, Trial } from "./trials.js" */
/** @typedef {{run: string, network: Network, plain: Digits}} Read */

const ARTICLE = { accuracy: 0.9847, loss: 0.0184 };
const SEEDS = [0, 1, 2];
const VIEWS = ["mark", "units", "widths", "frozen", "sum"];
const OF_ONE = ["units", "sum"]; // views of a single network
const SAME = 0.1; // the rate at which the frozen network is the textbook's in all else

const { signal, state, prediction, trials, painter, digits, toasts, controls } = openLesson(window, {
  defaults: { view: "mark", batches: 256, seed: 0, off: "", digit: 2, hidden: "learned", own: false },
});

/** @param {string} label @param {string} name @param {[string | number, string][]} options */
function choice(label, name, options) {
  const [[kind]] = options;
  const value = typeof kind === "number" ? state.number(name) : state.text(name);
  const root = part("choices").appendChild(element("div", ""));
  mountChoice(root, { label, options: options.map(([each, words]) => ({ value: each, label: words })), ...state.control(name), value }, { signal });
  return root;
}

choice("Look at", "view", [["mark", "the mark"], ["units", "units off"], ["widths", "fewer units"], ["frozen", "units frozen"], ["sum", "one digit’s sum"]]);
const layerChoice = choice("Hidden layer", "hidden", [["learned", "learned"], ["frozen", "frozen"]]);
const batchesChoice = choice("Batches of", "batches", [[256, "256"], [32, "32"]]);
const seedChoice = choice("Seed", "seed", SEEDS.map((seed) => [seed, String(seed)]));

const runs = new Graph(part("runs"), {
  label: "Accuracy and loss of each run",
  x: { min: 0.0135, max: 0.024, label: "Loss (lower is better)", ticks: [0.014, 0.016, 0.018, 0.02, 0.022, 0.024], format: (value) => value.toFixed(3) },
  y: { min: 0.945, max: 0.99, label: "Read rightly", format: (value) => percent(value, 0) },
}, { signal });
const width = new Graph(part("width"), {
  label: "Read rightly by how many units there are",
  x: { min: 0.9, max: 33, scale: "log", label: "Units", ticks: [1, 2, 3, 10, 30] },
  y: { min: 0.945, max: 0.99, label: "Read rightly", format: (value) => percent(value, 0) },
}, { signal });

const show = painter.add(paint);
/** Of the chosen run, once it has ended. @type {Read | null} */
let read = null;
let reading = "";
const units = new UnitsOff({ state, prediction, controls }, { signal });
const sum = new DigitSum({ state, controls, onDrawn: show }, { signal });

const onChange = () => (look(), show());
const textbook = trials.ask("textbook", { onChange });
/** Of batches of 32, by seed: one is trained first, the others when they are chosen. @type {Map<number, Trial>} */
const headlines = new Map();
askHeadline(0);
if (state.number("batches") === 32) askHeadline(state.number("seed"));
const layer = new FrozenLayer({ state, prediction, members: () => [...textbook.members, ...frozen.members], baseline: () => baselines()?.l2 ?? null }, { signal });
const widths = trials.ask("widths", { onChange: show });
const frozen = trials.ask("frozen", { onChange, choices: { seed: state.number("seed") } });
prediction.subscribe(show);
state.subscribe((changed) => {
  if (changed === "seed") frozen.choose({ seed: state.number("seed") });
  if (state.number("batches") === 32) askHeadline(state.number("seed"));
  look();
  units.follow();
  show();
});

/** @param {number} seed */
function askHeadline(seed) {
  if (!headlines.has(seed)) headlines.set(seed, trials.ask("headline", { onChange, choices: { seed } }));
}

/** Those of batches of 32 that there are, by their seeds. */
function headlineMembers() {
  return [...headlines.values()].flatMap(({ members }) => members).sort((one, other) => Number(one.recipe.seed) - Number(other.recipe.seed));
}

function isFrozen() {
  return state.text("hidden") === "frozen";
}

function chosenMember() {
  if (isFrozen()) return frozen.members.find(({ recipe }) => recipe.learning_rate === SAME && recipe.seed === state.number("seed"));
  const of = state.number("batches") === 32 ? headlineMembers() : textbook.members;
  return of.find(({ recipe }) => recipe.seed === state.number("seed"));
}

/** Reads all digits by the chosen run's network. */
async function look() {
  const member = chosenMember();
  if (member && member.run === reading) return;
  reading = "";
  read = null;
  units.forget(); // what is shown is never of another run than the chosen one
  if (!member || member.log.active || member.log.state === "none") return;
  reading = member.run;
  try {
    const [network, plain] = await Promise.all([fetchNetwork(member.run, member.recipe), digits.get()]);
    if (reading !== member.run) return;
    read = { run: member.run, network, plain };
    units.take(network, plain);
    show();
  } catch (problem) {
    if (reading === member.run) reading = "";
    if (problem instanceof ProblemError) toasts.showProblem(problem);
    else if (!signal.aborted) throw problem;
  }
}

function paint() {
  const view = VIEWS.includes(state.text("view")) ? state.text("view") : "mark";
  for (const each of VIEWS) part(each).hidden = each !== view;
  layerChoice.hidden = !OF_ONE.includes(view);
  batchesChoice.hidden = view === "frozen" || view === "widths" || (OF_ONE.includes(view) && isFrozen());
  seedChoice.hidden = view === "widths"; // which are the textbook's with seed 0
  paintRuns();
  paintWidths();
  layer.show();
  units.show();
  if (read) sum.show(read);
  part("live").textContent = live(view);
  part("words-now").textContent = said();
  part("source").textContent = waitsFor([textbook, ...headlines.values(), widths, frozen]) || "Runs of this server; accuracy and loss on 2,038 digits that none has learned from. The table leads to the runs.";
  table();
}

/** @returns {Item[]} */
function guessed() {
  const guess = prediction.number("accuracy");
  return guess === null ? [] : [{ kind: "rule", y: guess / 100, ink: "mine", dash: true, label: "your guess" }];
}

/** In the middle of a graph that would be empty. @param {number} x @param {number} y @param {readonly Trial[]} trained @returns {Item[]} */
function unlessEnded(x, y, trained) {
  if (trained.some(({ members }) => members.some(ended))) return [];
  const words = trained.some(({ members }) => members.length) ? "The runs are being trained." : "The runs come here.";
  return [{ kind: "words", x, y, words, ink: "ink" }];
}

function paintRuns() {
  const dots = (/** @type {Member[]} */ members, /** @type {Ink} */ ink) =>
    /** @type {Item} */ ({ kind: "dots", ink, size: 5, points: members.map(({ log }) => /** @type {const} */ ([log.epochs.valid_loss.at(-1), log.accuracy])) });
  const known = baselines();
  const rule = (/** @type {number} */ y, /** @type {string} */ name) => /** @type {Item} */ ({ kind: "rule", y, ink: "soft", label: `${name}: ${percent(y)}` });
  const means = known ? [rule(known.l1, "baseline by L1"), rule(known.l2, "by L2")] : [];
  runs.show([
    { kind: "rule", y: ARTICLE.accuracy, ink: "soft", dash: true, label: "the article: 98.47 % at 0.0184" },
    { kind: "rule", x: ARTICLE.loss, ink: "soft", dash: true },
    ...means,
    ...guessed(),
    dots(textbook.members.filter(ended), "ink"),
    dots(headlineMembers().filter(ended), "series-2"),
    ...[textbook.members, headlineMembers()].flatMap((members, i) => {
      const there = members.filter(ended).map(({ log }) => log);
      const below = Math.min(...there.map(({ accuracy }) => accuracy)) - 0.004;
      return there.length ? [/** @type {Item} */ ({ kind: "words", x: there[0].epochs.valid_loss.at(-1), y: below, words: i ? "batches of 32" : "batches of 256", ink: i ? "series-2" : "ink" })] : [];
    }),
    ...unlessEnded(0.0212, 0.975, [textbook, ...headlines.values()]),
  ]);
  runs.describe(said());
}

/** What two mean images read rightly, by either distance; null until a run has said it. */
function baselines() {
  return [...textbook.members, ...headlineMembers()].find(({ log }) => log.started)?.log.started?.baseline ?? null;
}

/** Thirty units are the textbook's. */
function byWidth() {
  return [...widths.members, ...textbook.members.filter(({ recipe }) => recipe.seed === 0)].filter(ended);
}

function paintWidths() {
  const points = byWidth().map(({ recipe, log }) => /** @type {const} */ ([recipe.hidden ?? 30, log.accuracy]));
  const known = baselines();
  width.show([
    ...(known ? [/** @type {Item} */ ({ kind: "rule", y: known.l2, ink: "soft", label: "baseline by L2" })] : []),
    ...guessed(),
    { kind: "line", points, ink: "soft" },
    { kind: "dots", points, ink: "ink", size: 5 },
    ...unlessEnded(5.5, 0.975, [widths, textbook]),
  ]);
  width.describe(widthWords());
}

function widthWords() {
  const found = byWidth().map(({ recipe, log }) => `${recipe.hidden}: ${percent(log.accuracy)}`);
  return found.length ? `By units, seed 0: ${found.join(", ")}.` : "";
}

/** @param {string} view */
function live(view) {
  if (view === "units") return units.words();
  if (view === "sum") return read ? sum.words(read) : "";
  if (view === "frozen") return layer.words();
  return view === "widths" ? widthWords() : "";
}

function said() {
  const [first, second] = [textbook.members, headlineMembers()].map((members) => members.filter(ended));
  if (!first.length || !second.length) return "";
  const reach = (/** @type {Member[]} */ members) => {
    const seeds = members.filter(({ log }) => reaches(log)).map(({ recipe }) => recipe.seed);
    if (members.length === 1) return `seed ${members[0].recipe.seed} ${seeds.length ? "reaches" : "misses"} the mark`;
    if (!seeds.length) return `none of ${members.length} seeds reaches the mark`;
    return seeds.length === 1 ? `seed ${seeds[0]} of ${members.length} reaches the mark` : `seeds ${seeds.join(" and ")} of ${members.length} reach the mark`;
  };
  const mean = (/** @type {Member[]} */ members) => percent(members.reduce((sum, { log }) => sum + log.accuracy, 0) / members.length);
  const guess = prediction.number("accuracy");
  const mine = guess === null ? "" : ` (you expected ${percent(guess / 100, 1)})`;
  const off = read && !isFrozen() && prediction.number("off") !== null ? ` You expected that ${prediction.number("off")} units can be off; it is ${units.most}.` : "";
  const random = prediction.number("frozen") === null ? "" : ` ${layer.words()}`;
  const others = headlines.size < SEEDS.length ? " Choose batches of 32 and another seed to have that trained." : "";
  const known = baselines();
  const means = known ? ` Two mean images read ${percent(known.l1)} by L1, ${percent(known.l2)} by L2.` : "";
  return `Batches of 256 read ${mean(first)} rightly on average${mine}: ${reach(first)}. Batches of 32: ${mean(second)}, ${reach(second)}.${others}${means}${off}${random}`;
}

/** As the article has it, rounded as it is there. @param {import("../run/run-log.js").RunLog} log */
function reaches(log) {
  const rounded = (/** @type {number} */ value) => Math.round(value * 1e4) / 1e4;
  return rounded(log.accuracy) >= ARTICLE.accuracy && rounded(log.epochs.valid_loss.at(-1)) <= ARTICLE.loss;
}

function table() {
  const members = [...textbook.members, ...headlineMembers()];
  if (!members.length) return;
  /** @param {Member} member @param {string} words */
  const row = ({ run, recipe, log }, words) => [
    runLink(run, words), percent(log.accuracy), loss(log.epochs.valid_loss.at(-1)), ended({ run, recipe, log }) ? (reaches(log) ? "yes" : "no") : "…",
  ];
  const known = baselines();
  const rows = [
    ...members.map((member) => row(member, `batches of ${member.recipe.batch_size}, seed ${member.recipe.seed}`)),
    ...widths.members.map((member) => row(member, `${member.recipe.hidden} ${member.recipe.hidden === 1 ? "unit" : "units"}, seed ${member.recipe.seed}`)),
    ...frozen.members.map((member) => row(member, `hidden layer frozen, rate ${member.recipe.learning_rate}, seed ${member.recipe.seed}`)),
    ...(known ? [["two mean images by L1", percent(known.l1), "–", "no"], ["two mean images by L2", percent(known.l2), "–", "no"]] : []),
  ];
  showTable(part("table", HTMLTableElement), ["Run", "Read rightly", "Loss", "The mark"], rows);
}
