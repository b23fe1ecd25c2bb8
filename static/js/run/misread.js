// The validation digits that the network gets wrong at the moment shown, the surest mistakes first. The page computes it
// itself, from the weights of the moment's picture, which are rounded: hence ≈.

import { DigitRow } from "../ink/digit-row.js";
import { DigitReader } from "../model/digit-reader.js";
import { invertedDigits } from "../model/inverted.js";
import { networkOfFrame, sigmoid } from "../model/network.js";
import { element } from "../shell/element.js";
import { count, percent } from "../shell/format.js";
import { ProblemError } from "../shell/problem.js";
import { mistakes } from "./mistakes.js";

/** @import { Digits } from "../model/digits.js" */
/** @import { DigitSource } from "../model/digit-source.js" */
/** @import { Painter } from "../shell/painter.js" */
/** @import { ShownRun } from "./shown-run.js" */

const MOST = 24; // images in the row: more than fit into a page's width
const EVERY = 300; // milliseconds from one reading of all digits to the next, at least
const REST = 3; // times as long as a reading took, until the next begins: a wide network leaves the processor to others
const LONGEST_REST = 1000; // milliseconds: a run may stand still by then, and what is shown would be of earlier weights

/** @param {number} probability which is never quite 0 or 1 */
function share(probability) {
  if (probability < 0.01) return "< 1\u00a0%";
  return probability > 0.99 ? "> 99\u00a0%" : percent(probability, 0);
}

/** After which of them there may be other weights, or another model. */
const CHANGES = new Set(["Weights", "Moved", "RunQueued", "RunStarted"]);

/**
 * @param {HTMLElement} root is filled
 * @param {{
 *   run: ShownRun, painter: Painter, digits: DigitSource, onPick?: (image: Float32Array, label: number) => void,
 * }} context `onPick` gets the 784 pixels from 0 to 1 of a digit that was pressed
 * @param {{ signal: AbortSignal }} options
 */
export function mountMisread(root, { run, painter, digits: source, onPick }, { signal }) {
  const words = element("span", "");
  const about = element("span", "misread-about", "");
  const of = element("span", "misread-of", "");
  const said = element("p", "misread-count caption", words, of, about);
  const again = element("button", "button small", "Try again");
  again.type = "button";
  again.hidden = true;
  const row = new DigitRow("Digits it misreads, the surest mistakes first", signal);
  const reader = new DigitReader(signal);
  const view = element("div", "misread", said, again, row.root);
  view.dataset.part = "misread";
  root.append(view);

  /** Of what the row shows. @type {import("../wire.js").Weights | null} */
  let read = null;
  /** @type {{ recipe: import("../wire.js").Recipe, of: Digits, met: Digits } | null} */
  let known = null;
  let [busy, due, held] = [false, false, false];
  /** What a mouse over the row keeps from being shown. @type {(() => void) | null} */
  let waiting = null;

  const refresh = painter.add(() => {
    if (signal.aborted) return;
    if (busy) due = true;
    else void update();
  }, EVERY);

  async function update() {
    const { weights, recipe } = run;
    if (!weights || !recipe) return empty(run.fetching ? "Fetching this moment’s pictures …" : "What it misreads appears here.");
    if (weights === read) return;
    if (!networkOfFrame(weights, recipe)) return empty("This run was recorded before its pictures told enough to read digits with them.");
    busy = true;
    let rest = 0;
    try {
      if (!read) showWords("Reads all unseen digits …");
      const digits = met(await source.get(), recipe);
      const { logits, took } = await reader.read(weights, recipe, digits);
      rest = Math.min(LONGEST_REST, REST * took);
      read = weights;
      again.hidden = true;
      show(digits, logits);
    } catch (problem) {
      if (signal.aborted) return;
      if (!(problem instanceof ProblemError)) throw problem;
      empty(`The unseen digits cannot be read: ${problem.message}`);
      again.hidden = false;
    } finally {
      window.setTimeout(goOn, rest);
    }
  }

  function goOn() {
    busy = false;
    if (due) refresh();
    due = false;
  }

  /**
   * Digits as the recipe's network meets them, some of them inverted.
   *
   * @param {Digits} digits
   * @param {import("../wire.js").Recipe} recipe
   */
  function met(digits, recipe) {
    if (!known || known.recipe !== recipe || known.of !== digits) {
      known = { recipe, of: digits, met: invertedDigits(digits, recipe) };
    }
    return known.met;
  }

  /**
   * @param {Digits} digits
   * @param {Float64Array} logits
   */
  function show(digits, logits) {
    const { count: wrong, worst } = mistakes(logits, digits.labels, MOST);
    showWords(`Misreads ≈ ${count(wrong)} of ${count(digits.count)}`, " unseen digits.", wrong > 0);
    const shown = worst.map(({ index, label, logit }) => {
      const probability = share(sigmoid(logit));
      return {
        key: `${run.run} ${index}`,
        pixels: digits.bytes(index),
        words: `${label} · ${probability}`, // with which the name begins, for people who say what they press
        name: `${label} · ${probability}: a ${label} that it reads as a ${logit > 0 ? 3 : 7}, P(3) ${/^\d/.test(probability) ? "≈ " : ""}${probability}`,
        press: onPick ? () => onPick(digits.image(index), label) : null,
      };
    });
    const put = () => row.show(shown);
    if (held) waiting = put; // what is about to be pressed stays where it is
    else put();
  }

  /**
   * @param {string} text
   * @param {string} [rest] of the sentence, for which a phone has no room
   * @param {boolean} [digits] whether some stand below
   */
  function showWords(text, rest = "", digits = false) {
    if (words.textContent !== text) words.textContent = text;
    if (of.textContent !== rest) of.textContent = rest;
    const below = digits ? " Below: what it is, and P(3)." : "";
    if (about.textContent !== below) about.textContent = below;
  }

  /** @param {string} words */
  function empty(words) {
    read = null;
    waiting = null;
    showWords(words);
    row.show([]);
  }

  row.root.addEventListener("pointerenter", ({ pointerType }) => (held = pointerType === "mouse"), { signal });
  row.root.addEventListener("pointerleave", () => {
    held = false;
    waiting?.();
    waiting = null;
  }, { signal });
  again.addEventListener("click", refresh, { signal });
  const unsubscribe = run.subscribe(({ type }) => {
    if (CHANGES.has(type)) refresh();
  });
  signal.addEventListener("abort", () => {
    unsubscribe();
    view.remove();
  });
  refresh();
}
