// One unit enlarged, with its bias, its output weight and what it means. It stays live while the run goes on.

import { element } from "../shell/element.js";
import { count, signed } from "../shell/format.js";
import { fullColour, SignedImage } from "./signed-image.js";
import { meaning } from "./unit-words.js";

/** @import { ShownRun } from "../run/shown-run.js" */

/** A dialog; arrow keys and its buttons go on to the next unit. */
export class UnitView {
  #run;
  #dialog = element("dialog", "unit-view");
  #title = element("h3", "");
  #image = new SignedImage("unit-view-image");
  #meaning = element("p", "unit-view-meaning");
  #bias = element("dd", "");
  #output = element("dd", "");
  #outputFact = element("div", "", element("dt", "", "Output weight"), this.#output);
  #step = element("dd", "");
  #neighbours;
  #onClose;

  /**
   * @param {HTMLElement} root gets the dialog
   * @param {ShownRun} run
   * @param {{ onMove: (by: 1 | -1) => void, onClose: () => void, signal: AbortSignal }} options `onMove` is asked for the
   *   next unit, or the one before
   */
  constructor(root, run, { onMove, onClose, signal }) {
    this.#run = run;
    this.#onClose = onClose;
    const facts = [
      this.#outputFact,
      element("div", "", element("dt", "", "Bias"), this.#bias),
      element("div", "", element("dt", "", "After step"), this.#step),
    ];
    const button = (/** @type {string} */ label, /** @type {() => void} */ press) => {
      const made = element("button", "button small", label);
      made.type = "button";
      made.addEventListener("click", press, { signal });
      return made;
    };
    this.#neighbours = [button("Louder", () => onMove(-1)), button("Quieter", () => onMove(1))];
    const close = button("Close", () => this.#dialog.close());
    this.#dialog.addEventListener("click", ({ target }) => {
      if (target === this.#dialog) this.#dialog.close(); // on the backdrop
    }, { signal });
    this.#dialog.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
      if (!by || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      event.stopPropagation(); // the page's own keys mean something else
      onMove(by === 1 ? 1 : -1);
    }, { signal });
    this.#dialog.addEventListener("close", () => this.#onClose(), { signal });
    this.#image.canvas.setAttribute("role", "img");
    const words = element("div", "unit-view-words", this.#title, this.#meaning, element("dl", "facts", ...facts));
    words.append(element("div", "row", ...this.#neighbours, close));
    this.#dialog.append(element("div", "unit-view-inner", this.#image.canvas, words));
    root.append(this.#dialog);
  }

  get open() {
    return this.#dialog.open;
  }

  show() {
    if (!this.#dialog.open) this.#dialog.showModal();
  }

  close() {
    this.#dialog.close();
  }

  /**
   * @param {number} unit
   * @param {{ place: number, loud: ArrayLike<number>, palette: Uint32Array }} look `place` among the loudest, from 0
   */
  paint(unit, { place, loud, palette }) {
    const { weights, units, recipe } = this.#run;
    if (!weights || !units) return;
    const own = weights.values.subarray(unit * 784, (unit + 1) * 784);
    const sign = units.output_weight[unit] < 0 ? -1 : 1;
    this.#image.paint(own, palette, sign / fullColour(own));
    const linear = recipe?.model === "linear"; // its one unit is its output
    const title = linear ? "The whole model" : `Unit ${unit + 1}`;
    if (this.#title.textContent !== title) {
      this.#title.textContent = title;
      this.#dialog.setAttribute("aria-label", title);
    }
    const words = meaning(this.#run, unit, loud);
    if (this.#meaning.textContent !== words) this.#meaning.textContent = words;
    this.#image.canvas.setAttribute("aria-label", `Weights of ${linear ? "the model" : title.toLowerCase()}`);
    this.#outputFact.hidden = linear;
    this.#bias.textContent = signed(units.bias[unit]);
    this.#output.textContent = signed(units.output_weight[unit]);
    this.#step.textContent = count(weights.step);
    const ends = [place === 0, place === weights.units - 1];
    this.#neighbours.forEach((button, i) => {
      button.hidden = weights.units === 1;
      button.setAttribute("aria-disabled", String(ends[i])); // not disabled: it would lose the focus
    });
  }
}
