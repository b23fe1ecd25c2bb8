// What the whole network looks for: Σ over its units of output weight × weights, as one picture that takes shape while
// it learns.

import { switchedOn, wholePicture } from "../model/contributions.js";
import { networkOfFrame } from "../model/network.js";
import { element } from "../shell/element.js";
import { count } from "../shell/format.js";
import { divergingScale } from "../shell/palette.js";
import { onThemeChange } from "../shell/theme.js";
import { pictureCaption, whereItLooks } from "./picture-words.js";
import { fullColour, SignedImage } from "./signed-image.js";

/** @import { DrawingSource } from "../ink/drawing-source.js" */
/** @import { ShownRun } from "../run/shown-run.js" */
/** @import { Painter } from "../shell/painter.js" */

const EASE = 90; // milliseconds in which the picture goes some two thirds of the way to the newest weights
const THERE = 0.004; // of full colour: less than one of the scale's 127 levels
const WORDS_EVERY = 1000; // milliseconds: a screen reader is told of a new picture no more often

/**
 * @param {HTMLElement} root is filled
 * @param {{ run: ShownRun, painter: Painter, drawing?: DrawingSource | null }} context `drawing`: while there is one,
 *   the sum is over the units that it switches on
 * @param {{ signal: AbortSignal }} options
 */
export function mountWholePicture(root, { run, painter, drawing = null }, { signal }) {
  const view = root.ownerDocument.defaultView ?? window;
  const still = view.matchMedia("(prefers-reduced-motion: reduce)");
  const image = new SignedImage("whole-picture-image");
  image.canvas.setAttribute("role", "img");
  const caption = element("figcaption", "whole-picture-caption caption");
  const figure = element("figure", "whole-picture", image.canvas, legend(), caption);
  figure.dataset.part = "picture";
  let palette = divergingScale(root.ownerDocument);
  /** What is shown and what is to be, as shares of full colour. */
  const shown = new Float64Array(28 * 28);
  let wanted = new Float64Array(28 * 28);
  let words = "";
  const [first, more] = [element("span", ""), element("span", "caption-more")];
  caption.append(first, more);
  const say = (/** @type {string} */ short, rest = "") => {
    words = short + rest;
    if (first.textContent !== short) first.textContent = short;
    if (more.textContent !== rest) more.textContent = rest;
  };
  let [last, known] = [0, false];

  /** The newest sum; no picture: an empty one. */
  function look() {
    const found = sumOf(run, drawing?.image ?? null);
    figure.toggleAttribute("data-empty", !found);
    if (found) {
      const full = 1 / fullColour(found.picture);
      wanted = found.picture.map((value) => value * full);
      say(...pictureCaption(run, found.units, found.on));
    } else if (run.fetching) {
      say("Fetching its pictures …"); // until then the last one stays, faint
    } else {
      wanted = new Float64Array(28 * 28);
      say("Not there yet.", " It appears with the first weights.");
    }
    if (!known || still.matches || !run.live) shown.set(wanted); // a moment that is looked up is shown at once
    known = found !== null;
    describe();
  }

  let stale = true;
  const paint = painter.add(() => {
    if (signal.aborted) return;
    if (stale) look();
    stale = false;
    const now = performance.now();
    const share = 1 - Math.exp(-Math.min(100, now - last) / EASE); // after a rest: as after a long frame
    last = now;
    let away = 0;
    for (let i = 0; i < shown.length; i++) {
      const left = wanted[i] - shown[i];
      away = Math.max(away, Math.abs(left));
      shown[i] += left * share;
    }
    if (away <= THERE) shown.set(wanted);
    image.paint(shown, palette, 1);
    if (away > THERE) paint();
  });
  const describe = painter.add(() => {
    if (signal.aborted) return;
    const step = run.weights ? `after step ${count(run.weights.step)}` : "";
    const label = run.weights ? `What the network looks for, ${step}. ${words} ${whereItLooks(wanted)}` : words;
    image.canvas.setAttribute("aria-label", label);
  }, WORDS_EVERY);
  const change = () => {
    stale = true;
    paint();
  };

  root.append(figure);
  const ends = [
    run.subscribe(({ type }) => {
      if (CHANGES.has(type)) change();
    }),
    drawing?.subscribe(change),
  ];
  onThemeChange(root.ownerDocument, () => {
    palette = divergingScale(root.ownerDocument);
    paint();
  }, { signal });
  signal.addEventListener("abort", () => {
    for (const end of ends) end?.();
    figure.remove();
  });
  change();
}

/** After which of them there may be other weights, or another model. */
const CHANGES = new Set(["Weights", "Moved", "RunQueued", "RunStarted", "EpochEnded"]);

/**
 * @param {ShownRun} run
 * @param {Float32Array | null} drawn
 * @returns {{ picture: Float64Array, units: number, on: number | null } | null} `on`: units that the drawing switches on
 */
function sumOf({ weights, units, recipe }, drawn) {
  if (!weights || !recipe) return null;
  const network = networkOfFrame(weights, recipe);
  if (network) {
    const on = drawn && network.bend === "relu" && network.deep ? switchedOn(network, network.hidden(drawn)) : null;
    return { picture: wholePicture(network, on ?? undefined), units: network.units, on: on && on.length };
  }
  if (!units || units.output_weight.length !== weights.units) return null;
  // A picture of an older log: the output weights are those of the epoch before, and no drawing can be read with it.
  const older = networkOfFrame({ ...weights, ...typed(units), output_bias: 0 }, recipe);
  return older && { picture: wholePicture(older), units: older.units, on: null };
}

/** @param {import("../wire.js").Units} units */
function typed({ bias, output_weight }) {
  return { bias: Float32Array.from(bias), output_weight: Float32Array.from(output_weight) };
}

function legend() {
  const bar = element("span", "scale-bar");
  const made = element("div", "picture-legend", element("span", "seven-text", "for a 7"), bar, element("span", "three-text", "for a 3"));
  made.setAttribute("aria-hidden", "true");
  return made;
}
