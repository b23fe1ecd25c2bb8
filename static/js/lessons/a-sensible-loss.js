// What single digits cost and how hard they pull, by loss; and a run's loss by epoch, with those in which accuracy fell too.

import { LOSSES } from "../model/gradient.js";
import { sigmoid } from "../model/network.js";
import { element, part } from "../shell/element.js";
import { count, plain } from "../shell/format.js";
import { Graph } from "./graph.js";
import { openLesson } from "./lesson.js";
import { bindPlaces } from "./places.js";
import { showNumbers } from "./numbers.js";
import { mountChoice, mountSlider } from "../forms/slider.js";

const DIGITS = /** @type {const} */ ([["a", 3, -6, "A 3"], ["b", 3, 0, "Another 3"], ["c", 7, -2, "A 7"], ["d", 7, 1, "Another 7"]]);

/** What a reader puts in order, by its value in the form. @type {Record<string, {label: 3 | 7, p: number}>} */
const ASKED = { a: { label: 3, p: 0.9 }, b: { label: 7, p: 0.8 }, c: { label: 3, p: 0.4 }, d: { label: 7, p: 0.3 } };
const VALID = 2038; // digits
const ASIDE = 0.8; // in logits, of a dot's number
const PLACES = ["first", "second", "third", "fourth"];

/** @import { Item } from "./graph.js" */
/** @typedef {"mnist_loss" | "bce"} Loss */

const { signal, state, prediction, trials, painter } = openLesson(window, {
  defaults: { loss: "mnist_loss", ...Object.fromEntries(DIGITS.map(([name, , logit]) => [name, logit])) },
});

mountChoice(part("loss"), {
  label: "Loss",
  options: [{ value: "mnist_loss", label: "mnist_loss" }, { value: "bce", label: "cross-entropy" }],
  ...state.control("loss"),
}, { signal });
for (const [name, , , words] of DIGITS) {
  const row = element("div", "");
  part("digits").append(row);
  mountSlider(row, { label: `${words}, its logit`, min: -8, max: 8, step: 0.1, ...state.control(name) }, { signal });
}
const curves = new Graph(part("curves"), {
  label: "What a digit costs, by its logit",
  x: { min: -8, max: 8, label: "Logit", format: plain },
  y: { min: 0, max: 1, label: "Loss" },
}, { signal });
const epochs = new Graph(part("epochs"), {
  label: "A run’s validation loss by epoch",
  x: { min: 1, max: 40, label: "Epoch" },
  y: { min: 0.01, max: 1, scale: "log", label: "Validation loss", ticks: [0.01, 0.03, 0.1, 0.3, 1] },
}, { signal });

const show = painter.add(paint);
const trial = trials.ask("network", { choices: { loss: lossName() }, onChange: show });
state.subscribe((changed) => {
  if (changed === "loss") trial.choose({ loss: lossName() });
  show();
});
prediction.subscribe(show);
bindPlaces(part("prediction", HTMLFormElement), PLACES, { signal });
show();

function lossName() {
  return /** @type {Loss} */ (state.text("loss") === "bce" ? "bce" : "mnist_loss");
}

function paint() {
  const { loss, slope } = LOSSES[lossName()];
  const xs = Array.from({ length: 161 }, (_, i) => -8 + i / 10);
  const digits = DIGITS.map(([name, label]) => {
    const [logit, target] = [state.number(name), label === 3 ? 1 : 0];
    return { label, logit, cost: loss(logit, target), pull: slope(logit, target) };
  });
  const room = lossName() === "bce" ? 0.5 : 0.07; // above a dot
  curves.setAxes({ y: { min: 0, max: lossName() === "bce" ? 9.6 : 1.3, label: "Loss: of a 3 blue, of a 7 orange" } });
  curves.show([
    { kind: "line", ink: "three", points: xs.map((z) => [z, loss(z, 1)]) },
    { kind: "line", ink: "seven", points: xs.map((z) => [z, loss(z, 0)]) },
    // A tangent: as steep as the digit pulls.
    ...digits.map(({ logit, cost, pull }) => /** @type {const} */ ({ kind: "line", ink: "ink", points: [[logit - 1, cost - pull], [logit + 1, cost + pull]] })),
    ...digits.map(({ label, logit, cost }) => /** @type {const} */ ({ kind: "dots", ink: label === 3 ? "three" : "seven", size: 6, point: "p", points: [[logit, cost]] })),
    ...digits.map(({ logit, cost, pull }) => /** @type {const} */ ({ kind: "words", ink: "ink", x: Math.max(-6.6, Math.min(6.6, logit)), y: cost + room, words: `pull ${Math.abs(pull).toFixed(4)}` })),
    ...placed(),
  ]);
  const [three, seven] = [digits.find(({ label }) => label === 3), digits.find(({ label }) => label === 7)];
  if (three && seven) {
    showNumbers(part("lesson"), {
      three: sigmoid(three.logit).toFixed(4), "three-cost": three.cost.toFixed(4), seven: sigmoid(seven.logit).toFixed(4), "seven-cost": seven.cost.toFixed(4),
    });
  }
  part("formula-now").hidden = lossName() !== "mnist_loss"; // whose formula it is
  const mean = digits.reduce((sum, { cost }) => sum + cost, 0) / digits.length;
  const words = [
    judged(),
    inOrder(),
    ...digits.map(({ label, logit, cost, pull }) => `A ${label} at ${plain(logit).replace("-", "−")} (P(3) = ${sigmoid(logit).toFixed(4)}) costs ${cost.toFixed(4)} and pulls with ${Math.abs(pull).toFixed(4)}.`),
    `Their mean is ${mean.toFixed(4)}.`,
  ].filter(Boolean).join(" ");
  part("words-now").textContent = words;
  curves.describe(words);
  paintRun();
}

function judged() {
  const pull = prediction.answers?.pull;
  if (!pull) return "";
  return pull === "weaker" ? "As you expected, mnist_loss pulls a hundred times more weakly at −6 than at 0." : `You expected it to pull ${pull === "harder" ? "much harder" : "about as hard"}. It pulls a hundred times more weakly at −6 than at 0.`;
}

/** Where the reader's four lie on the curves, each with the place that it was given, on the side where its curve is not.
 * @returns {Item[]} */
function placed() {
  const { answers } = prediction;
  if (!answers) return [];
  const below = lossName() === "bce" ? 0.4 : 0.12;
  return Object.keys(ASKED).flatMap((key) => {
    const place = PLACES.findIndex((each) => answers[each] === key);
    if (place < 0) return [];
    const at = /** @type {const} */ ([logitOf(key), costOf(key)]);
    const aside = ASKED[/** @type {keyof typeof ASKED} */ (key)].label === 3 ? -ASIDE : ASIDE;
    return /** @type {Item[]} */ ([
      { kind: "dots", ink: "mine", size: 5, points: [at] },
      { kind: "words", ink: "mine", x: at[0] + aside, y: at[1] - below, words: `${place + 1}.` },
    ]);
  });
}

/** @param {string} key of one of the four */
function logitOf(key) {
  return Math.log(ASKED[key].p / (1 - ASKED[key].p));
}

/** @param {string} key of one of the four */
function costOf(key) {
  return LOSSES[lossName()].loss(logitOf(key), ASKED[key].label === 3 ? 1 : 0);
}

/** The four as they come by either loss, and how many of them the reader has put there. */
function inOrder() {
  const { answers } = prediction;
  if (!answers?.first) return "";
  const order = Object.keys(ASKED).sort((one, other) => costOf(other) - costOf(one));
  const right = order.filter((key, place) => answers[PLACES[place]] === key).length;
  const all = order.map((key) => `the ${ASKED[key].label} with P(3) = ${ASKED[key].p} (${costOf(key).toFixed(2)})`).join(", ");
  return `In the order of their loss: ${all}. ${right === order.length ? "So you had put them." : `You had ${right || "none"} of the four in its place.`}`;
}

function paintRun() {
  const [member] = trial.members;
  if (!member) {
    part("source").textContent = trial.waiting;
    return;
  }
  const { epoch, valid_loss: losses, valid_accuracy: accuracies } = member.log.epochs;
  const points = [...epoch.view].map((x, i) => /** @type {const} */ ([x, losses.at(i)]));
  const fell = [...points.keys()].filter((i) => i > 0 && losses.at(i) < losses.at(i - 1) && accuracies.at(i) < accuracies.at(i - 1));
  const both = fell.map((i) => points[i]);
  epochs.show([
    { kind: "line", ink: "soft", points },
    { kind: "dots", ink: "ink", size: 3.5, points: both },
  ]);
  const fewer = fell.map((i) => Math.round((accuracies.at(i - 1) - accuracies.at(i)) * VALID));
  const lost = both.length ? ` There the digits read rightly became ${[...new Set(fewer)].sort((one, other) => one - other).join(" or ")} fewer.` : "";
  const words = `In ${count(both.length)} of ${count(Math.max(0, points.length - 1))} epochs loss and accuracy fell together: the dots.${lost}`;
  epochs.describe(words);
  part("source").textContent = trial.waiting || `Above: blue what a 3 costs, orange a 7, with the slope at each digit${prediction.answers ? ", and where the four lie that you put in order" : ""}. Below: ${words} Run ${member.run}, on 2,038 validation digits.`;
}
