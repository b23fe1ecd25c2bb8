// The gradient of a batch as a picture, and the loss along one weight, of a linear model that learns.

import { PIXELS } from "../model/network.js";
import { fromBase64 } from "../run/batch.js";
import { button, element, part } from "../shell/element.js";
import { count, percent, plain } from "../shell/format.js";
import { divergingScale } from "../shell/palette.js";
import { ProblemError, request } from "../shell/problem.js";
import { onThemeChange } from "../shell/theme.js";
import { fullColour, SignedImage } from "../weights/signed-image.js";
import { ask, wordsOf } from "./ask.js";
import { downhill as led } from "./downhill.js";
import { Graph } from "./graph.js";
import { openLesson } from "./lesson.js";
import { equalSign, numberOf, showNumbers } from "./numbers.js";
import { mountChoice, mountSlider } from "../forms/slider.js";

const STEPS = 49; // of one epoch
const REACH = 2;
const RATE = 0.1;
const LATE = 200; // milliseconds after which a page says that it waits
const SETTINGS = ["start", "images", "kept", "step", "row", "column"];
const BY = Array.from({ length: 13 }, (_, i) => -REACH + (2 * REACH * i) / 12); // each is a pass over all images

/** What may be expected, by its value in the form. @type {Record<string, {words: string, image: () => ArrayLike<number> | null}>} */
const EXPECTED = {
  noise: { words: "noise", image: () => NOISE },
  three: { words: "the mean 3", image: () => meanThree },
  difference: { words: "mean 3 less mean 7", image: () => difference },
  digit: { words: "one sharp 3", image: sharpThree },
};
const NOISE = Float32Array.from({ length: PIXELS }, () => Math.random() * 2 - 1);

/** @typedef {{value: number, derivative: number, by: number[], loss: number[], rise_over_run: (number | null)[]}} Nudged */
/** @typedef {{step: number, values: Float32Array, gradient: Float32Array, norm: number, loss: number, accuracy: number, images: number, nudge: Nudged}} Answer */

const { signal, state, prediction, digits, painter } = openLesson(window, {
  defaults: { start: "zero", images: "all", kept: "no", step: 0, row: 14, column: 14 },
});

/** What is shown, and the settings that it was computed for. @type {{found: Answer, of: Record<string, string>} | null} */
let answer = null;
/** Whether the settings are being put back to those of what is shown. */
let restoring = false;
/** @type {Float64Array | null} mean 3 less mean 7 */
let difference = null;
/** @type {Float64Array | null} */
let meanThree = null;
/** One of the 3s, for who expects to see one. @type {ArrayLike<number> | null} */
let oneThree = null;
let asked = new AbortController();
let palette = divergingScale(document);
const show = painter.add(paint);

mountChoice(part("start"), {
  label: "First weights",
  options: [{ value: "zero", label: "all 0" }, { value: "seed", label: "random" }],
  ...state.control("start"),
}, { signal });
mountChoice(part("images"), {
  label: "Learn from",
  options: [{ value: "all", label: "all images" }, { value: "next", label: "a batch of 256" }],
  ...state.control("images"),
}, { signal });
mountChoice(part("kept"), {
  label: "Gradients after each step",
  options: [{ value: "no", label: "set to zero" }, { value: "yes", label: "left to pile up" }],
  ...state.control("kept"),
}, { signal });
const steps = mountSlider(part("step"), { label: "Steps taken", min: 0, max: STEPS, step: 1, whole: true, ...state.control("step") }, { signal });
for (const name of /** @type {const} */ (["row", "column"])) {
  mountSlider(part(name), { label: name === "row" ? "Row" : "Column", min: 0, max: 27, step: 1, whole: true, ...state.control(name) }, { signal });
}
const maps = ["the weights now", "downhill: minus the gradient", "mean 3 less mean 7"].map((words) => {
  const image = new SignedImage("map-image");
  image.paint(new Float32Array(784), palette, 1); // nothing yet: unpainted it would be black
  part("maps").append(element("figure", "map", image.canvas, element("figcaption", "caption", words)));
  return image;
});
/** What the reader expected to see, beside it. */
const expected = { image: new SignedImage("map-image"), caption: element("figcaption", "caption"), root: element("figure", "map mine-map") };
expected.image.paint(new Float32Array(PIXELS), palette, 1);
expected.root.append(expected.image.canvas, expected.caption);
const slice = new Graph(part("slice"), {
  label: "The loss along one weight",
  x: { min: -REACH, max: REACH, label: "Added to the weight", format: plain },
  y: { min: 0, max: 1, label: "Loss" },
}, { signal });
part("seven").append(
  button("1 Initialise", "small", () => go(0), { signal }),
  button("2–5 Predict, loss, gradient, step", "small", () => go(state.number("step") + 1), { signal }),
  button("6 Repeat ten times", "small", () => go(state.number("step") + 10), { signal }),
  button("7 Stop after 49 steps", "small", () => go(STEPS), { signal }),
);
state.subscribe(() => restoring || look());
prediction.subscribe(() => {
  if (prediction.answers && state.number("step") === 0) go(1); // what was predicted is there after one step
  show();
});
onThemeChange(document, () => {
  palette = divergingScale(document);
  show();
}, { signal });
look();
request("GET", "/api/baseline").then(({ mean_3: three, mean_7: seven }) => {
  meanThree = Float64Array.from(three);
  difference = Float64Array.from(three, (/** @type {number} */ value, /** @type {number} */ i) => value - seven[i]);
  show();
}).catch(refused);

/** @param {number} step */
function go(step) {
  const to = Math.min(STEPS, Math.max(0, step));
  steps.set(to);
  state.set("step", to);
}

/** @returns {Record<string, string>} */
function settings() {
  return Object.fromEntries(SETTINGS.map((name) => [name, state.text(name)]));
}

/** @param {Record<string, string>} of */
function restore(of) {
  restoring = true;
  state.take(new URLSearchParams(of));
  restoring = false;
}

async function look() {
  asked.abort();
  const mine = (asked = new AbortController());
  const of = settings();
  if (answer && SETTINGS.every((name) => of[name] === answer?.of[name])) return settle();
  setOld(true);
  part("computing").hidden = true;
  const late = window.setTimeout(() => say(`Computing step ${count(state.number("step"))} …`), LATE);
  // One step on all images is the same recipe with all of them as its batch: its weights differ, so that is what is asked.
  const all = of.images === "all";
  const recipe = { model: "linear", ...(all ? { batch_size: 12396, epochs: STEPS } : {}) };
  let problem = "";
  const found = await ask("gradient", {
    weights: { recipe, step: Number(of.step), start: of.start, zero_grad: of.kept !== "yes" },
    images: all ? "all" : "next",
    nudge: { parameter: "0.weight", index: [0, 28 * Number(of.row) + Number(of.column)], by: [...BY, 0.001] },
  }, { signal: AbortSignal.any([signal, mine.signal]), onProblem: (words) => say((problem = words)) });
  window.clearTimeout(late);
  if (mine.signal.aborted || signal.aborted) return;
  if (!found) return failed(of, problem);
  const { values, gradient, ...rest } = found;
  answer = { found: { ...rest, values: floats(values), gradient: floats(gradient) }, of };
  settle();
  show();
}

/** What is shown is what the settings say. */
function settle() {
  setOld(false);
  part("computing").hidden = true;
}

/** @param {boolean} old */
function setOld(old) {
  for (const id of ["maps", "slice", "words-now"]) part(id).toggleAttribute("data-old", old);
  part("experiment").setAttribute("aria-busy", String(old));
}

/** Over the pictures. @param {string} words @param {...Node} more */
function say(words, ...more) {
  part("computing").hidden = false;
  part("computing").toggleAttribute("data-refused", more.length > 0);
  part("computing").replaceChildren(element("span", "", words), ...more);
}

/** The settings go back to those of what is shown. @param {Record<string, string>} of what could not be computed @param {string} why */
function failed(of, why) {
  if (answer) {
    restore(answer.of);
    setOld(false);
  }
  const still = answer ? ` The settings are back at those of what is shown, step ${answer.of.step}.` : "";
  say(`${why}${still}`, button("Try again", "small", () => {
    restore(of);
    look();
  }, { signal }));
}

/** @param {unknown} error */
function refused(error) {
  if (!(error instanceof ProblemError)) throw error;
  say(wordsOf(error));
}

function paint() {
  if (!answer || !difference) return;
  const { found: { values, gradient, loss, accuracy, images, nudge, step }, of } = answer;
  const weights = values.subarray(0, PIXELS);
  const downhill = Float64Array.from(gradient.subarray(0, PIXELS), (value) => -value);
  [weights, downhill, difference].forEach((each, i) => maps[i].paint(each, palette, 1 / fullColour(each)));
  paintExpected();
  const low = Math.min(...nudge.loss);
  const room = Math.max(1e-6, (Math.max(...nudge.loss) - low) * 0.15);
  slice.setAxes({ y: { min: low - room, max: Math.max(...nudge.loss) + room, label: "Loss", format: (value) => value.toPrecision(4) } });
  const points = BY.map((by, i) => /** @type {const} */ ([by, nudge.loss[i]]));
  const trails = [-REACH, REACH].map((from) => led(points, from));
  const ends = trails.map((trail) => plain(Number(trail[trail.length - 1][0].toFixed(1))).replace("-", "−"));
  slice.show([
    { kind: "line", ink: "ink", points },
    ...trails.map((trail) => /** @type {const} */ ({ kind: "dots", ink: "series-2", size: 3, points: trail })),
    { kind: "line", ink: "soft", dash: true, point: "slope", points: [[-1, loss - nudge.derivative], [1, loss + nudge.derivative]] },
    { kind: "dots", ink: "ink", size: 5, point: "weight", points: [[0, loss]] },
  ]);
  const [weight, slope, after] = [nudge.value, nudge.derivative, nudge.value - RATE * nudge.derivative].map(scientific);
  const equals = equalSign(after, numberOf(weight) - RATE * numberOf(slope), scientific);
  showNumbers(part("lesson"), { weight, slope, after, equals });
  part("formula-now").hidden = of.kept === "yes"; // then the next step follows another number
  const words = [
    `After ${count(step)} ${step === 1 ? "step" : "steps"}: loss ${loss.toFixed(4)}, ${percent(accuracy)} of ${count(images)} training images read rightly.`,
    step > 0 ? `Cosine between the weights and mean 3 less mean 7: ${decimals(cosine(weights, difference))}, between the way downhill and it: ${decimals(cosine(downhill, difference))} (1 is the same direction, 0 nothing in common).` : `Cosine between the way downhill and mean 3 less mean 7: ${decimals(cosine(downhill, difference))} (1 is the same direction, 0 nothing in common).`,
    `The weight at row ${of.row}, column ${of.column} has the slope ${scientific(nudge.derivative)}; nudged by 0.001, rise over run is ${scientific(nudge.rise_over_run.at(-1) ?? NaN)}.`,
    judged(),
  ].filter(Boolean).join(" ");
  part("words-now").textContent = words;
  slice.describe(`${words} Led by the slope alone, a start ${REACH} below the weight comes to ${ends[0]} beside it, one ${REACH} above to ${ends[1]}.`);
  part("source").textContent = `Computed by this server’s learner: a linear model with ${of.start === "zero" ? "all weights 0 at first" : "the first weights of seed 0"}, learning rate 0.1, ${of.images === "all" ? "all training images in each step" : "mini-batches of 256"}${of.kept === "yes" ? ", gradients never set to zero: each step follows the sum of all so far" : ""}. Blue is for a 3, orange for a 7. Row and column choose the graph’s weight.`;
}

function paintExpected() {
  const picture = prediction.answers?.picture;
  const known = picture && EXPECTED[picture];
  expected.root.remove();
  if (!known) return;
  const image = known.image();
  if (!image) return;
  expected.image.paint(image, palette, 1 / fullColour(image));
  expected.caption.textContent = `you expected: ${known.words}`;
  part("maps").append(expected.root);
}

/** The first 3 of the validation digits; null until it is there. */
function sharpThree() {
  if (!oneThree) {
    digits.get().then((all) => {
      oneThree = all.image(all.labels.indexOf(3));
      show();
    }).catch(refused);
  }
  return oneThree;
}

/** Whether what is shown is what was asked about. */
function isAsked() {
  const of = answer?.of;
  return of?.start === "zero" && of.images === "all" && of.kept === "no" && of.step === "1";
}

function judged() {
  const picture = prediction.answers?.picture;
  if (!picture) return "";
  const expected = EXPECTED[picture]?.words ?? "another picture";
  if (!isAsked()) return `You expected ${expected}: the weights after one step tell, taken from zero on all images.`;
  return picture === "difference" ? "As you expected, it is the mean 3 less the mean 7." : `You expected ${expected}: it is the mean 3 less the mean 7.`;
}

/** @param {ArrayLike<number>} one @param {ArrayLike<number>} other */
function cosine(one, other) {
  let [product, first, second] = [0, 0, 0];
  for (let i = 0; i < one.length; i++) {
    product += one[i] * other[i];
    first += one[i] ** 2;
    second += other[i] ** 2;
  }
  return product / Math.sqrt(first * second);
}

/** @param {number} value */
function decimals(value) {
  return value.toFixed(4).replace("-", "−");
}

/** @param {number} value */
function scientific(value) {
  if (value === 0) return "0";
  return value.toPrecision(4).replace("-", "−").replace("e-", "e−");
}

/** float32, little-endian, as base64. @param {string} text */
function floats(text) {
  return new Float32Array(fromBase64(text).buffer);
}
