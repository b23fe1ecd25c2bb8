// The mini-batch that the step shown learned from, where somebody looks: while the run is paused or slow, or a moment of
// it is looked up.

import { mosaicOf, paintMosaic } from "../ink/mosaic.js";
import { element } from "../shell/element.js";
import { compute, isBusy } from "../shell/experiment.js";
import { count } from "../shell/format.js";
import { colour } from "../shell/palette.js";
import { ProblemError } from "../shell/problem.js";
import { watchSight } from "../shell/sight.js";
import { onThemeChange } from "../shell/theme.js";

/** @import { Painter } from "../shell/painter.js" */
/** @import { ShownRun } from "./shown-run.js" */

/** @typedef {{ step: number, labels: number[], sent: number, images: Uint8Array }} Batch */

const SENT = 64; // images of a batch: as many as can be told apart at a glance, 50 kB
const EVERY = 400; // milliseconds between two questions: 150 a minute, while a server answers 240 of one address
const KEPT = 40; // batches, of 50 kB each: going back and forth among the last steps asks for nothing
const SLOW = 5; // steps a second: beyond that no batch can be looked at; the pace called slow has 4
const NO_MORE = 7; // steps a second at which one that is shown goes: a pace near the limit must not make it come and go
const BRISK = 2; // steps a second: beyond that a batch changes faster than one sees what is new in it
const WINDOW = 1500; // milliseconds over which the speed is taken
const REST = 300; // milliseconds that a moment that is looked up has stood before it is asked for: going through them asks nothing
const AGAIN = 3000; // milliseconds until a server that had no time is asked once more
const REM = 17; // pixels, as base.css has it: with larger letters digits are larger too
const WAITS = "Its mini-batches appear here.";

/**
 * @param {HTMLElement} root is filled
 * @param {{ run: ShownRun, painter: Painter }} context
 * @param {{ signal: AbortSignal }} options
 */
export function mountBatch(root, { run, painter }, { signal }) {
  const said = element("p", "caption", WAITS);
  const canvas = element("canvas", "batch-image");
  canvas.setAttribute("role", "img");
  const box = element("div", "batch-images", canvas);
  box.hidden = true; // until there is a batch to show
  const view = element("div", "batch", said, box);
  view.dataset.part = "batch";
  root.append(view);
  /** Of the run `of`, the one asked for last at the end. @type {Map<number, Batch>} */
  const kept = new Map();
  let of = "";
  let [busy, looked] = [false, false];
  let ink = colour(root.ownerDocument, "--ink");
  const speed = new Speed();
  /** Whether the moment that is shown has stood for some time. */
  let stands = true;
  let [resting, again] = [0, 0];
  /** The step whose images could not be had. */
  let failed = 0;
  /** @type {Batch | null} */
  let shown = null;

  const refresh = painter.add(() => {
    if (!signal.aborted && !busy && looked) void update();
  }, EVERY);

  async function update() {
    if (run.run !== of) {
      kept.clear();
      failed = 0;
    }
    of = run.run;
    const now = looksAt();
    if (typeof now === "string") return show(null, now);
    const step = now;
    const known = kept.get(step);
    if (known) return show(known, words(known));
    if (!run.live && !stands) return shown ? undefined : show(null, "Stop at a step to see its mini-batch.");
    if (!shown && step !== failed) show(null, `Fetching the images of step ${count(step)} …`);
    window.clearTimeout(again);
    busy = true;
    try {
      const batch = await fetched(run.run, step);
      if (signal.aborted) return;
      failed = 0;
      kept.set(step, batch);
      for (const oldest of kept.keys()) if (kept.size > KEPT) kept.delete(oldest);
      if (run.run === of) show(batch, words(batch));
    } catch (problem) {
      if (!(problem instanceof ProblemError)) throw problem;
      if (signal.aborted) return;
      show(null, `The images of step ${count(step)} cannot be had: ${problem.message}`);
      failed = step;
      if (isBusy(problem)) again = window.setTimeout(refresh, AGAIN);
      return;
    } finally {
      busy = false;
    }
    if (looksAt() !== step || run.run !== of) refresh(); // it went on meanwhile
  }

  /** Whose images are to be seen, or why none are. @returns {number | string} */
  function looksAt() {
    const { step } = run;
    if (!run.run || step < 1) return WAITS;
    if (!run.live || run.state === "paused") return step;
    if (run.state !== "running") return "Go back to see its mini-batches.";
    if (speed.perSecond > (shown ? NO_MORE : SLOW)) return "Pause to see its mini-batch.";
    // A class of thirty at one address asks for the same steps, which are computed once.
    const every = speed.perSecond > BRISK ? 2 : 1;
    return Math.max(1, step - (step % every));
  }

  /**
   * @param {Batch | null} batch
   * @param {string} about
   */
  function show(batch, about) {
    if (said.textContent !== about) said.textContent = about;
    box.hidden = batch === null;
    if (batch === shown) return;
    shown = batch;
    paint();
  }

  /** As many as there is room for. */
  function paint() {
    if (!shown) return;
    const scale = parseFloat(getComputedStyle(root.ownerDocument.documentElement).fontSize) / REM;
    const { columns, rows } = mosaicOf(box.clientWidth / scale, box.clientHeight / scale);
    const digits = Math.min(shown.sent, columns * rows);
    paintMosaic(canvas, { pixels: shown.images, digits, columns, ink });
    canvas.style.width = `${canvas.width * scale}px`;
    const sent = shown.labels.slice(0, digits);
    const which = digits < shown.labels.length ? `The first ${digits} of ${count(shown.labels.length)} images` : "The images";
    canvas.setAttribute("aria-label", `${which} that step ${count(shown.step)} learned from, in the order ${sent.join(", ")}`);
  }

  // The server computes a batch: only where somebody sees it.
  watchSight(view, (seen) => {
    looked = seen;
    if (looked) refresh();
  }, { signal });
  const unsubscribe = run.subscribe(({ type }) => {
    if (type === "Steps") speed.take(run.step);
    if (type === "Moved") {
      window.clearTimeout(resting);
      stands = false;
      resting = window.setTimeout(() => {
        stands = true;
        refresh();
      }, REST);
    }
    refresh();
  });
  onThemeChange(root.ownerDocument, () => {
    ink = colour(root.ownerDocument, "--ink");
    paint();
  }, { signal });
  const sizes = new ResizeObserver(paint);
  sizes.observe(box);
  signal.addEventListener("abort", () => {
    sizes.disconnect();
    window.clearTimeout(resting);
    window.clearTimeout(again);
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

  /** Infinity as long as it cannot be told. */
  get perSecond() {
    const [first, last] = [this.#arrived[0], this.#arrived.at(-1)];
    if (!first || !last) return Infinity;
    const passed = (performance.now() - first.time) / 1000;
    return passed > 0.5 ? (last.step - first.step) / passed : Infinity;
  }
}

/**
 * @param {string} run
 * @param {number} step
 * @returns {Promise<Batch>}
 */
async function fetched(run, step) {
  const { labels, sent, images } = await compute("batch", { run, step, images: SENT });
  return { step, labels, sent, images: fromBase64(images) };
}

/** Bytes that came in JSON. @param {string} text */
export function fromBase64(text) {
  return Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
}

/** @param {Batch} batch */
function words({ step, labels }) {
  const threes = labels.filter((label) => label === 3).length;
  const sevens = labels.length - threes;
  return `Mini-batch ${count(step)}: ${count(threes)} ${threes === 1 ? "three" : "threes"}, ${count(sevens)} ${sevens === 1 ? "seven" : "sevens"}.`;
}
