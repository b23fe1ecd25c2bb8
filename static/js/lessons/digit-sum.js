// What each unit of a network says of one digit, of the validation images or drawn here, and the sum that they make.

import { mountChoice, mountSlider } from "../forms/slider.js";
import { DigitImage } from "../ink/digit-image.js";
import { drawnPixels } from "../ink/drawn-pixels.js";
import { mountInk } from "../ink/ink-canvas.js";
import { mountInkTools } from "../ink/ink-tools.js";
import { openDrawing } from "../ink/kept-drawing.js";
import { element, part } from "../shell/element.js";
import { signed } from "../shell/format.js";
import { Graph } from "./graph.js";
import { equalSign, numberOf, showNumbers } from "./numbers.js";

/** @import { Digits } from "../model/digits.js" */
/** @import { Network } from "../model/network.js" */
/** @import { Item } from "./graph.js" */
/** @import { LessonState } from "./state.js" */
/** @typedef {{ network: Network, plain: Digits }} Read */

const WHITE = 255;

export class DigitSum {
  #state;
  #drawing;
  #graph;
  #digit;

  /**
   * @param {{ state: LessonState, controls: boolean, onDrawn: () => void }} lesson `state` has which digit
   * @param {{ signal: AbortSignal }} options
   */
  constructor({ state, controls, onDrawn }, { signal }) {
    this.#state = state;
    this.#graph = new Graph(part("pushes"), {
      label: "What each unit pushes this digit’s logit by, and the sum so far",
      x: { min: 0, max: 31, label: "Unit; the last is the bias" },
      y: { min: -5, max: 5, label: "Up: a 3, down: a 7" },
    }, { signal });
    this.#digit = new DigitImage(part("digit", HTMLCanvasElement), { full: 1, signal });
    this.#drawing = openDrawing(window, { signal });
    const paper = part("ink", HTMLCanvasElement);
    mountInk(paper, this.#drawing, { label: "Drawing area: draw a 3 or a 7 with mouse, finger or pen. Without one, look at a test digit.", signal });
    paper.inert = !controls;
    mountInkTools(part("tools"), this.#drawing, { signal });
    const options = [{ value: false, label: "a test digit" }, { value: true, label: "your own" }];
    mountChoice(part("whose").appendChild(element("div", "")), { label: "Whose", options, ...state.control("own"), value: state.flag("own") }, { signal });
    mountSlider(part("which"), { label: "Which digit?", min: 0, max: 2037, whole: true, step: 1, ...state.control("digit") }, { signal });
    this.#drawing.subscribe(onDrawn);
  }

  /** @param {Read} read */
  show(read) {
    const { network } = read;
    const own = this.#state.flag("own");
    part("own").hidden = !own;
    part("which").hidden = own;
    part("beside").toggleAttribute("data-own", own);
    const { image, name } = this.#shown(read);
    this.#digit.show(image);
    part("digit").setAttribute("aria-label", name);
    const parts = image ? [...pushesOf(network, image), network.outputBias] : [];
    let sum = 0;
    const running = parts.map((each) => (sum += each));
    const [low, high] = [Math.min(0, ...parts, ...running), Math.max(0, ...parts, ...running)];
    const air = 0.08 * (high - low) + 0.1;
    this.#graph.setAxes({ x: { min: 0, max: network.units + 1, label: "Unit; the last is the bias" }, y: { min: low - air, max: high + air, label: "Up: a 3, down: a 7" } });
    const bars = (/** @type {boolean} */ up) => parts.flatMap((y, at) => (y !== 0 && y > 0 === up ? [/** @type {const} */ ([at + 0.5, y])] : []));
    this.#graph.show([
      { kind: "rule", y: 0, ink: "soft" },
      ...[true, false].flatMap((up) => bars(up).map(([x, y]) => /** @type {Item} */ ({ kind: "line", points: [[x, 0], [x, y]], ink: up ? "three" : "seven", point: "output" }))),
      { kind: "dots", points: bars(true), ink: "three", size: 3 },
      { kind: "dots", points: bars(false), ink: "seven", size: 3 },
      { kind: "line", points: running.map((y, at) => /** @type {const} */ ([at + 0.5, y])), ink: "ink" },
      { kind: "dots", points: parts.length ? [[parts.length - 0.5, sum]] : [], ink: "ink", size: 6, point: "logit" },
    ]);
    const pushed = parts.slice(0, -1);
    const total = (/** @type {1 | -1} */ sign) => sign * pushed.reduce((of, each) => of + (each * sign > 0 ? each : 0), 0);
    if (parts.length) {
      const [logit, up, down, bias] = [sum, total(1), total(-1), network.outputBias].map(figure);
      const equals = equalSign(logit, numberOf(up) - numberOf(down) + numberOf(bias), figure);
      showNumbers(part("lesson"), { logit, equals, up, down, bias });
    }
    this.#graph.describe(this.words(read));
  }

  /** @param {Read} read */
  words(read) {
    const { network } = read;
    const { image, words } = this.#shown(read);
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

  /** What is read: an image, 0 to 1, and what it is in words. @param {Read} read */
  #shown({ plain }) {
    if (this.#state.flag("own")) {
      const drawn = this.#drawing.blank ? null : drawnPixels(this.#drawing);
      return { image: drawn && Float64Array.from(drawn, (value) => value / WHITE), words: "Your drawing", name: "Your drawing as the network sees it" };
    }
    const i = Math.min(plain.count - 1, Math.max(0, Math.round(this.#state.number("digit"))));
    return { image: plain.image(i), words: `A ${plain.labels[i]}`, name: `Digit ${i} of the validation images, a ${plain.labels[i]}` };
  }
}

/** What each unit pushes an image's logit by. @param {Network} network @param {ArrayLike<number>} image */
function pushesOf(network, image) {
  return [...network.hidden(image)].map((out, unit) => network.output[unit] * out);
}

/** @param {number} value */
function figure(value) {
  return value.toFixed(2).replace("-", "−");
}
