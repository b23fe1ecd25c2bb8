// A small canvas whose drawing is read by the run on this page, again whenever that run has new weights.

import { element } from "../shell/element.js";
import { InkCanvas } from "./ink-canvas.js";
import { Pad } from "./pad.js";
import { Reader } from "./predict.js";
import { VerdictView } from "./verdict.js";

/** @typedef {import("../run/run-store.js").RunStore} RunStore */

const PAUSE = 200; // milliseconds between two readings of the same drawing

export class LivePad {
  #ink;
  #reader = new Reader();
  #pad;
  #timer = 0;
  #stale = false;

  /**
   * @param {HTMLElement} root is filled
   * @param {RunStore} store
   */
  constructor(root, store) {
    const canvas = element("canvas", "");
    const verdict = element("div", "");
    const hint = element("p", "ink-hint", "A 3 or a 7, here");
    hint.setAttribute("aria-hidden", "true");
    const undo = button("Undo");
    const clear = button("Clear");
    root.append(
      element("div", "live-pad-ink", element("div", "ink-paper", canvas, hint), element("div", "row", undo, clear)),
      element("div", "live-pad-verdict", verdict),
    );
    const view = new VerdictView(verdict, { nameOf: () => `“${store.name}”` });
    this.#ink = new InkCanvas(canvas, {
      onChange: () => this.#pad.read(),
      label: "Drawing area: draw a 3 or a 7 with mouse, finger or pen. The Draw page has samples to choose by keyboard.",
    });
    canvas.toggleAttribute("data-blank", true);
    this.#pad = new Pad(this.#ink, this.#reader, [view]);
    undo.addEventListener("click", () => this.#ink.undo());
    clear.addEventListener("click", () => this.#ink.clear());
    document.addEventListener("visibilitychange", () => this.#schedule());
    store.subscribe((event) => {
      if (event.type !== "Weights" && event.type !== "CheckpointSaved") return;
      this.#reader.model = { run: store.run };
      this.#stale = true;
      this.#schedule();
    });
  }

  /** Newer weights are to read what is drawn: soon, at most every `PAUSE`, and only where somebody can see it. */
  #schedule() {
    if (!this.#stale || this.#timer || document.hidden || this.#ink.blank) return;
    this.#timer = window.setTimeout(async () => {
      this.#timer = 0;
      if (document.hidden || this.#ink.blank) return;
      this.#stale = false;
      await this.#pad.read();
      this.#schedule();
    }, PAUSE);
  }
}

/** @param {string} label */
function button(label) {
  const made = element("button", "button small", label);
  made.type = "button";
  return made;
}
