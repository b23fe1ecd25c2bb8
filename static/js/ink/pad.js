// A pad: paper to draw on, samples to pick, and how a run reads it at its moment, again whenever its weights have changed.

/** @import { Drawing } from "./drawing.js" */
/** @import { Reading } from "./predict.js" */
/** @import { ShownRun } from "../run/shown-run.js" */
/** @import { Painter } from "../shell/painter.js" */
import { sigmoid } from "../model/network.js";
import { element } from "../shell/element.js";
import { quoted } from "../shell/format.js";
import { root as base } from "../shell/root.js";
import { mountColouredInk } from "./coloured-ink.js";
import { mountInk } from "./ink-canvas.js";
import { mountInkTools } from "./ink-tools.js";
import { momentNetwork } from "./moment-network.js";
import { ProblemError } from "./predict.js";
import { LiveReading } from "./reading.js";
import { fillSampleRow } from "./sample-row.js";
import { drawnPixels } from "./drawn-pixels.js";
import { VerdictView } from "./verdict.js";

/** Of the same version as this module. */
const SAMPLES = new URL("../../samples.json", import.meta.url).pathname.slice(base.length);

/** Milliseconds between two verdicts on the same drawing: figures that change more often cannot be read. */
const EVERY = 60;
/** The server is asked for exact figures once the moment has stood this long (ms). */
const REST = 700;

/** Milliseconds after which a server that did not answer is asked again. */
const RETRY = 3000;

const GONE = 404;
const UNUSABLE = 409;

/**
 * @param {HTMLElement} root is filled
 * @param {object} context
 * @param {ShownRun & { readonly name: string }} context.run
 * @param {Drawing} context.drawing
 * @param {Painter} context.painter
 * @param {string} [context.samples] address of samples.json
 * @param {{ signal?: AbortSignal }} [options]
 * @returns `onReading` is told of each reading
 */
export function mountPad(root, { run, drawing, painter, samples = SAMPLES }, { signal } = {}) {
  const canvas = element("canvas", "");
  const overlay = element("canvas", "ink-overlay");
  overlay.setAttribute("aria-hidden", "true");
  const hint = element("p", "ink-hint", "Draw a 3 or a 7 here");
  hint.setAttribute("aria-hidden", "true");
  const drop = element("p", "ink-drop", "Let go to have it read");
  drop.setAttribute("aria-hidden", "true");
  const paper = element("div", "ink-paper", canvas, overlay, hint, drop);
  const tools = element("div", "ink-tools");
  const row = element("div", "samples");
  row.setAttribute("role", "group");
  row.setAttribute("aria-label", "Handwritten digits to pick");
  const said = element("div", "");
  const parts = element("div", "pad-parts", element("div", "pad-ink", paper, tools), said, row);
  root.classList.add("pad");
  root.append(parts);

  const ink = mountInk(canvas, drawing, {
    label: "Drawing area: draw a 3 or a 7 with mouse, finger or pen. Without one, pick a handwritten digit.",
    signal,
  });
  mountInkTools(tools, drawing, { signal });
  const reading = new LiveReading(drawing, { signal });
  const view = new VerdictView(said, { nameOf: () => quoted(run.name), signal });
  const network = momentNetwork(run);
  /** The ink has colours of its own, of what its pixels say; without, that of the verdict. */
  let coloured = false;
  /** What the server said last. @type {Reading | null} */
  let answer = null;
  /** What is shown. @type {Reading | null} */
  let shown = null;
  /** Why the built-in network reads. */
  let why = "";
  /** The run whose models the server does not have (yet). */
  let refused = "";
  let rest = 0;
  /** @type {Set<(reading: Reading | null) => void>} */
  const listeners = new Set();

  function show() {
    if (signal?.aborted) return;
    shown = atMoment();
    view.note = shown?.about ? "" : why;
    view.show(shown);
    if (shown?.verdict === "blank" && drawing.picture) view.showMessage("No digit found", "There is no ink to be seen on this picture.");
    tint();
    for (const listener of listeners) listener(shown);
  }

  function tint() {
    ink.tint(coloured || !shown?.digit ? null : shown.probability_3);
  }

  /**
   * What the server said, or where that was of another step what the picture of the weights says: it has one of more
   * moments than the server has models.
   */
  function atMoment() {
    const { weights } = run;
    const image = drawing.image;
    const now = network();
    if (!answer || answer.verdict === "blank" || !weights || !image || !now) return answer;
    const { run: by, step, verdict: was } = answer;
    if (by === run.run && (step === weights.step || (step > weights.step && run.live !== false))) return answer;
    const logit = now.logit(image);
    const digit = was === "neither" ? null : logit > 0 ? /** @type {const} */ (3) : /** @type {const} */ (7);
    const verdict = digit === null ? was : /** @type {"3" | "7"} */ (String(digit));
    return { ...answer, verdict, digit, logit, probability_3: sigmoid(logit), run: run.run, step: weights.step, about: true };
  }

  /** Without the server: what the picture of the weights says. @returns {Reading | null} null: it cannot be told */
  function readHere() {
    const { content } = drawing;
    const now = network();
    const { weights } = run;
    if (!now || !weights || drawing.blank) return null;
    const pixels = drawnPixels(drawing);
    if (!pixels) return null;
    const image = Array.from(pixels);
    drawing.saw(content, image);
    const logit = now.logit(image.map((value) => value / 255));
    const digit = logit > 0 ? 3 : 7;
    return {
      verdict: digit === 3 ? "3" : "7", digit, logit, probability_3: sigmoid(logit), run: run.run, step: weights.step, image,
      gate: { score: 0, reason: null }, baseline: { verdict: digit === 3 ? "3" : "7", distance_3: 0, distance_7: 0 }, about: true, here: true,
    };
  }

  reading.add({
    show(read) {
      answer = read;
      show();
    },
    wait: () => view.wait(),
    late() {
      answer = readHere();
      if (answer) return show();
      shown = null;
      tint();
      view.late();
    },
    fail(problem) {
      if ((problem.status === GONE || problem.status === UNUSABLE) && reading.model.run !== undefined) {
        why = problem.detail;
        refused = run.run;
        reading.model = {};
        return;
      }
      if (problem.temporary) rest = window.setTimeout(() => drawing.blank || reading.read(), RETRY);
      const here = readHere();
      if (here) {
        answer = here;
        return show();
      }
      answer = shown = null;
      tint();
      view.fail(problem);
    },
  });

  /** The run's network at its moment reads; before it has one, the built-in. */
  function follow() {
    if (run.run !== refused) why = "";
    const known = run.run !== "" && run.run !== refused;
    if (known && run.live === false) reading.prepare({ run: run.run, step: run.step });
    else reading.prepare(known && run.weights ? { run: run.run } : {});
    window.clearTimeout(rest);
    if (!answer || !network()) return reading.read();
    refresh();
    rest = window.setTimeout(() => reading.read(), REST);
  }

  const refresh = painter.add(() => answer && show(), EVERY);
  mountColouredInk(overlay, {
    paper: canvas,
    run,
    network,
    drawing,
    painter,
    onColoured(is) {
      coloured = is;
      tint();
    },
  }, { signal });
  const unsubscribe = run.subscribe(({ type }) => {
    if (type === "CheckpointSaved") refused = "";
    if (["RunQueued", "RunStarted", "Moved"].includes(type)) follow();
    else if (["Weights", "CheckpointSaved"].includes(type) && run.live !== false) follow();
    else if (type === "Weights") refresh(); // a picture nearer to the moment has come
  });
  signal?.addEventListener("abort", () => {
    window.clearTimeout(rest);
    unsubscribe();
    parts.remove();
  });
  follow();
  fillSampleRow(row, samples, (picture) => drawing.setPicture(picture), { signal }).catch((problem) => {
    if (!(problem instanceof ProblemError)) throw problem;
    row.remove(); // drawing goes on without
  });

  return {
    reading,
    /** @param {(reading: Reading | null) => void} listener */
    onReading(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
