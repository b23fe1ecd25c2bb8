// The first layer's units as images, each a button that opens it enlarged. Arrow keys move among them.

import { element } from "../shell/element.js";
import { divergingScale } from "../shell/palette.js";
import { count, plain } from "../shell/format.js";
import { onThemeChange } from "../shell/theme.js";
import { UnitDialog } from "./unit-dialog.js";
import { colourLimit, paintUnit, unitCanvas } from "./unit-image.js";
import { speaksFor } from "./unit-words.js";

/** @typedef {import("../run/run-store.js").RunStore} RunStore */

/**
 * Milliseconds. Strokes take shape far more slowly than the screen repaints, and thirty canvases are repainted at once:
 * the curves get the other frames.
 */
const PAINT_EVERY = 100;

export class WeightGrid {
  #store;
  #grid = element("div", "weight-grid");
  #limits = element("div", "scale-limits", element("span", ""), element("span", "", "0"), element("span", ""));
  #step = element("p", "caption");
  #dialog;
  /** @type {{button: HTMLButtonElement, context: CanvasRenderingContext2D}[]} */
  #units = [];
  #current = 0; // the unit that Tab reaches
  #palette = divergingScale(document);
  #refresh;

  /**
   * @param {HTMLElement} root is filled
   * @param {RunStore} store
   * @param {import("../shell/painter.js").Painter} painter
   */
  constructor(root, store, painter) {
    this.#store = store;
    this.#dialog = new UnitDialog(root, store);
    this.#refresh = painter.add(() => this.#paint(), PAINT_EVERY);
    this.#grid.setAttribute("role", "group");
    this.#grid.setAttribute("aria-label", "Weight images of the first layer. Arrow keys move, Enter enlarges.");
    this.#grid.addEventListener("keydown", (event) => this.#move(event));
    root.append(element("div", "weight-legend", scaleBar(), this.#limits), this.#grid, this.#step);
    onThemeChange(document, () => {
      this.#palette = divergingScale(document);
      this.#refresh();
    });
    store.subscribe(({ type }) => {
      if (type === "Weights" || type === "EpochEnded" || type === "RunStarted" || type === "RunQueued") this.#refresh();
    });
  }

  #paint() {
    const { weights, units } = this.#store;
    this.#grid.hidden = !weights || !units;
    if (!weights || !units) return;
    if (this.#units.length !== weights.units) this.#build(weights);
    const limit = colourLimit(weights, units.output_weight);
    const look = (/** @type {number} */ unit) => ({ outputWeight: units.output_weight[unit], limit, palette: this.#palette });
    this.#units.forEach(({ button, context }, unit) => {
      paintUnit(context, weights, unit, look(unit));
      const digit = speaksFor(this.#store, unit);
      const label = `Unit ${unit + 1}` + (digit ? `, speaks for a ${digit}` : "");
      if (button.getAttribute("aria-label") !== label) button.setAttribute("aria-label", label);
      button.dataset.towards = digit ?? "both";
    });
    const [seven, , three] = this.#limits.children;
    seven.textContent = `−${plain(Number(limit.toPrecision(2)))}`;
    three.textContent = `+${plain(Number(limit.toPrecision(2)))}`;
    this.#step.textContent = `After step ${count(weights.step)}.`;
    this.#dialog.paint(look);
  }

  /** @param {import("../wire.js").Weights} weights */
  #build({ units, height, width }) {
    this.#current = 0;
    this.#grid.dataset.size = units > 64 ? "many" : units > 1 ? "some" : "one";
    this.#units = Array.from({ length: units }, (_, unit) => {
      const context = unitCanvas(width, height);
      const button = element("button", "unit", context.canvas);
      button.type = "button";
      button.tabIndex = unit === this.#current ? 0 : -1;
      button.addEventListener("click", () => this.#open(unit));
      return { button, context };
    });
    this.#grid.replaceChildren(...this.#units.map(({ button }) => button));
  }

  /** @param {number} unit */
  #open(unit) {
    this.#focus(unit);
    this.#dialog.open(unit);
    this.#refresh();
  }

  /** @param {number} unit */
  #focus(unit) {
    this.#units[this.#current].button.tabIndex = -1;
    this.#current = unit;
    this.#units[unit].button.tabIndex = 0;
    this.#units[unit].button.focus();
  }

  /** @param {KeyboardEvent} event */
  #move(event) {
    const last = this.#units.length - 1;
    const columns = getComputedStyle(this.#grid).gridTemplateColumns.split(" ").length;
    /** @type {Record<string, number>} */
    const targets = {
      ArrowLeft: this.#current - 1,
      ArrowRight: this.#current + 1,
      ArrowUp: this.#current - columns,
      ArrowDown: this.#current + columns,
      Home: 0,
      End: last,
    };
    const target = targets[event.key];
    if (target === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    if (target >= 0 && target <= last) this.#focus(target);
  }
}

function scaleBar() {
  const bar = element("div", "scale-bar");
  bar.setAttribute("aria-hidden", "true");
  const words = element("div", "scale-words", element("span", "seven-text", "towards a 7"), element("span", "three-text", "towards a 3"));
  return element("div", "", words, bar);
}
