// A network's units, to switch off: those that are missed least first, or any by a press.

import { mountSlider } from "../forms/slider.js";
import { PIXELS } from "../model/network.js";
import { unitPushes, unitSums } from "../model/unit-sums.js";
import { button, part } from "../shell/element.js";
import { count, percent } from "../shell/format.js";
import { divergingScale } from "../shell/palette.js";
import { onThemeChange } from "../shell/theme.js";
import { fullColour, SignedImage } from "../weights/signed-image.js";
import { Graph } from "./graph.js";
import { leastMissed, mostOff, Switches } from "./switching.js";

/** @import { Digits } from "../model/digits.js" */
/** @import { Network } from "../model/network.js" */
/** @import { Item } from "./graph.js" */
/** @import { Prediction } from "./prediction.js" */
/** @import { LessonState } from "./state.js" */
/** @import { Removal } from "./switching.js" */

const STILL = 0.98;
const UNITS = 30;
const LOWEST = 0.957; // on the graph: with one or no unit left the curve falls so far that nothing else could be seen

export class UnitsOff {
  #state;
  #prediction;
  #graph;
  #slider;
  #tiles;
  #palette = divergingScale(document);
  /** @type {{ network: Network, switches: Switches, removal: Removal } | null} */
  #of = null;

  /**
   * @param {{ state: LessonState, prediction: Prediction, controls: boolean }} lesson `state` has the units that are off
   * @param {{ signal: AbortSignal }} options
   */
  constructor({ state, prediction, controls }, { signal }) {
    this.#state = state;
    this.#prediction = prediction;
    this.#graph = new Graph(part("removal"), {
      label: "Read rightly by how many units are off, those that are missed least first",
      x: { min: 0, max: UNITS, label: "Units off" },
      y: { min: LOWEST - 0.002, max: 0.99, label: "Read rightly", format: (value) => percent(value, 0) },
    }, { signal });
    const onInput = (/** @type {number} */ many) => {
      if (this.#of) state.set("off", this.#of.removal.order.slice(0, Math.round(many)).join("."));
    };
    this.#slider = mountSlider(part("on"), { label: "Units off, those missed least first", min: 0, max: UNITS, whole: true, step: 1, value: 0, onInput }, { signal });
    this.#tiles = Array.from({ length: UNITS }, (_, unit) => {
      const image = new SignedImage("lesson-picture");
      image.paint(new Float32Array(PIXELS), this.#palette, 1);
      const root = button(image.canvas, "unit-tile", () => this.#toggle(unit), { signal });
      root.disabled = !controls;
      return { root, image };
    });
    part("tiles").append(...this.#tiles.map(({ root }) => root));
    onThemeChange(document, () => {
      this.#palette = divergingScale(document);
      this.#paint();
    }, { signal });
    state.control("off").watch(() => {}, signal); // the tiles follow it as they do a press
  }

  /** Another network, and the digits that it reads. @param {Network} network @param {Digits} digits */
  take(network, digits) {
    const read = {
      pushes: unitPushes(network, unitSums(network, digits.lit)),
      bias: network.outputBias,
      threes: digits.labels.map((label) => Number(label === 3)),
    };
    part("tiles").toggleAttribute("data-old", false);
    this.#of = { network, switches: new Switches(read), removal: leastMissed(read) };
    this.follow();
    this.#paint();
  }

  /** No network, until another one is taken. */
  forget() {
    this.#of = null;
    this.#graph.show([]);
    part("tiles").toggleAttribute("data-old", true);
  }

  /** Switches the units as the lesson's state has them. */
  follow() {
    if (!this.#of) return;
    const { switches } = this.#of;
    const off = new Set(this.#state.text("off").split(".").filter(Boolean).map(Number));
    for (let unit = 0; unit < switches.on.length; unit++) switches.set(unit, !off.has(unit));
    this.#slider.set(switches.on.length - switches.count);
  }

  /** How many can be off, one after another, with 98\u00a0% still read rightly; null: there is no network. */
  get most() {
    return this.#of && mostOff(this.#of.removal, STILL);
  }

  show() {
    if (!this.#of) return;
    const { network, switches, removal: { accuracy, order } } = this.#of;
    const off = switches.on.length - switches.count;
    this.#tiles.forEach(({ root }, unit) => {
      root.hidden = unit >= network.units;
      root.setAttribute("aria-pressed", String(switches.on[unit] === 1));
      root.setAttribute("aria-label", `Unit ${unit + 1}, missed ${order.indexOf(unit) + 1}. least`);
    });
    const reads = switches.right / switches.logits.length;
    const guess = this.#prediction.number("off");
    this.#graph.show([
      { kind: "rule", y: STILL, ink: "soft", dash: true },
      { kind: "line", points: accuracy.map((y, i) => /** @type {const} */ ([i, y])), ink: "soft" },
      ...(guess === null ? [] : [/** @type {Item} */ ({ kind: "flag", x: guess, label: "your guess", ink: "mine" })]),
      reads < LOWEST
        ? /** @type {Item} */ ({ kind: "words", x: Math.min(off, UNITS - 2), y: LOWEST, words: `↓ ${percent(reads)}`, ink: "ink" })
        : { kind: "dots", points: [[off, reads]], ink: "ink", size: 6 },
    ]);
    this.#graph.describe(this.words());
  }

  words() {
    if (!this.#of) return "";
    const { switches, removal } = this.#of;
    const total = switches.logits.length;
    const most = mostOff(removal, STILL);
    const first = removal.accuracy.findIndex((each) => each < STILL);
    const dip = first > 0 && first < most ? ` (with ${first} off it is ${percent(removal.accuracy[first])})` : "";
    const spare = most < 0 ? "That is less than 98\u00a0% with all of them." : `Those that are missed least first, ${most} can be off with 98\u00a0% still right${dip}.`;
    return `${switches.count} of ${switches.on.length} units are on: ${percent(switches.right / total)} of the digits are read rightly, ${count(switches.right)} of ${count(total)}. ${spare}`;
  }

  /** @param {number} unit */
  #toggle(unit) {
    if (!this.#of) return;
    const { switches } = this.#of;
    switches.set(unit, !switches.on[unit]);
    this.#state.set("off", [...switches.on].flatMap((on, i) => (on ? [] : [i])).join("."));
  }

  #paint() {
    if (!this.#of) return;
    const { network } = this.#of;
    const pictures = this.#tiles.map((_, unit) => Float32Array.from({ length: PIXELS }, (_, pixel) => network.output[unit] * network.first[pixel * network.units + unit]));
    const full = fullColour(Float32Array.from(pictures.flatMap((each) => [...each])));
    this.#tiles.forEach(({ image }, unit) => image.paint(pictures[unit], this.#palette, 1 / full));
  }
}
