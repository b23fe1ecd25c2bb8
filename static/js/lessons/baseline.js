// Which of two mean images is a digit nearer to?

import { fetchNetwork } from "../model/kept-model.js";
import { readAll, sharesRight } from "../model/read-all.js";
import { button, element, part } from "../shell/element.js";
import { count, percent } from "../shell/format.js";
import { divergingScale, inkScale } from "../shell/palette.js";
import { ProblemError, request } from "../shell/problem.js";
import { onThemeChange } from "../shell/theme.js";
import { SignedImage } from "../weights/signed-image.js";
import { openDrawing } from "../ink/kept-drawing.js";
import { DISTANCES, linearScores, nearness } from "./distances.js";
import { Graph, histogramOf, sideBySide } from "./graph.js";
import { openLesson } from "./lesson.js";
import { showNumbers } from "./numbers.js";
import { mountChoice, mountSlider } from "../forms/slider.js";

/** @typedef {import("./distances.js").Norm} Norm */

const NAMES = { l1: "L1", l2: "L2", signed: "without abs", late: "abs too late" };
const BINS = 48;
const DRAWN = -1; // instead of a digit's place: what is drawn in this browser

const { signal, state, prediction, trials, digits, painter } = openLesson(window, { defaults: { norm: "l1", digit: 114 } });

/** @import { Item } from "./graph.js" */
/** `agreed`: how many verdicts of L2 are those of the linear model
 * @type {{all: import("../model/digits.js").Digits, means: {three: number[], seven: number[]}, nearer: Record<Norm, Float64Array>, agreed: number} | null} */
let loaded = null;
/** @type {Partial<Record<Norm, ReturnType<typeof lookOf>>>} */
const looks = {};
let palettes = { plain: inkScale(document), signed: divergingScale(document) };
const drawing = openDrawing(window, { signal });
const show = painter.add(paint);

mountChoice(part("norm"), {
  label: "Distance",
  options: Object.entries(NAMES).map(([value, label]) => ({ value, label })),
  ...state.control("norm"),
  value: norm(),
}, { signal });
const slider = mountSlider(part("digit"), { label: "Digit", min: 0, max: 2037, step: 1, whole: true, ...state.control("digit"), value: Math.max(0, state.number("digit")) }, { signal });
const MAPS = /** @type {const} */ ([["the digit", "digit"], ["mean 3", "mean"], ["less the mean 3", "sum"], ["mean 7", "mean"], ["less the mean 7", "sum"]]);
const maps = MAPS.map(([words, point]) => {
  const image = new SignedImage("map-image");
  image.paint(new Float32Array(784), palettes.plain, 1); // nothing yet: unpainted it would be black
  const caption = element("figcaption", "caption", words);
  const figure = element("figure", "map", image.canvas, caption);
  figure.dataset.point = point;
  part("maps").append(figure);
  return { image, caption, words };
});
const histogram = new Graph(part("histogram"), {
  label: "How much nearer each digit is to the mean 3 than to the mean 7",
  x: { min: -1, max: 1, label: "Nearer to the 7  ←  →  nearer to the 3" },
  y: { min: 0, max: 1, label: "Digits" },
}, { signal });
const reached = new Graph(part("reached"), {
  label: "How many digits each distance reads rightly",
  x: { min: 0.4, max: 1.04, label: "Read rightly", ticks: [0.4, 0.6, 0.8, 1], format: (value) => percent(value, 0) },
  y: { min: 0, max: 1, label: "", ticks: [] },
}, { signal });
if (!drawing.blank) part("picks").append(button("My drawing", "small", () => pick(DRAWN)));
trials.ask("network", { onChange: ({ complete, members }) => complete && findOnlyNetwork(members[0]) });
state.subscribe(show);
prediction.subscribe(show);
onThemeChange(document, () => {
  palettes = { plain: inkScale(document), signed: divergingScale(document) };
  show();
}, { signal });
const loading = load();

function norm() {
  return /** @type {Norm} */ (state.text("norm") in NAMES ? state.text("norm") : "l1");
}

/** @param {number} place */
function pick(place) {
  state.set("digit", place);
  if (place >= 0) slider.set(place);
}

async function load() {
  part("source").textContent = "Fetching 2,038 digits …";
  try {
    const [all, { mean_3: three, mean_7: seven }] = await Promise.all([digits.get(), request("GET", "/api/baseline")]);
    const means = { three, seven };
    const of = (/** @type {Norm} */ each) => nearness(all, means, each);
    const l2 = of("l2");
    const agreed = linearScores(all.lit, means).filter((score, i) => score > 0 === l2[i] > 0).length;
    loaded = { all, means, nearer: { l1: of("l1"), l2, signed: of("signed"), late: of("late") }, agreed };
    show();
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    part("source").textContent = `${error.title}. ${error.detail}`;
  }
}

function paint() {
  if (!loaded) return;
  const { all, means, nearer } = loaded;
  const values = nearer[norm()];
  const asked = Math.min(all.count - 1, Math.max(DRAWN, Math.round(state.number("digit"))));
  const drawn = asked === DRAWN ? drawing.image : null;
  const place = Math.max(0, asked); // where nothing is drawn in this browser, the first digit stands for it
  const image = drawn ?? all.image(place);
  const [toThree, toSeven] = [means.three, means.seven].map((ideal) => DISTANCES[norm()](image, ideal));
  const pictures = [image, means.three, minus(image, means.three), means.seven, minus(image, means.seven)];
  pictures.forEach((each, i) => maps[i].image.paint(each, MAPS[i][1] === "sum" ? palettes.signed : palettes.plain, 1));
  maps[2].caption.textContent = `${maps[2].words}: ${decimals(toThree)}`;
  maps[4].caption.textContent = `${maps[4].words}: ${decimals(toSeven)}`;
  const { reach, top, bars, right } = (looks[norm()] ??= lookOf(values, all.labels));
  histogram.setAxes({
    x: { min: -reach, max: reach, label: "Nearer to the 7  ←  →  nearer to the 3" },
    y: { min: 0, max: top, label: "Digits: 3s blue, 7s orange", format: (value) => count(value) },
  });
  histogram.show([
    ...bars,
    { kind: "rule", x: 0, ink: "soft" },
    { kind: "flag", x: toSeven - toThree, ink: "ink", label: "this one" },
  ]);
  showNumbers(part("lesson"), { three: toThree.toFixed(4), seven: toSeven.toFixed(4) });
  part("formula-now").hidden = norm() !== "l1"; // whose formula it is
  const verdict = toThree < toSeven ? 3 : 7;
  const words = [
    `${NAMES[norm()]} reads ${percent(right.all)} of ${count(all.count)} digits rightly: ${percent(right.threes)} of the 3s, ${percent(right.sevens)} of the 7s.`,
    drawn ? `Your drawing is nearer to the mean ${verdict}.` : `Digit ${count(place)}, a ${all.labels[place]}, is nearer to the mean ${verdict}.`,
    norm() === "l2" ? `The linear model with the weights mean 3 − mean 7 has the same verdict for ${count(loaded.agreed)} of them.` : "",
    judged(),
  ].filter(Boolean).join(" ");
  part("words-now").textContent = words;
  histogram.describe(words);
  paintReached(loaded);
  part("source").textContent = "Mean images of 12,396 training digits; distances of 2,038 validation digits, computed here. In the two differences blue is more ink than in the mean, orange is less.";
}

/**
 * What of a distance does not change with the digit that is looked at.
 *
 * @param {Float64Array} values
 * @param {Uint8Array} labels
 */
function lookOf(values, labels) {
  const reach = Math.max(...values.map(Math.abs)) * 1.02;
  const bins = (/** @type {number} */ label) => histogramOf(values.filter((_, i) => labels[i] === label), { reach, bins: BINS });
  const [three, seven] = [bins(3), bins(7)];
  return {
    reach,
    top: Math.max(...three.map(({ y }) => y), ...seven.map(({ y }) => y)) * 1.1,
    bars: sideBySide(three, seven),
    right: sharesRight(values, labels),
  };
}

/** All four distances on one axis, and where the reader expected L1. @param {NonNullable<typeof loaded>} all */
function paintReached({ all, nearer }) {
  const guess = prediction.number("l1");
  const names = /** @type {Norm[]} */ (Object.keys(NAMES));
  const rights = names.map((each) => (looks[each] ??= lookOf(nearer[each], all.labels)).right.all);
  reached.show([
    ...names.map((each, i) => /** @type {Item} */ ({ kind: "dots", points: [[rights[i], 0.3]], ink: each === norm() ? "ink" : "soft", size: each === norm() ? 7 : 5 })),
    ...names.map((each, i) => /** @type {Item} */ ({ kind: "words", x: rights[i], y: 0.44, words: NAMES[each], ink: each === norm() ? "ink" : "soft" })),
    ...(guess === null ? [] : [/** @type {Item} */ ({ kind: "flag", x: guess / 100, label: "you: L1", ink: "mine" })]),
  ]);
  reached.describe(names.map((each, i) => `${NAMES[each]} ${percent(rights[i])}`).join(", ") + (guess === null ? "." : `. You expected ${percent(guess / 100, 1)} for L1.`));
}

function judged() {
  const expected = prediction.number("l1");
  if (expected === null || !loaded) return "";
  const { all, nearer } = loaded;
  const [l1, l2] = [sharesRight(nearer.l1, all.labels).all, sharesRight(nearer.l2, all.labels).all];
  return `You expected ${expected}\u00a0% for L1 (${percent(l1)}), and ${prediction.answers?.better === "l2" ? "L2" : "L1"} to be the better one: it is ${l2 > l1 ? "L2" : "L1"}.`;
}

/** Digits that the trained network reads rightly and neither distance does, to press. @param {import("./trials.js").Member} member */
async function findOnlyNetwork(member) {
  if (signal.aborted || part("picks").dataset.found) return;
  part("picks").dataset.found = "true";
  await loading;
  if (!loaded) return;
  const { all } = loaded;
  const network = await fetchNetwork(member.run, member.recipe).catch((error) => {
    if (!(error instanceof ProblemError)) throw error;
    return null; // the page stands without these
  });
  if (!network) return;
  const logits = readAll(network, all.lit);
  const { l1, l2 } = loaded.nearer;
  const wrong = (/** @type {Float64Array} */ values, /** @type {number} */ i) => values[i] > 0 !== (all.labels[i] === 3);
  const only = [...all.labels.keys()].filter((i) => !wrong(logits, i) && wrong(l1, i) && wrong(l2, i));
  part("picks").append(
    element("span", "caption", `${only.length} digits that only the network gets right, such as:`),
    ...only.slice(0, 6).map((i) => button(String(i), "small", () => pick(i))),
  );
}

/** @param {number} value */
function decimals(value) {
  return value.toFixed(4).replace("-", "−");
}

/** @param {ArrayLike<number>} image @param {ArrayLike<number>} ideal */
function minus(image, ideal) {
  return Float64Array.from({ length: image.length }, (_, i) => image[i] - ideal[i]);
}
