// The article's network: the mark, what its units do, how few suffice, what is left where they are not learned, and what
// each of them says of a digit, also of one that is drawn here.

import { DigitImage } from "../ink/digit-image.js";
import { drawnPixels } from "../ink/drawn-pixels.js";
import { mountInk } from "../ink/ink-canvas.js";
import { mountInkTools } from "../ink/ink-tools.js";
import { openDrawing } from "../ink/kept-drawing.js";
import { fetchNetwork } from "../model/kept-model.js";
import { PIXELS } from "../model/network.js";
import { unitPushes, unitSums } from "../model/unit-sums.js";
import { button, element, part } from "../shell/element.js";
import { count, loss, percent, signed } from "../shell/format.js";
import { divergingScale } from "../shell/palette.js";
import { ProblemError } from "../shell/problem.js";
import { onThemeChange } from "../shell/theme.js";
import { fullColour, SignedImage } from "../weights/signed-image.js";
import { Graph } from "./graph.js";
import { openLesson } from "./lesson.js";
import { showNumbers } from "./numbers.js";
import { runLink, showTable, waitsFor } from "./runs-shown.js";
import { mountChoice, mountSlider } from "../forms/slider.js";
import { leastMissed, mostOff, Switches } from "./switching.js";

/** @import { Ink, Item } from "./graph.js" */
/** @import { Digits } from "../model/digits.js" */
/** @import { Network } from "../model/network.js" */
/** @import { Removal } from "./switching.js" */
/** @import { Member, Trial } from "./trials.js" */
/** @typedef {{run: string, network: Network, plain: Digits, pushes: Float64Array, switches: Switches, removal: Removal}} Read */

const ARTICLE = { accuracy: 0.9847, loss: 0.0184 };
const STILL = 0.98;
const SEEDS = [0, 1, 2];
const VIEWS = ["mark", "units", "widths", "frozen", "sum"];
const OF_ONE = ["units", "sum"]; // views of a single network
const SAME = 0.1; // the rate at which the frozen network is the textbook's in all else
const WHITE = 255;
const NAMED = 27; // the epoch at which a curve has its name

const { signal, state, prediction, trials, painter, digits, toasts, controls } = openLesson(window, {
  defaults: { view: "mark", batches: 256, seed: 0, off: "", digit: 2, hidden: "learned", own: false },
});

/** @param {string} label @param {string} name @param {[string | number | boolean, string][]} options @param {string} [place] */
function choice(label, name, options, place = "choices") {
  const [[kind]] = options;
  const value = typeof kind === "number" ? state.number(name) : typeof kind === "boolean" ? state.flag(name) : state.text(name);
  const root = part(place).appendChild(element("div", ""));
  mountChoice(root, { label, options: options.map(([each, words]) => ({ value: each, label: words })), ...state.control(name), value }, { signal });
  return root;
}

choice("Look at", "view", [["mark", "the mark"], ["units", "units off"], ["widths", "fewer units"], ["frozen", "units frozen"], ["sum", "one digit’s sum"]]);
const layerChoice = choice("Hidden layer", "hidden", [["learned", "learned"], ["frozen", "frozen"]]);
const batchesChoice = choice("Batches of", "batches", [[256, "256"], [32, "32"]]);
choice("Seed", "seed", SEEDS.map((seed) => [seed, String(seed)]));

const runs = new Graph(part("runs"), {
  label: "Accuracy and loss of each run",
  x: { min: 0.0135, max: 0.024, label: "Loss (lower is better)", ticks: [0.014, 0.016, 0.018, 0.02, 0.022, 0.024], format: (value) => value.toFixed(3) },
  y: { min: 0.945, max: 0.99, label: "Read rightly", format: (value) => percent(value, 0) },
}, { signal });
const removal = new Graph(part("removal"), {
  label: "Read rightly by how many units are off, those that are missed least first",
  x: { min: 0, max: 30, label: "Units off" },
  y: { min: 0.8, max: 1, label: "Read rightly", format: (value) => percent(value, 0) },
}, { signal });
const width = new Graph(part("width"), {
  label: "Read rightly by how many units there are",
  x: { min: 0.9, max: 33, scale: "log", label: "Units", ticks: [1, 2, 3, 10, 30] },
  y: { min: 0.945, max: 0.99, label: "Read rightly", format: (value) => percent(value, 0) },
}, { signal });
const freezing = new Graph(part("freezing"), {
  label: "Read rightly after each epoch, with the hidden layer learned and with it frozen",
  x: { min: 0, max: 40, label: "Epoch" },
  y: { min: 0.75, max: 1, label: "Read rightly", format: (value) => percent(value, 0) },
}, { signal });
const pushes = new Graph(part("pushes"), {
  label: "What each unit pushes this digit’s logit by, and the sum so far",
  x: { min: 0, max: 31, label: "Unit; the last is the bias" },
  y: { min: -5, max: 5, label: "Up: a 3, down: a 7" },
}, { signal });
const digit = new DigitImage(part("digit", HTMLCanvasElement), { full: 1, signal });
let palette = divergingScale(document);
const drawing = openDrawing(window, { signal });
const paper = part("ink", HTMLCanvasElement);
mountInk(paper, drawing, { label: "Drawing area: draw a 3 or a 7 with mouse, finger or pen. Without one, look at a test digit.", signal });
paper.inert = !controls;
mountInkTools(part("tools"), drawing, { signal });
choice("Whose", "own", [[false, "a test digit"], [true, "your own"]], "whose");

const show = painter.add(paint);
/** Of the chosen run, once it has ended. @type {Read | null} */
let read = null;
let reading = "";
const onSlider = mountSlider(part("on"), { label: "Units off, those missed least first", min: 0, max: 30, whole: true, step: 1, value: 0, onInput: switchOff }, { signal });
mountSlider(part("which"), { label: "Which digit?", min: 0, max: 2037, whole: true, step: 1, ...state.control("digit") }, { signal });
/** @type {{root: HTMLButtonElement, image: SignedImage}[]} */
const tiles = Array.from({ length: 30 }, (_, unit) => {
  const image = new SignedImage("lesson-picture");
  image.paint(new Float32Array(PIXELS), palette, 1);
  const root = button(image.canvas, "unit-tile", () => toggle(unit), { signal });
  root.disabled = !controls;
  return { root, image };
});
part("tiles").append(...tiles.map(({ root }) => root));

const onChange = () => (look(), show());
const textbook = trials.ask("textbook", { onChange });
/** Of batches of 32, by seed: one is trained first, the others when they are chosen. @type {Map<number, Trial>} */
const headlines = new Map();
askHeadline(0);
const widths = trials.ask("widths", { onChange: show });
const frozen = trials.ask("frozen", { onChange, choices: { seed: state.number("seed") } });
drawing.subscribe(show);
onThemeChange(document, () => {
  palette = divergingScale(document);
  paintTiles();
}, { signal });
prediction.subscribe(show);
state.control("off").watch(() => {}, signal); // the tiles follow it as they do a press
state.subscribe((changed) => {
  if (changed === "seed") frozen.choose({ seed: state.number("seed") });
  if (state.number("batches") === 32) askHeadline(state.number("seed"));
  look();
  if (read) applyOff(read);
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
  if (!member || member.log.active || member.log.state === "none" || member.run === reading) return;
  reading = member.run;
  read = null;
  try {
    const [network, plain] = await Promise.all([fetchNetwork(member.run, member.recipe), digits.get()]);
    if (reading !== member.run) return;
    const own = { pushes: unitPushes(network, unitSums(network, plain)), bias: network.outputBias, threes: plain.labels.map((label) => Number(label === 3)) };
    read = { run: member.run, network, plain, pushes: own.pushes, switches: new Switches(own), removal: leastMissed(own) };
    applyOff(read);
    paintTiles();
    show();
  } catch (problem) {
    if (reading === member.run) reading = "";
    if (problem instanceof ProblemError) toasts.showProblem(problem);
    else if (!signal.aborted) throw problem;
  }
}

/** The first so many that are missed least. @param {number} many */
function switchOff(many) {
  if (read) state.set("off", read.removal.order.slice(0, Math.round(many)).join("."));
}

/** @param {number} unit */
function toggle(unit) {
  if (!read) return;
  read.switches.set(unit, !read.switches.on[unit]);
  state.set("off", [...read.switches.on].flatMap((on, i) => (on ? [] : [i])).join("."));
}

/** @param {Read} now */
function applyOff({ switches }) {
  const off = new Set(state.text("off").split(".").filter(Boolean).map(Number));
  for (let unit = 0; unit < switches.on.length; unit++) switches.set(unit, !off.has(unit));
  onSlider.set(switches.on.length - switches.count);
}

function paintTiles() {
  if (!read) return;
  const { network } = read;
  const pictures = tiles.map((_, unit) => Float32Array.from({ length: PIXELS }, (_, pixel) => network.output[unit] * network.first[pixel * network.units + unit]));
  const full = fullColour(Float32Array.from(pictures.flatMap((each) => [...each])));
  tiles.forEach(({ image }, unit) => image.paint(pictures[unit], palette, 1 / full));
}

function paint() {
  const view = VIEWS.includes(state.text("view")) ? state.text("view") : "mark";
  for (const each of VIEWS) part(each).hidden = each !== view;
  layerChoice.hidden = !OF_ONE.includes(view);
  batchesChoice.hidden = view === "frozen" || (OF_ONE.includes(view) && isFrozen());
  paintRuns();
  paintWidths();
  paintFrozen();
  if (read) {
    paintUnits(read);
    paintSum(read);
  }
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

function paintRuns() {
  const dots = (/** @type {Member[]} */ members, /** @type {Ink} */ ink) =>
    /** @type {Item} */ ({ kind: "dots", ink, size: 5, points: members.map(({ log }) => /** @type {const} */ ([log.epochs.valid_loss.at(-1), log.accuracy])) });
  const baseline = baselineOf();
  runs.show([
    { kind: "rule", y: ARTICLE.accuracy, ink: "soft", dash: true, label: "the article: 98.47 % at 0.0184" },
    { kind: "rule", x: ARTICLE.loss, ink: "soft", dash: true },
    ...(baseline ? [/** @type {Item} */ ({ kind: "rule", y: baseline, ink: "soft", label: `baseline: ${percent(baseline)}` })] : []),
    ...guessed(),
    dots(textbook.members.filter(ended), "ink"),
    dots(headlineMembers().filter(ended), "series-2"),
    ...[textbook.members, headlineMembers()].flatMap((members, i) => {
      const [member] = members.filter(ended);
      return member ? [/** @type {Item} */ ({ kind: "words", x: member.log.epochs.valid_loss.at(-1), y: member.log.accuracy - 0.0035, words: i ? "batches of 32" : "batches of 256", ink: i ? "series-2" : "ink" })] : [];
    }),
  ]);
  runs.describe(said());
}

/** @param {Member} member */
function ended({ log }) {
  return !log.active && log.accuracy > 0;
}

function baselineOf() {
  return [...textbook.members, ...headlineMembers()].find(({ log }) => log.summary)?.log.summary?.baseline_accuracy ?? null;
}

/** Thirty units are the textbook's. */
function byWidth() {
  return [...widths.members, ...textbook.members.filter(({ recipe }) => recipe.seed === 0)].filter(ended);
}

function paintWidths() {
  const points = byWidth().map(({ recipe, log }) => /** @type {const} */ ([recipe.hidden ?? 30, log.accuracy]));
  const baseline = baselineOf();
  width.show([
    ...(baseline ? [/** @type {Item} */ ({ kind: "rule", y: baseline, ink: "soft", label: "baseline" })] : []),
    ...guessed(),
    { kind: "line", points, ink: "soft" },
    { kind: "dots", points, ink: "ink", size: 5 },
  ]);
  width.describe(widthWords());
}

function widthWords() {
  const found = byWidth().map(({ recipe, log }) => `${recipe.hidden}: ${percent(log.accuracy)}`);
  return found.length ? `By units, seed 0: ${found.join(", ")}.` : "";
}

/** Of the chosen seed: with all learned first, then frozen by their rates. */
function withAndWithout() {
  const seed = state.number("seed");
  const all = [...textbook.members, ...frozen.members].filter(({ recipe, log }) => recipe.seed === seed && log.epochs.epoch.view.length);
  const looks = /** @type {const} */ (["ink", "series-2", "series-4", "series-1"]);
  return all.map((member, i) => ({ ...member, ink: looks[i], dash: i === 3, words: member.recipe.freeze ? `frozen, rate ${member.recipe.learning_rate}` : "all learned" }));
}

function paintFrozen() {
  const baseline = baselineOf();
  const guess = prediction.number("frozen");
  const shown = withAndWithout();
  freezing.show([
    ...(baseline ? [/** @type {Item} */ ({ kind: "rule", y: baseline, ink: "soft", label: "baseline" })] : []),
    ...(guess === null ? [] : [/** @type {Item} */ ({ kind: "rule", y: guess / 100, ink: "mine", dash: true, label: "your guess" })]),
    ...shown.map(({ log, ink, dash }) => /** @type {Item} */ ({ kind: "line", ink, dash, points: [...log.epochs.epoch.view].map((epoch, i) => /** @type {const} */ ([epoch, log.epochs.valid_accuracy.at(i)])) })),
    ...shown.map(({ log, ink, words }) => /** @type {Item} */ ({ kind: "words", x: NAMED, y: Math.max(...around(log)) + 0.004, words, ink })),
  ]);
  freezing.describe(frozenWords());
}

/** Its accuracies where its name stands. @param {import("../run/run-log.js").RunLog} log */
function around(log) {
  return [...log.epochs.valid_accuracy.view].slice(-18, -8);
}

function frozenWords() {
  const [learned, ...others] = withAndWithout().filter(ended);
  if (!learned || !others.length) return "";
  const guess = prediction.number("frozen");
  const found = others.map(({ recipe, log }) => `${percent(log.accuracy)} at rate ${recipe.learning_rate}`).join(", ");
  const mine = guess === null ? "" : ` (you expected ${percent(guess / 100, 1)})`;
  return `Seed ${state.number("seed")}, its hidden layer frozen as it began${mine}: ${found}. All learned: ${percent(learned.log.accuracy)}.`;
}

/** @param {Read} now */
function paintUnits({ network, switches, removal: { accuracy, order } }) {
  const off = switches.on.length - switches.count;
  tiles.forEach(({ root }, unit) => {
    root.hidden = unit >= network.units;
    root.setAttribute("aria-pressed", String(switches.on[unit] === 1));
    root.setAttribute("aria-label", `Unit ${unit + 1}, missed ${order.indexOf(unit) + 1}. least`);
  });
  const guess = prediction.number("off");
  removal.show([
    { kind: "rule", y: STILL, ink: "soft", dash: true },
    { kind: "line", points: accuracy.map((y, i) => /** @type {const} */ ([i, y])), ink: "soft" },
    ...(guess === null ? [] : [/** @type {Item} */ ({ kind: "flag", x: guess, label: "your guess", ink: "mine" })]),
    { kind: "dots", points: [[off, switches.right / switches.logits.length]], ink: "ink", size: 6 },
  ]);
  removal.describe(unitWords());
}

function unitWords() {
  if (!read) return "";
  const { switches, removal: all } = read;
  const total = switches.logits.length;
  const most = mostOff(all, STILL);
  const spare = most < 0 ? "That is less than 98 % with all of them." : `One after another, ${most} can be off before it is less than 98 %.`;
  return `${switches.count} of ${switches.on.length} units are on: ${percent(switches.right / total)} of the digits are read rightly, ${count(switches.right)} of ${count(total)}. ${spare}`;
}

/** What is read: an image, 0 to 1, and what it is in words. @param {Read} now */
function shownDigit({ plain }) {
  if (state.flag("own")) {
    const drawn = drawing.blank ? null : drawnPixels(drawing);
    return { image: drawn && Float64Array.from(drawn, (value) => value / WHITE), words: "Your drawing", name: "Your drawing as the network sees it" };
  }
  const i = Math.min(plain.count - 1, Math.max(0, Math.round(state.number("digit"))));
  return { image: plain.image(i), words: `A ${plain.labels[i]}`, name: `Digit ${i} of the validation images, a ${plain.labels[i]}` };
}

/** What each unit pushes an image's logit by. @param {Network} network @param {ArrayLike<number>} image */
function pushesOf(network, image) {
  return [...network.hidden(image)].map((out, unit) => network.output[unit] * out);
}

/** @param {Read} now */
function paintSum(now) {
  const { network } = now;
  const own = state.flag("own");
  part("own").hidden = !own;
  part("which").hidden = own;
  part("beside").toggleAttribute("data-own", own);
  const { image, name } = shownDigit(now);
  digit.show(image);
  part("digit").setAttribute("aria-label", name);
  const parts = image ? [...pushesOf(network, image), network.outputBias] : [];
  let sum = 0;
  const running = parts.map((each) => (sum += each));
  const [low, high] = [Math.min(0, ...parts, ...running), Math.max(0, ...parts, ...running)];
  const air = 0.08 * (high - low) + 0.1;
  pushes.setAxes({ x: { min: 0, max: network.units + 1, label: "Unit; the last is the bias" }, y: { min: low - air, max: high + air, label: "Up: a 3, down: a 7" } });
  const bars = (/** @type {boolean} */ up) => parts.flatMap((y, at) => (y !== 0 && y > 0 === up ? [/** @type {const} */ ([at + 0.5, y])] : []));
  pushes.show([
    { kind: "rule", y: 0, ink: "soft" },
    ...[true, false].flatMap((up) => bars(up).map(([x, y]) => /** @type {Item} */ ({ kind: "line", points: [[x, 0], [x, y]], ink: up ? "three" : "seven", point: "output" }))),
    { kind: "dots", points: bars(true), ink: "three", size: 3 },
    { kind: "dots", points: bars(false), ink: "seven", size: 3 },
    { kind: "line", points: running.map((y, at) => /** @type {const} */ ([at + 0.5, y])), ink: "ink" },
    { kind: "dots", points: parts.length ? [[parts.length - 0.5, sum]] : [], ink: "ink", size: 6, point: "logit" },
  ]);
  const pushed = parts.slice(0, -1);
  const total = (/** @type {1 | -1} */ sign) => sign * pushed.reduce((of, each) => of + (each * sign > 0 ? each : 0), 0);
  if (parts.length) showNumbers(part("lesson"), { logit: figure(sum), up: figure(total(1)), down: figure(total(-1)), bias: figure(network.outputBias) });
  pushes.describe(sumWords());
}

/** @param {number} value */
function figure(value) {
  return value.toFixed(2).replace("-", "−");
}

function sumWords() {
  if (!read) return "";
  const { network } = read;
  const { image, words } = shownDigit(read);
  if (!image) return "Draw a 3 or a 7, and see what each unit makes of it.";
  let [up, down, still] = [0, 0, 0];
  for (const push of pushesOf(network, image)) {
    if (push > 0) up += push;
    else if (push < 0) down += push;
    else still++;
  }
  const logit = up + down + network.outputBias;
  return `${words}. Units push it ${signed(up)} and ${signed(down)}, ${still} of ${network.units} not at all, the bias ${signed(network.outputBias)}: the logit is ${signed(logit)}, a ${logit > 0 ? 3 : 7}.`;
}

/** @param {string} view */
function live(view) {
  if (view === "units") return unitWords();
  if (view === "sum") return sumWords();
  if (view === "frozen") return frozenWords();
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
  const off = read && !isFrozen() && prediction.number("off") !== null ? ` You expected that ${prediction.number("off")} units can be off; it is ${mostOff(read.removal, STILL)}.` : "";
  const random = prediction.number("frozen") === null ? "" : ` ${frozenWords()}`;
  const others = headlines.size < SEEDS.length ? " Choose batches of 32 and another seed to have that trained." : "";
  return `Batches of 256 read ${mean(first)} rightly on average${mine}: ${reach(first)}. Batches of 32: ${mean(second)}, ${reach(second)}.${others} The baseline has ${percent(baselineOf())}.${off}${random}`;
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
  const rows = [
    ...members.map((member) => row(member, `batches of ${member.recipe.batch_size}, seed ${member.recipe.seed}`)),
    ...widths.members.map((member) => row(member, `${member.recipe.hidden} ${member.recipe.hidden === 1 ? "unit" : "units"}, seed ${member.recipe.seed}`)),
    ...frozen.members.map((member) => row(member, `hidden layer frozen, rate ${member.recipe.learning_rate}, seed ${member.recipe.seed}`)),
    ["two mean images (baseline)", percent(baselineOf()), "–", "no"],
  ];
  showTable(part("table", HTMLTableElement), ["Run", "Read rightly", "Loss", "The mark"], rows);
}
