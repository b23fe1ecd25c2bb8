// Thirty pictures of weights folded into one, and what all digits make of it.

import { DigitRow } from "../ink/digit-row.js";
import { invertedDigits } from "../model/inverted.js";
import { fetchNetwork } from "../model/kept-model.js";
import { PIXELS } from "../model/network.js";
import { sharesRight } from "../model/read-all.js";
import { element, part } from "../shell/element.js";
import { count, percent } from "../shell/format.js";
import { divergingScale } from "../shell/palette.js";
import { ProblemError } from "../shell/problem.js";
import { onThemeChange } from "../shell/theme.js";
import { fullColour, SignedImage } from "../weights/signed-image.js";
import { Fold } from "./folding.js";
import { Graph } from "./graph.js";
import { openLesson } from "./lesson.js";
import { showNumbers } from "./numbers.js";
import { runLink, showTable, waitsFor } from "./runs-shown.js";
import { mountChoice, mountSlider } from "../forms/slider.js";

/** @import { Item } from "./graph.js" */
/** @import { Digits } from "../model/digits.js" */
/** @import { Network } from "../model/network.js" */
/** @import { Folded } from "./folding.js" */
/**
 * @typedef {object} Read
 * @property {string} run
 * @property {Network} network
 * @property {Digits} seen
 * @property {Fold} fold
 * @property {Item} curve verdicts changed, by units folded
 * @property {number} most of them
 * @property {Folded} all with every unit folded
 * @property {number} digit whose logit then differs most
 * @property {Float32Array[]} pictures of the units, each times its weight in the second layer
 * @property {[pictures: number, one: number]} full what has the full colour: among the pictures, and in the folded one
 */
/** @typedef {"straight" | "relu" | "inverted"} Kind */

/** @type {Record<Kind, string>} */
const KINDS = { straight: "no bend", relu: "ReLU", inverted: "ReLU, half inverted" };
const SAME = 5e-5; // half of the last place in which a logit is written
const SHOWN = 12; // digits whose verdict changes

const { signal, state, prediction, trials, painter, digits, toasts } = openLesson(window, { defaults: { of: "straight", folded: 30 } });

mountChoice(part("choices").appendChild(element("div", "")), {
  label: "Between the layers",
  options: Object.entries(KINDS).map(([value, label]) => ({ value, label })),
  ...state.control("of"),
}, { signal });
mountSlider(part("folded"), { label: "Units folded", min: 0, max: 30, whole: true, step: 1, ...state.control("folded") }, { signal });

const graph = new Graph(part("graph"), {
  label: "Verdicts that change, by how many units are folded",
  x: { min: 0, max: 30, label: "Units folded" },
  y: { min: 0, max: 20, label: "Verdicts changed of 2,038" },
}, { signal });
const one = new SignedImage("lesson-picture");
part("one").append(one.canvas);
one.canvas.setAttribute("role", "img");
one.canvas.dataset.point = "one";
one.canvas.setAttribute("aria-label", "Empty: nothing is folded yet");
const tiles = Array.from({ length: 30 }, () => new SignedImage("lesson-picture"));
part("tiles").append(...tiles.map(({ canvas }) => canvas));
const row = new DigitRow("Digits whose verdict changes", signal);
part("changed").append(row.root);
let palette = divergingScale(document);
/** What the tiles show. @type {{pictures?: Float32Array[], palette?: typeof palette}} */
let painted = {};
for (const each of [one, ...tiles]) each.paint(new Float32Array(PIXELS), palette, 1);

const show = painter.add(paint);
/** By kind, once it has been read. @type {Partial<Record<Kind, Read>>} */
const known = {};
/** @type {Set<string>} */
const begun = new Set();
const onChange = () => (lookAll(), show());
/** @type {Record<Kind, import("./trials.js").Trial>} */
const asked = {
  straight: trials.ask("straight", { onChange }),
  relu: trials.ask("bent", { onChange }),
  inverted: trials.ask("bent", { onChange, choices: { invert: 0.5 } }),
};
onThemeChange(document, () => {
  palette = divergingScale(document);
  show();
}, { signal });
prediction.subscribe(show);
state.subscribe(show);

/** @returns {Kind} */
function kind() {
  const of = state.text("of");
  return of === "relu" || of === "inverted" ? of : "straight";
}

function lookAll() {
  for (const name of /** @type {Kind[]} */ (Object.keys(asked))) look(name);
}

/** @param {Kind} name */
async function look(name) {
  const [member] = asked[name].members;
  if (!member || member.log.active || member.log.state === "none" || begun.has(member.run)) return;
  begun.add(member.run);
  try {
    const [network, plain] = await Promise.all([fetchNetwork(member.run, member.recipe), digits.get()]);
    const seen = invertedDigits(plain, member.recipe);
    const fold = new Fold(network, seen);
    const curve = Array.from({ length: network.units + 1 }, (_, units) => fold.at(units).changed.length);
    const pictures = tiles.map((_, unit) => Float32Array.from({ length: PIXELS }, (_, pixel) => network.output[unit] * network.first[pixel * network.units + unit]));
    const all = fold.at(network.units);
    const off = all.logits.map((logit, i) => Math.abs(logit - fold.logits[i]));
    known[name] = {
      all, digit: off.indexOf(Math.max(...off)), run: member.run, network, seen, fold, pictures,
      curve: { kind: "line", points: curve.map((y, x) => /** @type {const} */ ([x, y])), ink: "soft" },
      most: Math.max(...curve),
      full: [fullColour(Float32Array.from(pictures.flatMap((each) => [...each]))), fullColour(fold.picture(network.units))],
    };
    show();
  } catch (problem) {
    begun.delete(member.run);
    if (problem instanceof ProblemError) toasts.showProblem(problem);
    else if (!signal.aborted) throw problem;
  }
}

function paint() {
  const read = known[kind()];
  if (read) paintFold(read);
  part("words-now").textContent = said();
  const waits = waitsFor(Object.values(asked));
  part("source").textContent = waits || "Three runs of this server, seed 0, forty epochs; computed in your browser from their last weights, over 2,038 digits that none has learned from. Faded pictures are folded in.";
  table();
}

/** @param {Read} now */
function paintFold({ network, seen, fold, curve, most, all, digit, pictures, full }) {
  const units = Math.min(network.units, Math.max(0, Math.round(state.number("folded"))));
  const { logits, difference, changed } = units === network.units ? all : fold.at(units);
  if (painted.pictures !== pictures || painted.palette !== palette) tiles.forEach((tile, unit) => tile.paint(pictures[unit], palette, 1 / full[0]));
  painted = { pictures, palette };
  tiles.forEach(({ canvas }, unit) => canvas.toggleAttribute("data-folded", unit < units));
  part("tiles").setAttribute("aria-label", `${network.units - units} pictures of weights that are not folded yet`);
  const picture = fold.picture(units);
  one.paint(picture, palette, 1 / full[1]);
  one.canvas.setAttribute("aria-label", units ? "The one picture: blue where ink speaks for a 3, orange for a 7" : "Empty: nothing is folded yet");
  part("one-words").textContent = `${units} folded`;
  const image = seen.image(digit);
  const answer = picture.reduce((sum, weight, pixel) => sum + weight * image[pixel], 0);
  const rest = logits[digit] - answer;
  const same = Math.abs(logits[digit] - fold.logits[digit]) < SAME;
  // Each number is rounded by itself, so that the last place of their sum may be another.
  const off = [answer, rest].reduce((left, value) => left - Math.round(value * 1e4), Math.round(fold.logits[digit] * 1e4));
  showNumbers(part("lesson"), { thirty: figure(fold.logits[digit]), same: same ? (off === 0 ? "=" : "≈") : "≠", answer: figure(answer), rest: figure(rest), digit: count(digit) });
  part("digit-now").hidden = false;
  const guess = prediction.number(kind());
  const top = Math.max(10, most, guess ?? 0) * 1.08;
  graph.setAxes({ y: { min: 0, max: top, label: "Verdicts changed of 2,038", format: count } });
  graph.show([
    curve,
    ...(guess === null ? [] : [/** @type {Item} */ ({ kind: "rule", y: guess, ink: "mine", dash: true, label: "your guess" })]),
    { kind: "dots", points: [[units, changed.length]], ink: "ink", size: 6 },
  ]);
  const words = `${units} of ${network.units} units folded: ${count(changed.length)} of ${count(seen.count)} verdicts ${changed.length === 1 ? "changes" : "change"}; the largest difference of a logit is ${small(difference)}. Read rightly: ${percent(sharesRight(logits, seen.labels).all)}, and ${percent(sharesRight(fold.logits, seen.labels).all)} before.`;
  graph.describe(words);
  part("live").textContent = words;
  row.show(changed.slice(0, SHOWN).map((i) => ({
    key: `${kind()} ${i}`, pixels: seen.bytes(i), words: logits[i] > 0 ? "now 3" : "now 7", name: `A ${seen.labels[i]}, read as ${logits[i] > 0 ? 3 : 7} now`, press: null,
  })));
}

/** @param {number} value */
function figure(value) {
  return value.toFixed(4).replace("-", "−");
}

/** @param {number} value */
function small(value) {
  if (value >= 0.01 || value < 1e-10) return value.toFixed(2);
  const digits = value < 1e-5 ? 1 : 2; // what comes of rounding alone, and has to fit a phone's table
  return Number(value.toPrecision(digits)).toFixed(10).replace(/0+$/, "");
}

function said() {
  /** @type {[Kind, string][]} */
  const names = [["straight", "Without a bend"], ["relu", "With a ReLU"], ["inverted", "With a ReLU on half-inverted digits"]];
  return names.flatMap(([name, words]) => {
    const read = known[name];
    if (!read) return [];
    const guess = prediction.number(name);
    return [`${words}, folding all units changes ${count(read.all.changed.length)} verdicts${guess === null ? "" : ` (you expected ${count(guess)})`}.`];
  }).join(" ");
}

function table() {
  const rows = /** @type {Kind[]} */ (Object.keys(asked)).flatMap((name) => {
    const [member] = asked[name].members;
    if (!member) return [];
    const read = known[name];
    const all = read?.all;
    return [[
      runLink(member.run, KINDS[name]), percent(member.log.accuracy), read && all ? percent(sharesRight(all.logits, read.seen.labels).all) : "…",
      all ? count(all.changed.length) : "…", all ? small(all.difference) : "…",
    ]];
  });
  if (rows.length) showTable(part("table", HTMLTableElement), ["Between", "Right", "Right, folded", "Verdicts changed", "Logit by up to"], rows);
}
