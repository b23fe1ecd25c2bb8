// One unit enlarged, with its bias, its output weight and what it means. It stays live while the run goes on.

import { element } from "../shell/element.js";
import { count, signed } from "../shell/format.js";
import { paintUnit, unitCanvas } from "./unit-image.js";
import { meaning } from "./unit-words.js";

/** @typedef {import("../run/run-store.js").RunStore} RunStore */

export class UnitDialog {
  #store;
  #dialog = element("dialog", "unit-dialog");
  #title = element("h3", "");
  #frame = element("div", "unit-large");
  #meaning = element("p", "unit-meaning");
  #bias = element("dd", "");
  #output = element("dd", "");
  #outputFact = element("div", "", element("dt", "", "Output weight"), this.#output);
  #step = element("dd", "");
  /** @type {CanvasRenderingContext2D | null} */
  #context = null;
  #unit = 0;

  /**
   * @param {HTMLElement} root gets the dialog
   * @param {RunStore} store
   */
  constructor(root, store) {
    this.#store = store;
    this.#title.id = "unit-dialog-title";
    this.#dialog.setAttribute("aria-labelledby", this.#title.id);
    const facts = [
      this.#outputFact,
      element("div", "", element("dt", "", "Bias"), this.#bias),
      element("div", "", element("dt", "", "After step"), this.#step),
    ];
    const close = element("button", "button", "Close");
    close.type = "button";
    close.addEventListener("click", () => this.#dialog.close());
    this.#dialog.addEventListener("click", ({ target }) => {
      if (target === this.#dialog) this.#dialog.close(); // on the backdrop
    });
    const words = element("div", "unit-words", this.#title, this.#meaning, element("dl", "facts", ...facts), close);
    this.#dialog.append(element("div", "unit-dialog-inner", this.#frame, words));
    root.append(this.#dialog);
  }

  /** @param {number} unit */
  open(unit) {
    this.#unit = unit;
    this.#dialog.showModal();
  }

  /**
   * Paints the unit as it is now, if the dialog is open.
   *
   * @param {(unit: number) => {outputWeight: number, limit: number, palette: Uint32Array}} look
   */
  paint(look) {
    const { weights, units } = this.#store;
    if (!this.#dialog.open || !weights || !units) return;
    if (this.#unit >= weights.units) return this.#dialog.close(); // another run came, with fewer units
    if (this.#context?.canvas.width !== weights.width) {
      this.#context = unitCanvas(weights.width, weights.height);
      this.#frame.replaceChildren(this.#context.canvas);
    }
    paintUnit(this.#context, weights, this.#unit, look(this.#unit));
    this.#outputFact.hidden = this.#store.recipe?.model === "linear"; // its one unit is its output
    this.#title.textContent = `Unit ${this.#unit + 1}`;
    this.#meaning.textContent = meaning(this.#store, this.#unit);
    this.#bias.textContent = signed(units.bias[this.#unit]);
    this.#output.textContent = signed(units.output_weight[this.#unit]);
    this.#step.textContent = count(weights.step);
  }
}
