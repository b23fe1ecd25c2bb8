// The mini-batch that the step shown learned from, where somebody looks: while the run is paused, over or slow, or a
// moment of it is looked up.

import { paintMosaic } from "../ink/mosaic.js";
import { element } from "../shell/element.js";
import { count } from "../shell/format.js";
import { colour } from "../shell/palette.js";
import { ProblemError, request } from "../shell/problem.js";
import { watchSight } from "../shell/sight.js";
import { onThemeChange } from "../shell/theme.js";

/** @import { Painter } from "../shell/painter.js" */
/** @import { ShownRun } from "./shown-run.js" */

/** @typedef {{ step: number, labels: number[], sent: number, images: Uint8Array }} Batch */

const SENT = 64; // images of a batch: as many as can be told apart at a glance, 50 kB
const EVERY = 400; // milliseconds between two questions: 150 a minute, while a server answers 240 of one address
const KEPT = 40; // batches, of 50 kB each: going back and forth among the last steps asks for nothing
const SLOW = 4; // steps a second: beyond that no batch can be looked at
const WINDOW = 1500; // milliseconds over which the speed is taken

/**
 * @param {HTMLElement} root is filled
 * @param {{ run: ShownRun, painter: Painter }} context
 * @param {{ signal: AbortSignal }} options
 */
export function mountBatch(root, { run, painter }, { signal }) {
  const said = element("p", "caption", "The images of each step appear here.");
  const canvas = element("canvas", "batch-image");
  canvas.setAttribute("role", "img");
  canvas.hidden = true; // until there is a batch to show
  const view = element("div", "batch", said, canvas);
  view.dataset.part = "batch";
  root.append(view);
  /** Of the run `of`, the one asked for last at the end. @type {Map<number, Batch>} */
  const kept = new Map();
  let of = "";
  let [busy, looked] = [false, false];
  let ink = colour(root.ownerDocument, "--ink");
  const speed = new Speed();
  /** @type {Batch | null} */
  let shown = null;

  const refresh = painter.add(() => {
    if (!signal.aborted && !busy && looked) void update();
  }, EVERY);

  async function update() {
    if (run.run !== of) kept.clear();
    of = run.run;
    const { step } = run;
    if (!run.run || step < 1) return show(null, "The images of each step appear here.");
    if (run.state === "running" && run.live && !speed.slow) {
      return show(null, "Pause, or go slower, to see the images that each step learns from.");
    }
    const known = kept.get(step);
    if (known) return show(known, words(known));
    busy = true;
    try {
      const batch = await fetched(run.run, step);
      if (signal.aborted) return;
      kept.set(step, batch);
      for (const oldest of kept.keys()) if (kept.size > KEPT) kept.delete(oldest);
      if (run.run === of) show(batch, words(batch));
    } catch (problem) {
      if (!(problem instanceof ProblemError)) throw problem;
      if (!signal.aborted) show(null, `The images of step ${count(step)} cannot be had: ${problem.message}`);
      return;
    } finally {
      busy = false;
    }
    if (run.step !== step || run.run !== of) refresh(); // it went on meanwhile
  }

  /**
   * @param {Batch | null} batch
   * @param {string} about
   */
  function show(batch, about) {
    if (said.textContent !== about) said.textContent = about;
    canvas.hidden = batch === null;
    if (batch === shown) return;
    shown = batch;
    paint();
  }

  function paint() {
    if (!shown) return;
    paintMosaic(canvas, shown.images, shown.sent, ink);
    const sent = shown.labels.slice(0, shown.sent);
    canvas.setAttribute("aria-label", `${counted(sent)}, in the order ${sent.join(", ")}`);
  }

  // The server computes a batch: only where somebody sees it.
  watchSight(view, (seen) => {
    looked = seen;
    if (looked) refresh();
  }, { signal });
  const unsubscribe = run.subscribe(({ type }) => {
    if (type === "Steps") speed.take(run.step);
    refresh();
  });
  onThemeChange(root.ownerDocument, () => {
    ink = colour(root.ownerDocument, "--ink");
    paint();
  }, { signal });
  signal.addEventListener("abort", () => {
    unsubscribe();
    view.remove();
  });
}

/** How fast steps arrive. */
class Speed {
  /** Within the window, and the last before it. @type {{ time: number, step: number }[]} */
  #arrived = [];

  /** @param {number} step the newest */
  take(step) {
    const time = performance.now();
    const before = this.#arrived.at(-1);
    if (before && step < before.step) this.#arrived = []; // another run
    this.#arrived.push({ time, step });
    while (this.#arrived.length > 2 && time - this.#arrived[1].time > WINDOW) this.#arrived.shift();
  }

  /** Whether there is time to look at each; not as long as that cannot be told. */
  get slow() {
    const [first, last] = [this.#arrived[0], this.#arrived.at(-1)];
    if (!first || !last) return false;
    const passed = (performance.now() - first.time) / 1000;
    return passed > 0.5 && (last.step - first.step) / passed <= SLOW;
  }
}

/**
 * @param {string} run
 * @param {number} step
 * @returns {Promise<Batch>}
 */
async function fetched(run, step) {
  const { labels, sent, images } = await request("POST", "/api/experiments/batch", { run, step, images: SENT });
  return { step, labels, sent, images: fromBase64(images) };
}

/** Bytes that came in JSON. @param {string} text */
export function fromBase64(text) {
  return Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
}

/** @param {Batch} batch */
function words({ step, labels, sent }) {
  const all = `${count(labels.length)} ${labels.length === 1 ? "image" : "images"}`;
  const some = sent < labels.length ? `; here the first ${sent}` : "";
  return `Step ${count(step)} learned from ${all}, ${counted(labels)}${some}.`;
}

/** @param {number[]} labels */
function counted(labels) {
  const threes = labels.filter((label) => label === 3).length;
  return `${count(threes)} ${threes === 1 ? "three" : "threes"} and ${count(labels.length - threes)} ${labels.length - threes === 1 ? "seven" : "sevens"}`;
}
