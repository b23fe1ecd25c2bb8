// A drawing as the network sees it, its ink coloured by what each pixel adds to the logit, and the sum they make.

import { contributions } from "../model/contributions.js";
import { networkOfFrame, PIXELS, sigmoid } from "../model/network.js";
import { element } from "../shell/element.js";
import { divergingScale } from "../shell/palette.js";
import { onThemeChange } from "../shell/theme.js";
import { fullColour } from "../weights/signed-image.js";
import { chance } from "./chance.js";
import { sumTerms } from "./sum-terms.js";

/** @import { Contributions } from "../model/contributions.js" */
/** @import { ShownRun } from "../run/shown-run.js" */
/** @import { Painter } from "../shell/painter.js" */
/** @import { DrawingSource } from "./drawing-source.js" */
/** @import { Reading } from "./predict.js" */

const SIDE = 28;
const EVERY = 60; // milliseconds: figures that change more often cannot be read

/** After which of them there may be other weights, or another model. */
const CHANGES = new Set(["Weights", "Moved", "RunQueued", "RunStarted"]);

/**
 * Ink on clear paper: as dark as the image, blue or orange as far as a pixel speaks for a 3 or a 7.
 *
 * @param {CanvasRenderingContext2D} context of a canvas of 28 × 28
 * @param {ArrayLike<number>} image 784 values from 0 to 1
 * @param {ArrayLike<number> | null} pixels what each adds to the logit; null: the ink stays plain
 * @param {Uint32Array} palette `divergingScale` around the plain ink's colour
 */
export function paintContributions(context, image, pixels, palette) {
  const painted = context.createImageData(SIDE, SIDE);
  const colours = new Uint32Array(painted.data.buffer);
  const factor = pixels ? 127 / fullColour(pixels) : 0;
  for (let i = 0; i < PIXELS; i++) {
    const level = pixels ? Math.round(pixels[i] * factor) : 0;
    colours[i] = palette[Math.min(127, Math.max(-127, level)) + 127];
  }
  for (let i = 0; i < PIXELS; i++) painted.data[4 * i + 3] = Math.round(image[i] * 255);
  context.putImageData(painted, 0, 0);
}

/**
 * @param {HTMLElement} root is filled
 * @param {object} context
 * @param {ShownRun} context.run
 * @param {Painter} context.painter
 * @param {DrawingSource} context.drawing
 * @param {(listener: (reading: Reading | null) => void) => () => void} [context.onReading] tells how the drawing is read
 * @param {{ signal: AbortSignal }} options
 */
export function mountContributions(root, { run, painter, drawing, onReading }, { signal }) {
  const canvas = element("canvas", "contributions-image");
  canvas.width = canvas.height = SIDE;
  canvas.setAttribute("role", "img");
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const sum = element("p", "contributions-sum");
  const words = element("p", "caption contributions-words");
  const view = element("div", "contributions", canvas, element("div", "contributions-text", sum, words));
  view.dataset.part = "contributions";
  root.append(view);
  let palette = divergingScale(root.ownerDocument, "--ink-soft");
  /** The gate has taken it for neither: the sum weighs a 3 against a 7 all the same. */
  let neither = false;

  const refresh = painter.add(() => {
    if (signal.aborted) return;
    const { image } = drawing;
    const network = image && run.weights && run.recipe && networkOfFrame(run.weights, run.recipe);
    if (!image) context.clearRect(0, 0, SIDE, SIDE);
    else {
      const parts = network ? contributions(network, image) : null;
      paintContributions(context, image, parts?.pixels ?? null, palette);
      if (parts) return show(parts);
    }
    sum.replaceChildren();
    put(words, image ? UNKNOWN : NOTHING);
    canvas.setAttribute("aria-label", image ? "The drawing, as the network sees it" : "No drawing yet");
  }, EVERY);

  /** @param {Contributions} parts */
  function show(parts) {
    const { terms, sum: logit } = sumTerms(parts);
    const names = parts.pixels
      ? { three: "blue ink", seven: "orange ink", bias: "bias" }
      : { three: "units for a 3", seven: "units for a 7", bias: "bias" };
    const shown = terms.map(({ value, of }) => term(value, names[of], of));
    sum.replaceChildren(...shown, element("span", "term-equals", "="), term(logit, "logit", logit > 0 ? "three" : "seven"));
    const verdict = `P(3) ${chance(sigmoid(logit), { about: true })}${neither ? ", were it one of the two" : `: ${logit > 0 ? "a 3" : "a 7"}`}.`;
    put(words, parts.pixels ? verdict : `${verdict} Each unit bends its sum, so no pixel has a share of its own.`);
    canvas.setAttribute("aria-label", "The drawing, as the network sees it" + (parts.pixels ? ", coloured by what each pixel adds" : ""));
  }

  const ends = [
    run.subscribe(({ type }) => {
      if (CHANGES.has(type)) refresh();
    }),
    drawing.subscribe(refresh),
    onReading?.((reading) => {
      if (neither === (reading?.verdict === "neither")) return;
      neither = !neither;
      refresh();
    }),
  ];
  onThemeChange(root.ownerDocument, () => {
    palette = divergingScale(root.ownerDocument, "--ink-soft");
    refresh();
  }, { signal });
  signal.addEventListener("abort", () => {
    for (const end of ends) end?.();
    view.remove();
  });
  refresh();
}

const NOTHING = "Draw a digit: its ink takes the colour of what each pixel adds.";
const UNKNOWN = "What its pixels add is not known for this moment.";

/**
 * @param {number} value
 * @param {string} name
 * @param {string} of
 */
function term(value, name, of) {
  const number = `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;
  return element("span", `term ${of}`, element("b", "", number), " ", element("small", "", name));
}

/**
 * @param {HTMLElement} line
 * @param {string} words
 */
function put(line, words) {
  if (line.textContent !== words) line.textContent = words;
}
