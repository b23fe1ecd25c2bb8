// Half-inverted digits with four activations: what each run reads, where a digit and its negative land, what one unit does.

import { DigitImage } from "../ink/digit-image.js";
import { invertedDigits, invertedPlaces } from "../model/inverted.js";
import { fetchNetwork } from "../model/kept-model.js";
import { PIXELS } from "../model/network.js";
import { readAll, sharesRight } from "../model/read-all.js";
import { unitSums } from "../model/unit-sums.js";
import { element, part } from "../shell/element.js";
import { count, loss, percent, signed } from "../shell/format.js";
import { divergingScale } from "../shell/palette.js";
import { ProblemError } from "../shell/problem.js";
import { onThemeChange } from "../shell/theme.js";
import { fullColour, SignedImage } from "../weights/signed-image.js";
import { Graph, sideBySide } from "./graph.js";
import { openLesson } from "./lesson.js";
import { equalSign, numberOf, showNumbers } from "./numbers.js";
import { runLink, showTable, waitsFor } from "./runs-shown.js";
import { mountChoice, mountSlider } from "../forms/slider.js";

/** @import { Ink, Item } from "./graph.js" */
/** @import { Digits } from "../model/digits.js" */
/** @import { Network } from "../model/network.js" */
/** @typedef {{run: string, network: Network, plain: Digits, seen: Digits, inverted: Set<number>, logits: Float64Array, negatives: Float64Array, sums: Float64Array, mirror: number}} Read
 *   `seen`: the digits as the run met them, half inverted; `logits` and `negatives`: of all digits in both forms; `sums`: of
 *   each unit over `seen`; `mirror`: what the scores of an image and its negative add up to without a bend */

/** @type {{name: string, words: string, ink: Ink}[]} */
const BENDS = [
  { name: "none", words: "no bend", ink: "ink" },
  { name: "relu", words: "ReLU", ink: "series-2" },
  { name: "tanh", words: "tanh", ink: "series-4" },
  { name: "sigmoid", words: "sigmoid", ink: "soft" },
];
const BARS = 24;

const { signal, state, prediction, trials, painter, digits, toasts } = openLesson(window, {
  defaults: { view: "all", bend: "none", rate: 0.1, seed: 0, digit: 2, unit: 1 },
});

/** @param {string} label @param {string} name @param {[string | number, string][]} options */
function choice(label, name, options) {
  const value = typeof options[0][0] === "number" ? state.number(name) : state.text(name);
  const root = part("choices").appendChild(element("div", ""));
  mountChoice(root, { label, options: options.map(([each, words]) => ({ value: each, label: words })), ...state.control(name), value }, { signal });
}

choice("Look at", "view", [["all", "all four"], ["pair", "a digit and its negative"], ["unit", "one unit"]]);
choice("Bend", "bend", BENDS.map(({ name, words }) => [name, words]));
choice("Rate", "rate", [[0.1, "0.1"], [1, "1"]]);
choice("Seed", "seed", [[0, "0"], [1, "1"], [2, "2"]]);

const graph = new Graph(part("graph"), {
  label: "Digits read rightly by epoch, half of them inverted",
  x: { min: 0, max: 20, label: "Epochs" },
  y: { min: 0.4, max: 1, label: "Read rightly", format: (value) => percent(value, 0) },
}, { signal });
const scores = new Graph(part("scores"), {
  label: "Scores of the digit and of its negative",
  x: { min: -10, max: 10, label: "Score: 7 to the left of 0, 3 to the right" },
  y: { min: 0, max: 1, label: "", ticks: [] },
}, { signal });
const answers = new Graph(part("answers"), {
  label: "What the unit answers",
  x: { min: 0, max: 1, label: "What the unit passes on" },
  y: { min: 0, max: 1, label: "Digits", ticks: undefined, format: count },
}, { signal });
const [digit, negative] = ["digit", "negative"].map((id) => new DigitImage(part(id, HTMLCanvasElement), { full: 1, signal }));
const picture = new SignedImage("lesson-picture");
picture.canvas.setAttribute("role", "img");
part("unit-picture").append(picture.canvas);
let palette = divergingScale(document);
picture.paint(new Float32Array(PIXELS), palette, 1);
mountSlider(part("which"), { label: "Which digit?", min: 0, max: 2037, whole: true, step: 1, ...state.control("digit") }, { signal });
mountSlider(part("which-unit"), { label: "Which unit?", min: 1, max: 30, whole: true, step: 1, ...state.control("unit") }, { signal });

const show = painter.add(paint);
/** Of the chosen run, once it has ended. @type {Read | null} */
let read = null;
let reading = "";
const trial = trials.ask("bends", { choices: chosen(), onChange: () => (look(), show()) });
onThemeChange(document, () => {
  palette = divergingScale(document);
  show();
}, { signal });
prediction.subscribe(show);
state.subscribe((changed) => {
  if (changed === "rate" || changed === "seed") trial.choose(chosen());
  look();
  show();
});

function chosen() {
  return { learning_rate: state.number("rate"), seed: state.number("seed") };
}

/** Reads all digits by the chosen run's network. */
async function look() {
  const member = trial.members.find(({ recipe }) => recipe.activation === state.text("bend"));
  if (!member || member.log.active || member.log.state === "none" || member.run === reading) return;
  reading = member.run;
  read = null;
  try {
    const [network, plain] = await Promise.all([fetchNetwork(member.run, member.recipe), digits.get()]);
    const seen = invertedDigits(plain, member.recipe);
    const inverted = new Set(invertedPlaces(plain.count, member.recipe));
    const logits = readAll(network, plain.lit);
    const negatives = readAll(network, invertedDigits(plain, { invert: 1, seed: 0 }).lit);
    if (reading !== member.run) return;
    const [black, white] = [new Float32Array(PIXELS), new Float32Array(PIXELS).fill(1)];
    read = { run: member.run, network, plain, seen, inverted, logits, negatives, sums: unitSums(network, seen.lit), mirror: network.logit(black) + network.logit(white) };
    show();
  } catch (problem) {
    if (reading === member.run) reading = "";
    if (problem instanceof ProblemError) toasts.showProblem(problem);
    else if (!signal.aborted) throw problem;
  }
}

function paint() {
  for (const view of ["all", "pair", "unit"]) part(view).hidden = view !== view_();
  paintAll();
  if (read) {
    paintPair(read);
    paintUnit(read);
  }
  const words = said();
  part("words-now").textContent = words;
  part("source").textContent = waitsFor([trial]) || "Four runs of this server with the same first weights; accuracy on 2,038 digits that none has learned from, half of them inverted.";
  table();
}

function view_() {
  const view = state.text("view");
  return view === "pair" || view === "unit" ? view : "all";
}

function paintAll() {
  /** @type {Item[]} */
  const lines = trial.members.map(({ recipe, log }) => {
    const { ink } = look_(recipe.activation);
    const points = [...log.epochs.epoch.view].map((epoch, i) => /** @type {const} */ ([epoch, log.epochs.valid_accuracy.at(i)]));
    return { kind: "line", points, ink, dash: recipe.activation !== state.text("bend"), ...(recipe.activation !== "none" && { point: "bend" }) };
  });
  /** @type {Item[]} */
  const names = trial.members.flatMap(({ recipe, log }) =>
    log.accuracy > 0 ? [{ kind: "words", x: { none: 3, relu: 18, tanh: 13, sigmoid: 8 }[recipe.activation ?? "relu"], y: log.accuracy + 0.015, words: look_(recipe.activation).words, ink: look_(recipe.activation).ink }] : []);
  /** @type {Item[]} */
  const mine = [["none", "you, without a bend"], ["relu", "you, with a ReLU"]].flatMap(([name, label]) => {
    const guess = prediction.number(name);
    return guess === null ? [] : [{ kind: "rule", y: guess / 100, ink: "mine", dash: true, label }];
  });
  graph.show([...mine, { kind: "rule", y: 0.5, ink: "soft", label: "guessing" }, ...lines, ...names]);
  graph.describe(said());
}

/** @param {string | undefined} name */
function look_(name) {
  return BENDS.find((each) => each.name === name) ?? BENDS[1];
}

/** @param {Read} now */
function paintPair({ network, plain, logits, negatives, mirror, run }) {
  const i = Math.min(plain.count - 1, Math.max(0, Math.round(state.number("digit"))));
  const image = plain.image(i);
  digit.show(image);
  negative.show(image.map((value) => 1 - value));
  const [one, other] = [logits[i], negatives[i]];
  const name = (/** @type {number} */ score) => (score > 0 ? "3" : "7");
  part("digit-words").textContent = `score ${signed(one)}: a ${name(one)}`;
  part("negative-words").textContent = `score ${signed(other)}: a ${name(other)}`;
  part("digit").setAttribute("aria-label", `Digit ${i} of the validation images, a ${plain.labels[i]}`);
  part("negative").setAttribute("aria-label", `Its negative`);
  const reach = Math.max(1, ...[one, other, mirror].map(Math.abs)) * 1.15;
  scores.setAxes({ x: { min: -reach, max: reach, label: "Score: a 7 to the left of 0, a 3 to the right" } });
  const straight = network.bend === "none";
  scores.show([
    { kind: "rule", x: 0, ink: "ink" },
    ...(straight ? [/** @type {Item} */ ({ kind: "rule", x: mirror / 2, ink: "soft", dash: true, label: "mirror, c ⁄ 2", point: "c" })] : []),
    { kind: "line", points: [[one, 0.45], [other, 0.45]], ink: "soft" },
    { kind: "dots", points: [[one, 0.45], [other, 0.45]], ink: plain.labels[i] === 3 ? "three" : "seven", size: 7, point: "score" },
    { kind: "words", x: one, y: 0.6, words: "digit", ink: "ink" },
    { kind: "words", x: other, y: 0.22, words: "negative", ink: "ink" },
  ]);
  const right = [0, 0, 0];
  for (let n = 0; n < plain.count; n++) {
    const three = plain.labels[n] === 3;
    right[Number(logits[n] > 0 === three) + Number(negatives[n] > 0 === three)]++;
  }
  const [first, second, both] = [one, other, mirror].map(signed);
  const together = equalSign(signed(one + other), numberOf(first) + numberOf(second), signed) === "=" ? "The two scores add up to" : "Before they are rounded, the two scores add up to";
  const sum = straight
    ? `${together} ${signed(one + other)}, and c is ${signed(mirror)}: so it is for every digit.`
    : `${together} ${signed(one + other)}, those of an image all ink and one without any to ${signed(mirror)}. Without a bend the sum would be the same for every pair.`;
  part("pair-words").replaceChildren(
    `The digit is a ${plain.labels[i]}. ${sum} Of all ${count(plain.count)} digits `, element("b", "", count(right[2])),
    ` are read rightly in both forms, ${count(right[1])} in one only, ${count(right[0])} in neither (`, runLink(run, "this run"), ").",
  );
  scores.describe(`The digit lies at ${signed(one)}, its negative at ${signed(other)}.`);
  showNumbers(part("lesson"), { score: first, negative: second, c: both, equals: equalSign(second, numberOf(both) - numberOf(first), signed) });
  part("formula-now").hidden = !straight;
}

/** @param {Read} now */
function paintUnit({ network, seen, inverted, sums, run }) {
  const unit = Math.min(network.units, Math.max(1, Math.round(state.number("unit")))) - 1;
  const weights = Float32Array.from({ length: PIXELS }, (_, pixel) => network.first[pixel * network.units + unit]);
  picture.paint(weights, palette, 1 / fullColour(weights));
  picture.canvas.setAttribute("aria-label", `Weights of unit ${unit + 1}: ink in the blue speaks for it, in the orange against it`);
  const out = Float64Array.from({ length: seen.count }, (_, i) => network.activation.apply(sums[unit * seen.count + i]));
  const [low, high] = [Math.min(0, ...out), Math.max(1e-3, ...out)];
  const width = (high - low) / BARS || 1;
  const bars = { 3: new Array(BARS).fill(0), 7: new Array(BARS).fill(0) };
  const on = { digits: 0, negatives: 0 };
  let silent = 0;
  for (let i = 0; i < seen.count; i++) {
    bars[/** @type {3 | 7} */ (seen.labels[i])][Math.min(BARS - 1, Math.floor((out[i] - low) / width))]++;
    if (sums[unit * seen.count + i] > 0) on[inverted.has(i) ? "negatives" : "digits"]++;
  }
  for (let each = 0; each < network.units; each++) {
    if (sums.subarray(each * seen.count, (each + 1) * seen.count).every((sum) => sum <= 0)) silent++;
  }
  const top = Math.max(1, ...bars[3], ...bars[7]);
  const binned = (/** @type {number[]} */ counts) => counts.map((y, i) => ({ from: low + i * width, to: low + (i + 1) * width, y }));
  answers.setAxes({ x: { min: low, max: high, label: "What the unit passes on" }, y: { min: 0, max: top, label: "Digits: 3s blue, 7s orange", format: count } });
  answers.show(sideBySide(binned(bars[3]), binned(bars[7])));
  const words = `Unit ${unit + 1}: bias ${signed(network.bias[unit])}, and what it passes on counts ${signed(network.output[unit])} times. Its sum is positive for ${count(on.digits)} of ${count(seen.count - inverted.size)} digits as they are and for ${count(on.negatives)} of ${count(inverted.size)} negatives.`;
  answers.describe(words);
  part("unit-words").replaceChildren(`${words} `, runLink(run, "The run"), ".");
  part("dead-now").textContent = network.bend === "relu"
    ? `In the run shown here ${silent === 1 ? "1 unit is" : `${silent} units are`} dead of ${network.units}, over ${count(seen.count - inverted.size)} digits as they are and ${count(inverted.size)} negatives.`
    : "Choose ReLU above, and this page counts them.";
}

function said() {
  const ended = trial.members.filter(({ log }) => !log.active && log.accuracy > 0);
  if (!ended.length) return "";
  const reached = ended.map(({ recipe, log }) => `${look_(recipe.activation).words} ${percent(log.accuracy)}`).join(", ");
  const guess = prediction.number("none");
  const mine = guess === null ? "" : ` You expected ${percent(guess / 100, 1)} without a bend and ${percent((prediction.number("relu") ?? NaN) / 100, 1)} with a ReLU.`;
  const checked = read && read.network.bend === state.text("bend") ? ` Read again on this page, the network with ${look_(state.text("bend")).words} gets ${percent(again(read))}.` : "";
  return `With half of the digits inverted, after 20 epochs at rate ${state.number("rate")} with seed ${state.number("seed")}: ${reached}.${mine}${checked}`;
}

/** @param {Read} now */
function again({ network, sums, seen }) {
  const logits = new Float64Array(seen.count).fill(network.outputBias);
  for (let unit = 0, at = 0; unit < network.units; unit++) {
    for (let i = 0; i < seen.count; i++, at++) logits[i] += network.output[unit] * network.activation.apply(sums[at]);
  }
  return sharesRight(logits, seen.labels).all;
}

function table() {
  if (!trial.members.length) return;
  const rows = trial.members.map(({ run, recipe, log }) => [runLink(run, look_(recipe.activation).words), percent(log.accuracy), loss(log.epochs.valid_loss.at(-1))]);
  showTable(part("table", HTMLTableElement), ["Between the layers", "Read rightly", "Loss"], rows);
}
