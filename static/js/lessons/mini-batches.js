// Five sizes of mini-batches: what they reach by epoch, step and time, and how far their gradients point astray.

import { element, part } from "../shell/element.js";
import { count, percent, plain } from "../shell/format.js";
import { ProblemError } from "../shell/problem.js";
import { Fans } from "./fans.js";
import { Graph, node } from "./graph.js";
import { showImageOrders } from "./image-orders.js";
import { openLesson } from "./lesson.js";
import { newestAt, readPictures, stepsBefore } from "./measured-steps.js";
import { showNumbers } from "./numbers.js";
import { PlacesMet, bindPlaces } from "./places.js";
import { runLink, showTable, waitsFor } from "./runs-shown.js";
import { mountChoice, mountSlider } from "../forms/slider.js";

/** @import { Item } from "./graph.js" */
/** @import { Point } from "./measured-steps.js" */
/** @import { Member } from "./trials.js" */
/** @typedef {"step" | "epoch" | "time"} Counted */

const ALL = 12_396;
/** By batch size. @type {Record<number, {ink: "ink" | "soft" | "series-2" | "series-4" | "seven", dash: boolean}>} */
const LOOKS = {
  8: { ink: "seven", dash: false },
  32: { ink: "series-2", dash: false },
  256: { ink: "ink", dash: false },
  2048: { ink: "series-4", dash: true },
  [ALL]: { ink: "soft", dash: true },
};
/** @type {Record<Counted, {label: string, of: string, min: number, max: number, whole: boolean, words: (at: number) => string}>} */
const COUNTED = {
  step: { label: "Steps", of: "steps", min: 1, max: 3100, whole: true, words: (at) => (at === 1 ? "1 step" : `${count(at)} steps`) },
  epoch: { label: "Epochs", of: "epochs", min: 0.001, max: 50, whole: false, words: (at) => (at === 1 ? "one epoch" : `${plain(at)} epochs`) },
  time: { label: "Seconds by the clock, which the runs shared", of: "seconds", min: 0.001, max: 20, whole: false, words: (at) => `${plain(at)} s by the clock` },
};
const READING = "The pictures of the first epoch read the validation digits …";
const FIRST = { step: 49, epoch: 1, time: 0.2 };
const PLACES = ["epoch", "second", "third", "fourth", "fifth"]; // the reader's, after one epoch

const { signal, state, prediction, trials, painter, digits, toasts } = openLesson(window, {
  defaults: { by: "epoch", ...FIRST, rate: 0.1, seed: 0, fan: 49 },
});

const [bys, rates, seeds] = [element("div", ""), element("div", ""), element("div", "")];
part("choices").append(bys, rates, seeds);
choice(bys, "Count", "by", [["epoch", "epochs"], ["step", "steps"], ["time", "time"]]);
choice(rates, "Rate", "rate", [[0.03, "0.03"], [0.1, "0.1"], [1, "1"]]);
choice(seeds, "Seed", "seed", [[0, "0"], [1, "1"], [2, "2"]]);

const graph = new Graph(part("graph"), {
  label: "Digits read wrongly, by size of mini-batch",
  x: { min: 0.001, max: 50, scale: "log", label: "Epochs", format: plain },
  y: { min: 0.012, max: 0.75, scale: "log", label: "Read wrongly (lower is better)", ticks: [0.02, 0.05, 0.1, 0.2, 0.5], format: (value) => percent(value, 0) },
}, { signal });
const show = painter.add(paint);
/** Of each run that has ended: what its pictures read within its first epoch, once all of them are read. @type {Map<string, Point[]>} */
const pictures = new Map();
/** Runs whose pictures are being read, or were refused. @type {Set<string>} */
const asked = new Set();
const small = trials.ask("small", { choices: chosen(), onChange, steps: true });
const large = trials.ask("large", { choices: chosen(), onChange, steps: true });
const fans = new Fans(part("fans"), part("fan-source"), { signal });

const placesMet = new PlacesMet(part("places"), { signal });
bindPlaces(part("prediction", HTMLFormElement), PLACES, { signal });

let sliders = new AbortController();
let orders = new AbortController();
let ordered = -1; // the seed that the orders were asked with
mountAt();
choice(part("fan-choices").appendChild(element("div", "")), "Gradients of random batches after step", "fan", [[0, "0"], [49, "49"], [245, "245"], [1960, "1,960"]]);
let seen = false; // before that nobody has the server compute them
const inView = new IntersectionObserver((entries) => {
  if (!entries.some((entry) => entry.isIntersecting)) return;
  inView.disconnect();
  seen = true;
  askFans();
  askOrders();
});
inView.observe(part("fans"));
signal.addEventListener("abort", () => inView.disconnect());
prediction.subscribe(show);
state.subscribe((changed) => {
  if (changed === "rate" || changed === "seed") {
    small.choose(chosen());
    large.choose(chosen());
  }
  if (changed === "by") mountAt();
  if (changed === "fan" || changed === "rate" || changed === "seed") askFans();
  show();
});

/** @param {HTMLElement} root @param {string} label @param {string} name @param {[string | number, string][]} options */
function choice(root, label, name, options) {
  const value = options.some(([each]) => each === state.number(name)) ? state.number(name) : state.text(name);
  mountChoice(root, { label, options: options.map(([each, words]) => ({ value: each, label: words })), ...state.control(name), value }, { signal });
}

/** The place on the axis, as the reader moves it. */
function mountAt() {
  sliders.abort();
  sliders = new AbortController();
  const { of, min, max, whole } = COUNTED[by()];
  mountSlider(part("at"), {
    label: `Look after how many ${of}?`, min, max, whole, log: true, ...state.control(by()),
  }, { signal: sliders.signal });
}

/** @returns {Counted} */
function by() {
  const name = state.text("by");
  return name === "step" || name === "time" ? name : "epoch";
}

function chosen() {
  return { learning_rate: state.number("rate"), seed: state.number("seed") };
}

function askFans() {
  if (seen) fans.ask(chosen(), state.number("fan"), (size, words) => showNumbers(part("lesson"), { [`angle-${size}`]: words }));
}

/** Once the runs are trained: beside them it would take longer than an experiment may. */
function askOrders() {
  const seed = state.number("seed");
  if (!seen || ordered === seed) return;
  if (!small.complete || !large.complete) {
    part("orders-words").textContent = "The images in three orders: once the runs above are trained.";
    return;
  }
  ordered = seed;
  orders.abort();
  orders = new AbortController();
  showImageOrders(part("orders"), part("orders-words"), { seed }, { signal: AbortSignal.any([signal, orders.signal]) });
}

function members() {
  return [...small.members, ...large.members];
}

function onChange() {
  for (const member of members()) if (!member.log.active && member.log.state !== "none") look(member);
  askOrders();
  show();
}

/** @param {Member} member */
async function look({ run, recipe: of, log }) {
  if (asked.has(run)) return;
  asked.add(run);
  /** @type {Point[]} */
  const found = [];
  const end = log.epochs.step.at(0);
  try {
    const steps = stepsBefore(end, FIRST.step);
    await readPictures({ run, recipe: of, steps, digits: await digits.get(), signal }, (point) => found.push(point));
  } catch (problem) {
    if (problem instanceof ProblemError) toasts.showProblem(problem);
    else if (!signal.aborted) throw problem;
  }
  if (signal.aborted) return;
  pictures.set(run, found);
  show();
}

/** @param {Member} member @param {Counted} counted */
function pointsOf({ run, log }, counted) {
  const perEpoch = log.epochs.step.at(0);
  const first = (pictures.get(run) ?? []).filter(({ step }) => step > 0 && step < perEpoch);
  const ends = [...log.epochs.step.view].map((step, i) => ({ step, accuracy: log.epochs.valid_accuracy.at(i), ofPicture: false }));
  const placed = (/** @type {Point} */ point) => ({ ...point, x: place(point.step) });
  const place = (/** @type {number} */ step) => {
    if (counted === "step") return step;
    return counted === "epoch" ? step / perEpoch : (log.metrics.milliseconds.at(step - 1) - log.metrics.milliseconds.at(0)) / 1000;
  };
  return [...first, ...ends].map(placed).filter(({ x }) => x > 0);
}

/**
 * Sizes at a place, the best first; those that have not been measured there, or were trained no so far, come last.
 * `pending`: what a size reads there is not known yet.
 *
 * @param {Counted} counted
 * @param {number} at
 */
function ranked(counted, at) {
  const found = members().map((member) => {
    const points = pointsOf(member, counted);
    const last = points.at(-1);
    const short = last === undefined || last.x < at * (1 - 1e-9);
    const point = newestAt(points, at);
    const known = point !== null && !point.ofPicture;
    const pending = member.log.active || member.log.state === "none" ? short || !known : !known && !pictures.has(member.run);
    return { size: member.recipe.batch_size ?? 256, run: member.run, pending, point: short || pending ? null : point };
  });
  const of = (/** @type {{point: Point | null}} */ { point }) => point?.accuracy ?? -1;
  return found.sort((one, other) => of(other) - of(one));
}

function paint() {
  const counted = by();
  const at = state.number(counted);
  const { label, min, max, words } = COUNTED[counted];
  // Of seconds that the runs shared no order says which size is fast.
  const guess = counted === "time" ? null : prediction.number(counted);
  graph.setAxes({ x: { min, max, scale: "log", label, format: plain } });
  /** @type {Item[]} */
  const lines = members().map((member) => ({
    kind: "line",
    points: pointsOf(member, counted).map(({ x, accuracy }) => /** @type {const} */ ([x, Math.max(1 - accuracy, 1e-4)])),
    ...LOOKS[member.recipe.batch_size ?? 256],
  }));
  const order = ranked(counted, at);
  const pending = order.some((each) => each.pending);
  const dots = order.flatMap(({ size, point }) => (point ? [dot(at, point, LOOKS[size].ink, 4)] : []));
  const mine = order.flatMap(({ size, point }) => (point && size === guess ? [dot(at, point, "mine", 8)] : []));
  const flag = guess && at === FIRST[counted] ? [/** @type {Item} */ ({ kind: "flag", x: at, label: `you: ${sizeWords(guess)}`, ink: "mine" })] : [];
  graph.show([...lines, { kind: "rule", x: at, ink: "soft", dash: true }, ...mine, ...dots, ...flag]);
  part("ranking").toggleAttribute("data-pending", pending);
  part("ranking").replaceChildren(...order.map((each) => rank(each, guess)));
  const said = pending ? waitsFor([small, large]) || READING : sentence(order, words(at), counted);
  graph.describe(said);
  const right = paintPlaces();
  const expected = guess && at === FIRST[counted] && said && !pending ? ` You expected ${sizeWords(guess)} to lead.` : "";
  const placed = expected && counted === "epoch" && right !== null ? ` You had ${right === PLACES.length ? "all" : right || "none"} of the five in ${right === 1 ? "its" : "their"} place.` : "";
  part("words-now").textContent = `${said}${expected}${placed}`;
  part("source").textContent = waitsFor([small, large]) || (pending ? READING : "") || "Five runs of this server, each size leads to its own; accuracy on 2,038 digits that none has learned from, at the ends of epochs and, before the first, by the pictures of weights. Between two measurements the earlier one counts." + (counted === "time" ? " The seconds are those of this server’s clock, on which several of these runs took turns on a core: they do not tell how fast a size is alone." : "");
  showIdle();
  table();
}

/** What was expected after 0.2 seconds, beside what each size reads alone on a core. */
function showIdle() {
  const size = prediction.number("time");
  const shares = [...part("result").querySelectorAll("[data-idle]")].map((each) => /** @type {HTMLElement} */ (each).dataset.idle);
  const place = shares.indexOf(String(size)) + 1;
  part("idle-guess").textContent = place ? `You expected ${sizeWords(size ?? 0)} to lead: ${place === 1 ? "it does" : `it is in place ${place} of five`}.` : "";
}

/** The order that the reader expected after one epoch, beside the one that came; how many are in their place. */
function paintPlaces() {
  const order = ranked("epoch", FIRST.epoch);
  const mine = PLACES.map((name) => prediction.number(name));
  const known = mine.every((size) => size !== null) && order.length > 0 && order.every(({ point }) => point);
  part("places").hidden = !known;
  if (!known) return null;
  return placesMet.show(/** @type {number[]} */ (mine), order.map(({ size }) => size), {
    words: sizeWords, look: (size) => LOOKS[size], worth: (size) => order.find((each) => each.size === size)?.point?.accuracy,
  });
}

/** @param {number} x @param {Point} point @param {import("./graph.js").Ink} ink @param {number} size @returns {Item} */
function dot(x, { accuracy }, ink, size) {
  return { kind: "dots", points: [[x, Math.max(1 - accuracy, 1e-4)]], ink, size };
}

/** @param {number} size */
function sizeWords(size) {
  return size === ALL ? "all 12,396" : count(size);
}

/** @param {ReturnType<typeof ranked>[number]} one @param {number | null} guess */
function rank({ size, run, point, pending }, guess) {
  const { ink, dash } = LOOKS[size];
  const swatch = node("svg", { viewBox: "0 0 26 10", "aria-hidden": "true", class: "ranking-swatch" });
  swatch.append(node("path", { class: `graph-line graph-${ink}`, d: "M1 5H25", ...(dash ? { "stroke-dasharray": "6 5" } : {}) }));
  const made = element("li", "", swatch, runLink(run, sizeWords(size)), element("b", "", point ? percent(point.accuracy) : pending ? "…" : "not measured here"));
  if (size === guess) made.append(element("span", "mine", "your guess"));
  return made;
}

/** @param {ReturnType<typeof ranked>} order @param {string} where @param {Counted} counted */
function sentence(order, where, counted) {
  const there = order.filter(({ point }) => point);
  const shared = counted === "time" ? " on a core that they shared" : "";
  if (!there.length) return order.length ? `After ${where}${shared} none of them has a figure.` : "";
  if (there.length === 1) return `After ${where}${shared} only ${sizeWords(there[0].size)} has a figure: ${percent(there[0].point?.accuracy)}.`;
  return `After ${where}${shared} the order is ${there.map(({ size, point }) => `${sizeWords(size)} (${percent(point?.accuracy)})`).join(", ")}.`;
}

function table() {
  if (!members().length) return;
  const places = /** @type {const} */ (["epoch", "step"]);
  const found = places.map((name) => ranked(name, FIRST[name]));
  const rows = members().map(({ run, recipe: { batch_size: size = 256 } }) => [
    runLink(run, sizeWords(size)),
    ...found.map((order) => {
      const at = order.findIndex((each) => each.run === run);
      const { point, pending } = order[at];
      if (order.some((each) => each.pending)) return point && !pending ? percent(point.accuracy) : "…";
      const better = order.filter(({ point: other }) => point && other && other.accuracy > point.accuracy);
      return point ? `${percent(point.accuracy)} (${better.length + 1}.)` : "–";
    }),
  ]);
  showTable(part("table", HTMLTableElement), ["Size", "One epoch", "49 steps"], rows);
}
