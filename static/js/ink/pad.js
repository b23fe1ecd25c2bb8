// A pad: paper to draw on, samples to pick, and how a run reads it at its moment, again whenever its weights have changed.

/** @import { Drawing } from "./drawing.js" */
/** @import { Reading } from "./predict.js" */
/** @import { ShownRun } from "../run/shown-run.js" */
/** @import { Painter } from "../shell/painter.js" */
import { element } from "../shell/element.js";
import { mountColouredInk } from "./coloured-ink.js";
import { mountInk } from "./ink-canvas.js";
import { mountInkTools } from "./ink-tools.js";
import { ProblemError } from "./predict.js";
import { root as base } from "../shell/root.js";
import { LiveReading } from "./reading.js";
import { fillSampleRow } from "./sample-row.js";
import { VerdictView } from "./verdict.js";

/** Of the same version as this module. */
const SAMPLES = new URL("../../samples.json", import.meta.url).pathname.slice(base.length);

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
  const view = new VerdictView(said, { nameOf: () => `“${run.name}”`, signal });
  /** The ink has colours of its own, of what its pixels say; without, that of the verdict. */
  let coloured = false;
  /** @type {Reading | null} */
  let last = null;
  /** @type {Set<(reading: Reading | null) => void>} */
  const listeners = new Set();
  reading.add({
    show(read) {
      view.show(read);
      if (read?.verdict === "blank" && drawing.picture) view.showMessage("No digit found", "There is no ink to be seen on this picture.");
      ink.tint(coloured || !read?.digit ? null : read.probability_3);
      last = read;
      for (const listener of listeners) listener(read);
    },
    wait: () => view.wait(),
    fail(problem) {
      if ((problem.status === GONE || problem.status === UNUSABLE) && reading.model.run !== undefined) return readByBuiltIn(problem.detail);
      ink.tint(null);
      view.fail(problem);
    },
  });

  /** Until its weights change the run is not asked again. @param {string} why */
  function readByBuiltIn(why) {
    view.note = why;
    reading.model = {};
  }

  /** The run's network at its moment reads; before it has one, the built-in. Of an earlier moment the pictures may still be on their way. */
  function choose() {
    view.note = "";
    if (run.run && (run.weights || run.live === false)) reading.model = run.live === false ? { run: run.run, step: run.step } : { run: run.run };
    else reading.model = {};
  }

  mountColouredInk(overlay, {
    paper: canvas,
    run,
    drawing,
    painter,
    onColoured(is) {
      coloured = is;
      ink.tint(coloured || !last?.digit ? null : last.probability_3);
    },
  }, { signal });
  const unsubscribe = run.subscribe(({ type }) => {
    if (type === "RunQueued" || type === "RunStarted" || type === "Moved") choose();
    else if ((type === "Weights" || type === "CheckpointSaved") && run.live !== false) {
      choose();
      reading.read();
    }
  });
  signal?.addEventListener("abort", () => {
    unsubscribe();
    parts.remove();
  });
  choose();
  reading.read();
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
