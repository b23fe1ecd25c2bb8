// Indices that cut a stack of 3s; what arrays and tensors refuse; and pixels that change places.

import { DigitImage } from "../ink/digit-image.js";
import { button, element, field, part } from "../shell/element.js";
import { count, percent, rough } from "../shell/format.js";
import { colour } from "../shell/palette.js";
import { ProblemError } from "../shell/problem.js";
import { onThemeChange } from "../shell/theme.js";
import { ask } from "./ask.js";
import { Graph } from "./graph.js";
import { cut, indexOf, placesOf, readIndex, shapeOf, whole } from "./indexing.js";
import { openLesson } from "./lesson.js";
import { elements, readShape, written } from "./shapes.js";
import { mountChoice, mountSlider } from "../forms/slider.js";
import { StackView } from "./stack-view.js";

/** @import { Selection } from "./indexing.js" */
/** @typedef {{train_loss: number[], valid_loss: number[], valid_accuracy: number[]}} Curve */
/** @typedef {{places: number[], plain: Curve, shuffled: Curve}} Shuffled */
/** @typedef {{code: string, shown: string, refused: boolean}} Ran */

const SIDE = 28;
const PIXELS = SIDE * SIDE;
const MOST_SHOWN = 64; // numbers along an axis of the picture of what is picked
const MOST_WRITTEN = 28;
const STACKED = 3; // images of the picture of the stack
const SHUFFLED = 6; // digits, as they are and with their pixels in another order
const FIRST = "stack[5, :, 14]";
/** What neither the ladder nor the sliders pick. */
const EXAMPLES = ["stack[5, :, 14:15]", "stack[-1, 4:24, ::2]", "stack[5, 13, 14, 0]"];
const AXES = [{ point: "image" }, { point: "row" }, { point: "column" }];

const { state, prediction, digits, signal, painter } = openLesson(window, { defaults: { at: FIRST, order: 0 } });

/** The 3s among the validation digits. @type {{all: import("../model/digits.js").Digits, threes: number[]} | null} */
let loaded = null;
/** @type {Selection} */
let selection = [];
/** The places that were picked last, for axes of which all is kept now. */
const places = [5, 13, 14];
/** @type {Shuffled | null} */
let shuffled = null;
/** Why what is typed picks nothing; null: it does. @type {string | null} */
let refusal = null;
let asking = new AbortController();
let ink = colour(document, "--ink");
const show = painter.add(paint);

const input = element("input", "shape-field");
Object.assign(input, { type: "text", value: state.text("at"), spellcheck: false, autocomplete: "off", autocapitalize: "off" });
const typed = field("Index", input, "A number or tick picks a place, : all, 2:20 is a slice.");
part("index").append(typed.root);
input.addEventListener("input", () => take(input.value), { signal });
state.control("at").watch((/** @type {string} */ text) => {
  input.value = text;
  take(text);
}, signal);
for (const each of EXAMPLES) {
  part("examples").append(button(each, "small code-button", () => {
    input.value = each;
    take(each);
  }, { signal }));
}
/** @type {{slider: {set: (value: number) => void}, box: HTMLInputElement}[]} */
let cuts = [];
/** @type {ReturnType<typeof mountRung>[]} */
let ladder = [];
const curves = new Graph(part("curves"), {
  label: "Accuracy after each epoch, with the pixels in place and with all of them shuffled",
  x: { min: 1, max: 5, label: "Epoch" },
  y: { min: 0.9, max: 1, label: "Read rightly", format: (value) => percent(value, 0) },
}, { signal });
const pairs = Array.from({ length: SHUFFLED }, () => {
  const [plain, moved] = [element("canvas", ""), element("canvas", "")];
  part("shuffled").append(element("span", "shuffled-pair", plain, moved));
  return { plain: new DigitImage(plain, { signal }), moved: new DigitImage(moved, { signal }) };
});
mountChoice(part("order"), {
  label: "The other order",
  options: [0, 1, 2].map((value) => ({ value, label: ["one", "another", "a third"][value] })),
  ...state.control("order"),
}, { signal });
state.subscribe((changed) => {
  if (changed === "order") shuffle();
  show();
});
prediction.subscribe(show);
onThemeChange(document, () => {
  ink = colour(document, "--ink");
  ladder[0]?.stack();
  show();
}, { signal });
/** @type {StackView} */
let view;
load();
shuffle().then(compare).then(time); // one after the other: the server computes them on one core

function shape() {
  return [loaded?.threes.length ?? 0, SIDE, SIDE];
}

/** @param {number} image */
function bytes(image) {
  return loaded ? loaded.all.bytes(loaded.threes[image]) : new Uint8Array(PIXELS);
}

async function load() {
  part("source").textContent = "Fetching the digits …";
  try {
    const all = await digits.get();
    loaded = { all, threes: [...all.labels.keys()].filter((i) => all.labels[i] === 3) };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    part("source").textContent = `${error.title}. ${error.detail}`;
    return;
  }
  view = new StackView(part("stack"), { length: loaded.threes.length, bytes }, { signal });
  cuts = AXES.map(({ point }, axis) => mountCut(point, axis));
  ladder = [0, 1, 2, 3].map(mountRung);
  ladder[0].stack();
  take(input.value); // of the address, or what has been typed meanwhile
}

/** A slider along an axis, and a box that says whether one place is picked or all are kept. @param {string} name @param {number} axis */
function mountCut(name, axis) {
  const box = element("input", "");
  Object.assign(box, { type: "checkbox" });
  box.setAttribute("aria-label", `Only one ${name}`);
  const root = element("div", "");
  const slider = mountSlider(root, {
    label: name[0].toUpperCase() + name.slice(1), min: 0, max: shape()[axis] - 1, step: 1, whole: true, value: places[axis], onInput: (at) => choose(cut(selection, axis, at)),
  }, { signal });
  box.addEventListener("change", () => choose(box.checked ? cut(selection, axis, places[axis]) : selection.map((each, i) => (i === axis ? whole(shape())[axis] : each))), { signal });
  const made = element("div", "cut", element("label", "cut-box", box), root);
  made.dataset.point = name;
  part("cuts").append(made);
  return { slider, box };
}

/** @param {Selection} chosen */
function choose(chosen) {
  input.value = indexOf(chosen, shape());
  take(input.value);
}

/** @param {string} text */
function take(text) {
  if (!loaded) return;
  const { selection: found, problem } = readIndex(text, shape());
  refusal = problem && (/^\w+Error: /.test(problem) ? `PyTorch says: ${problem}` : problem);
  typed.setProblem(refusal);
  if (!found) return show();
  selection = found;
  selection.forEach(({ kept, from }, axis) => {
    if (!kept) places[axis] = from;
    cuts[axis].box.checked = !kept;
    if (!kept) cuts[axis].slider.set(from);
  });
  state.set("at", text.trim());
  show();
}

function paint() {
  if (loaded && selection.length) {
    const words = described();
    view.show(selection, words);
    // The field that says so, too, may be out of sight of the buttons below.
    part("picked").textContent = refusal === null ? words : `${input.value.trim()}: refused. ${refusal.replace(/\.?$/, ".")} Shown is still ${shownIndex()}.`;
    for (const id of ["stack", "picked-list", "numbers"]) part(id).toggleAttribute("data-old", refusal !== null);
    part("picked-list").textContent = listed();
    paintNumbers(part("numbers", HTMLCanvasElement), selection);
    const chosen = indexOf(selection, shape());
    rungs().forEach((picked, i) => ladder[i].show(picked, chosen));
    formula();
    const [first, end] = view.window;
    part("source").textContent = `Drawn: images ${count(first)} to ${count(end - 1)} of the ${count(loaded.threes.length)} 3s among the 2,038 validation digits; every second one while you move on. Numbers are pixels, from 0 (paper) to 1 (ink).`;
  }
  const words = [judged(), shuffledWords()].filter(Boolean).join(" ");
  if (words) part("words-now").textContent = words;
}

/** As it was typed, where that names the stack. */
function shownIndex() {
  return state.text("at").startsWith("stack") ? state.text("at") : indexOf(selection, shape());
}

function described() {
  const found = shapeOf(selection);
  const size = elements(found);
  const what = found.length ? (size === 1 ? "one number" : `${count(size)} numbers`) : "a single number";
  return `${shownIndex()} has rank ${found.length} and the shape ${written(found)}: ${what}.`;
}

/** The numbers that are picked, as far as a reader takes them in. */
function listed() {
  const places = placesOf(selection, shape(), MOST_WRITTEN + 1);
  return `${places.slice(0, MOST_WRITTEN).map(value).join(", ")}${places.length > MOST_WRITTEN ? ", …" : ""}`;
}

/** @param {number} place among all numbers of the stack */
function pixel(place) {
  return bytes(Math.floor(place / PIXELS))[place % PIXELS];
}

/** @param {number} place */
function value(place) {
  return String(Number((pixel(place) / 255).toFixed(2)));
}

/** The numbers that are picked, as ink. @param {HTMLCanvasElement} canvas @param {Selection} picked */
function paintNumbers(canvas, picked) {
  const sizes = shapeOf(picked);
  const [high, wide] = sizes.length >= 2 ? sizes.slice(-2) : [1, sizes[0] ?? 1];
  const [rows, columns] = [Math.min(high, MOST_SHOWN), Math.min(wide, MOST_SHOWN)];
  canvas.hidden = !rows || !columns || sizes.length > 2;
  if (canvas.hidden) return;
  Object.assign(canvas, { width: columns, height: rows });
  canvas.dataset.rank = String(sizes.length);
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const image = context.createImageData(columns, rows);
  placesOf(shortened(picked), shape(), MOST_SHOWN ** 2).forEach((place, i) => {
    image.data.set(ink, 4 * i);
    image.data[4 * i + 3] = pixel(place);
  });
  context.putImageData(image, 0, 0);
}

/** @param {Selection} picked @returns {Selection} */
function shortened(picked) {
  return picked.map((each) => ({ ...each, count: Math.min(each.count, MOST_SHOWN) }));
}

/** Stack, image, row and number: a picture to press, and above it rank and shape. @param {number} i */
function mountRung(i) {
  const name = ["stack", "image", "row", "number"][i];
  const canvases = Array.from({ length: i ? 1 : STACKED }, () => element("canvas", "rung-image"));
  const number = element("b", "rung-number");
  const shown = i ? canvases[0] : element("span", "rung-stack", ...canvases);
  const press = button(element("span", "rung-picture", ...(i === 3 ? [number] : []), shown), "rung", () => choose(rungs()[i]), { signal });
  press.disabled = part("lesson").dataset.controls === "none";
  const sizes = written(i ? [SIDE, SIDE].slice(i - 1) : shape());
  part("ladder").append(element("li", "", press, element("span", "rung-words", element("code", "", name), ` rank ${3 - i}`, element("br", ""), sizes)));
  return {
    /** @param {Selection} picked @param {string} chosen */
    show(picked, chosen) {
      const index = indexOf(picked, shape());
      if (i) paintNumbers(canvases[0], picked);
      if (i === 3) number.textContent = value(placesOf(picked, shape(), 1)[0]);
      press.setAttribute("aria-label", `${name}: ${index}${i === 3 ? ` is ${number.textContent}` : ""}`);
      press.setAttribute("aria-pressed", String(index === chosen));
    },
    /** The stack's first images, one behind the other. */
    stack() {
      if (!i) canvases.forEach((canvas, behind) => paintNumbers(canvas, cut(whole(shape()), 0, STACKED - 1 - behind)));
    },
  };
}

/** What is picked on the way from the stack to the number at the places that were picked last. */
function rungs() {
  const found = [whole(shape())];
  places.forEach((at, axis) => found.push(cut(found[axis], axis, at)));
  return found;
}

function formula() {
  const [image, row, column] = places;
  for (const [id, number] of /** @type {const} */ ([["at-image", image], ["at-row", row], ["at-column", column], ["at-place", (image * SIDE + row) * SIDE + column]])) part(id).textContent = count(number);
}

function judged() {
  const given = prediction.answers?.shape;
  if (given === undefined || !loaded) return "";
  const { shape: guess } = readShape(given);
  const right = `stack[5, :, 14] has the shape [28]`;
  if (!guess) return `${right}; what you wrote, “${given}”, is no shape.`;
  if (written(guess) === "[28]") return `${right}, as you expected: one image, all of its rows, one column.`;
  return `${right}; you expected ${written(guess)}. Both numbers take their axis away, and only the rows are left.`;
}

async function shuffle() {
  asking.abort();
  asking = new AbortController();
  const asked = AbortSignal.any([signal, asking.signal]);
  const showSource = (/** @type {string} */ words) => (part("shuffle-source").textContent = words);
  showSource("The server trains two networks …");
  const answer = await ask("shuffled_pixels", { order: state.number("order") }, { signal: asked, onProblem: showSource });
  if (!answer) return;
  shuffled = answer;
  const { plain, shuffled: moved, places: from } = /** @type {Shuffled} */ (answer);
  const epochs = plain.valid_accuracy.length;
  const points = (/** @type {Curve} */ curve) => curve.valid_accuracy.map((accuracy, i) => /** @type {const} */ ([i + 1, accuracy]));
  const least = Math.min(...plain.valid_accuracy, ...moved.valid_accuracy);
  curves.setAxes({
    x: { min: 1, max: epochs, label: "Epoch", ticks: plain.valid_accuracy.map((_, i) => i + 1) },
    y: { min: Math.floor(least * 100 - 0.2) / 100, max: 1, label: "Read rightly", format: (each) => percent(each, 0) },
  });
  curves.show([
    { kind: "line", points: points(plain), ink: "ink" },
    { kind: "line", points: points(moved), ink: "series-2", dash: true },
    { kind: "dots", points: points(moved), ink: "series-2", size: 3 },
  ]);
  curves.describe(shuffledWords());
  showSource(`Both trained by this server just as the textbook’s recipe says, for ${epochs} epochs from the same first weights: solid with the pixels in place, dashed with the pixels of all images in one other order. Loss at the end: ${plain.valid_loss[epochs - 1].toFixed(4)} and ${moved.valid_loss[epochs - 1].toFixed(4)}.`);
  try {
    const all = await digits.get();
    pairs.forEach(({ plain: as, moved: other }, i) => {
      const image = all.bytes(i);
      as.show(image);
      other.show(from.map((place) => image[place]));
    });
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error; // `load` says it
  }
  show();
}

function shuffledWords() {
  if (!shuffled) return "";
  const [plain, moved] = [shuffled.plain, shuffled.shuffled].map(({ valid_accuracy: each }) => each[each.length - 1]);
  return `After ${shuffled.plain.valid_accuracy.length} epochs the network reads ${percent(plain)} of the digits with their pixels in place, and ${percent(moved)} with all pixels shuffled.`;
}

/** What both libraries of this server say to the same lines. */
async function compare() {
  /** @type {{numpy: string, torch: string, beside: {about: string, numpy: Ran, torch: Ran}[]} | null} */
  const answer = await ask("array_and_tensor", {}, { signal, onProblem: (words) => (part("beside-source").textContent = words) });
  if (!answer) return;
  for (const { about, ...libraries } of answer.beside) {
    for (const [name, ran] of Object.entries(libraries)) {
      const cell = part("beside").querySelector(`[data-about=${about}] [data-by=${name}]`);
      cell?.replaceChildren(element("code", "ran-code", ran.code), element("code", ran.refused ? "ran-refused" : "ran-shown", ran.shown));
    }
  }
  part("beside-source").textContent = `Said by this server’s NumPy ${answer.numpy} and PyTorch ${answer.torch}, not by us.`;
}

/** How long the same sums take by either, as this server has measured it. */
async function time() {
  /** @type {{devices: Record<string, string>, timings: {task: string, way: string, by: string, device: string, milliseconds: number}[]} | null} */
  const answer = await ask("timings", {}, { signal, onProblem: (words) => (part("timings-source").textContent = words) });
  if (!answer) return;
  const gpu = Object.keys(answer.devices).find((device) => device !== "cpu");
  for (const cell of part("timings").querySelectorAll("td")) {
    const { task, by, device } = cell.dataset;
    const on = device === "gpu" ? gpu : device;
    const found = answer.timings.find((each) => each.way === "broadcast" && each.task === task && each.by === by && each.device === on);
    cell.textContent = found ? `${rough(found.milliseconds)} ms` : "–";
  }
  part("timings-source").textContent = `Measured on this server when it was first asked: ${Object.values(answer.devices).join(", ")}${gpu ? "" : "; it has no GPU"}.`;
}
