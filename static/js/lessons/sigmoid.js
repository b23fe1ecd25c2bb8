// The logits of all validation digits on the sigmoid, at any moment of a run.

import { fetchNetwork } from "../model/kept-model.js";
import { readAll } from "../model/read-all.js";
import { sigmoid } from "../model/network.js";
import { part } from "../shell/element.js";
import { count, percent, plain } from "../shell/format.js";
import { ProblemError } from "../shell/problem.js";
import { Graph, histogramOf, sideBySide } from "./graph.js";
import { openLesson } from "./lesson.js";
import { showNumbers } from "./numbers.js";
import { pastNetwork } from "./past-network.js";
import { mountSlider } from "../forms/slider.js";

const LAST = 1960;
const BINS = 64;
const ON_CURVE = 240; // digits that are drawn on it: more would hide it

const { signal, state, prediction, trials, digits, painter } = openLesson(window, {
  defaults: { step: LAST, threshold: 0, width: 1 },
});

/** @import { Item } from "./graph.js" */
/** @type {{logits: Float64Array, labels: Uint8Array, step: number, run: string, look: ReturnType<typeof lookOf>} | null} */
let read = null;
let reading = new AbortController();

const show = painter.add(paint);
const trial = trials.ask("network", { onChange: waited });
mountSlider(part("step"), { label: "After step", min: 0, max: LAST, step: 7, whole: true, ...state.control("step") }, { signal });
mountSlider(part("threshold"), { label: "Threshold (logit)", min: -6, max: 6, step: 0.1, ...state.control("threshold") }, { signal });
mountSlider(part("width"), { label: "Straight line to ±", min: 0.2, max: 6, step: 0.1, ...state.control("width") }, { signal });
state.subscribe((changed) => (changed === "step" ? look() : show()));
prediction.subscribe(show);

const axis = (/** @type {number} */ reach) => ({ min: -reach, max: reach, label: "Logit", format: plain });
const curve = new Graph(part("curve"), { label: "The sigmoid, and digits on it", x: axis(8), y: { min: 0, max: 1, label: "Probability of a 3" } }, { signal });
const histogram = new Graph(part("histogram"), { label: "How many digits have which logit", x: axis(8), y: { min: 0, max: 1, label: "Digits" } }, { signal });

/** @param {import("./trials.js").Trial} trial */
function waited({ complete, waiting }) {
  if (read) return;
  part("source").textContent = waiting || "Reading 2,038 digits …";
  if (complete) look();
}

async function look() {
  const [member] = trial.members;
  if (!member) return;
  reading.abort();
  const mine = (reading = new AbortController());
  try {
    const asked = state.number("step");
    const { network, step } = asked === LAST ? { network: await fetchNetwork(member.run, member.recipe), step: LAST } : await pastNetwork(member, asked);
    const all = await digits.get();
    if (mine.signal.aborted) return;
    const logits = readAll(network, all.lit);
    read = { logits, labels: all.labels, step, run: member.run, look: lookOf(logits, all.labels) };
    show();
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") return;
    if (!(error instanceof ProblemError)) throw error;
    part("source").textContent = `${error.title}. ${error.detail}`;
  }
}

/**
 * What of a moment no slider but that of the steps changes.
 *
 * @param {Float64Array} logits
 * @param {ArrayLike<number>} labels
 */
function lookOf(logits, labels) {
  const reach = Math.max(8, ...logits.map(Math.abs)) * 1.02;
  const stride = Math.ceil(logits.length / ON_CURVE);
  const of = (/** @type {number} */ label) =>
    [...logits].flatMap((z, i) => (labels[i] === label && i % stride === 0 ? [/** @type {const} */ ([z, sigmoid(z)])] : []));
  const bins = (/** @type {number} */ label) => histogramOf(logits.filter((_, i) => labels[i] === label), { reach, bins: BINS });
  const [three, seven] = [bins(3), bins(7)];
  const share = (/** @type {(z: number) => boolean} */ where) => logits.filter(where).length / logits.length;
  return {
    reach,
    line: /** @type {Item} */ ({ kind: "line", ink: "soft", points: range(-reach, reach, 200).map((z) => /** @type {const} */ ([z, sigmoid(z)])) }),
    dots: /** @type {Item[]} */ ([{ kind: "dots", ink: "three", size: 2.5, points: of(3) }, { kind: "dots", ink: "seven", size: 2.5, points: of(7) }]),
    bars: sideBySide(three, seven),
    wide: (2 * reach) / BINS,
    top: Math.max(...three.map(({ y }) => y), ...seven.map(({ y }) => y)),
    range: `${lowest(logits)} to ${Math.max(...logits).toFixed(1)}`,
    middle: share((z) => Math.abs(z) < 1),
    out: share((z) => Math.abs(z) > 6),
  };
}

function paint() {
  if (!read) return;
  const { logits, labels, step, run, look } = read;
  const threshold = state.number("threshold");
  const width = state.number("width");
  curve.setAxes({ x: axis(look.reach) });
  curve.show([
    look.line,
    { kind: "line", ink: "ink", dash: true, points: [[-width, 0.5 - width / 4], [width, 0.5 + width / 4]] },
    ...look.dots,
    { kind: "rule", x: threshold, ink: "ink", point: "logit" },
    { kind: "rule", y: sigmoid(threshold), ink: "soft", dash: true, label: sigmoid(threshold).toFixed(3), point: "probability" },
  ]);
  showNumbers(part("lesson"), { logit: signed(threshold), minus: signed(-threshold), probability: sigmoid(threshold).toFixed(3) });
  const expected = step === LAST ? prediction.number("middle") : null;
  // As many digits as are expected between −1 and 1, in bars as wide as the others.
  const high = expected === null ? 0 : ((expected / 100) * logits.length * look.wide) / 2;
  histogram.setAxes({ x: axis(look.reach), y: { min: 0, max: Math.max(look.top, high) * 1.1, label: "Digits: 3s blue, 7s orange", format: (value) => count(value) } });
  histogram.show([
    ...look.bars,
    { kind: "rule", x: threshold, ink: "ink", label: "threshold", point: "logit" },
    ...(expected === null ? [] : guessed(high, look.reach)),
  ]);
  let right = 0;
  for (let i = 0; i < logits.length; i++) if (logits[i] > threshold === (labels[i] === 3)) right++;
  const about = step === LAST ? "" : "≈\u00a0"; // by a picture's weights, which are rounded
  const words = [
    `After step ${count(step)}${step === state.number("step") ? "" : `, the last one kept before ${count(state.number("step"))},`} the logits go from ${look.range}.`,
    `${about}${percent(look.middle, 1)} lie between −1 and 1, ${about}${percent(look.out, 1)} beyond ±6.`,
    expected === null ? "" : `You expected ${expected}\u00a0% in the middle: the dashed box has room for as many.`,
    `A threshold of ${plain(threshold).replace("-", "−")}, a probability of ${sigmoid(threshold).toFixed(3)}, reads ${about}${percent(right / logits.length)} rightly.`,
    `At ±${plain(width)} the line is ${Math.abs(0.5 + width / 4 - sigmoid(width)).toFixed(3)} off.`,
  ].filter(Boolean).join(" ");
  part("words-now").textContent = words;
  curve.describe(words);
  histogram.describe(words);
  part("source").textContent = `2,038 validation digits, read here by run ${run} as it was after step ${count(step)}${step === LAST ? "" : ", by its picture’s weights, which are rounded to 255 levels (≈)"}.`;
}

/** The reader's share of the middle as a box. @param {number} high @param {number} reach @returns {Item[]} */
function guessed(high, reach) {
  return [
    { kind: "line", ink: "mine", dash: true, points: [[-1, 0], [-1, high], [1, high], [1, 0]] },
    { kind: "words", ink: "mine", x: -reach / 5, y: high, words: "your guess" },
  ];
}

/** @param {number} value */
function signed(value) {
  return plain(value || 0).replace("-", "−"); // no −0
}

/** @param {Float64Array} logits */
function lowest(logits) {
  return Math.min(...logits).toFixed(1).replace("-", "−");
}

/** @param {number} from @param {number} to @param {number} parts */
function range(from, to, parts) {
  return Array.from({ length: parts + 1 }, (_, i) => from + ((to - from) * i) / parts);
}
