// A hand that rests on a slider beside the paper while a finger or a pen draws: it means nothing by it.

/** @import { Drawing } from "./drawing.js" */

/**
 * Keeps a slider as it was when a hand came down on it, from the moment that something is drawn until the hand is lifted.
 * A finger that moves the slider while nothing is drawn does so as ever.
 *
 * @param {HTMLInputElement} slider
 * @param {{ drawing: Drawing, busy: () => boolean, onRestored: () => void }} paper `busy`: a stroke is being drawn; `onRestored`: the
 *   slider is back where it was
 * @param {{ signal: AbortSignal }} options
 * @returns {{ readonly here: boolean }} `here`: what the slider tells now is the hand's, and does not count
 */
export function keepFromHand(slider, { drawing, busy, onRestored }, { signal }) {
  /** @type {string | null} what the slider was at when it was touched */
  let before = null;
  let here = false;

  function restore() {
    if (before === null) return;
    here = true;
    if (slider.value === before) return;
    slider.value = before;
    onRestored();
  }

  slider.addEventListener("pointerdown", ({ pointerType }) => {
    if (pointerType !== "touch") return;
    before = slider.value;
    here = busy();
  }, { signal });
  slider.addEventListener("input", () => here && restore(), { signal });
  const lifted = () => {
    if (here) restore();
    before = null;
    here = false;
  };
  for (const end of ["touchend", "touchcancel"]) slider.addEventListener(end, lifted, { signal });
  const unsubscribe = drawing.subscribe(({ type }) => type === "Growing" && restore());
  signal.addEventListener("abort", unsubscribe);
  return { get here() { return here; } };
}
