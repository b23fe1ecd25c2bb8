// What moves over a plot without its curves being painted anew: the moment shown, the cursor with its dots, a selection.

import { element } from "../shell/element.js";

/** @typedef {import("./layout.js").Layout} Layout */

export class Overlay {
  #curves;
  #moment = element("div", "chart-moment");
  #cursor = element("div", "chart-cursor");
  #selection = element("div", "chart-selection");
  #dots;

  /**
   * @param {HTMLElement} area
   * @param {import("./curve.js").Curve[]} curves
   */
  constructor(area, curves) {
    this.#curves = curves;
    this.#dots = curves.map(() => element("div", "chart-dot"));
    const parts = [this.#selection, this.#moment, this.#cursor, ...this.#dots.toReversed()];
    for (const part of parts) part.hidden = true;
    area.append(...parts);
  }

  /** @param {import("./inks.js").Inks} inks */
  colour(inks) {
    this.#curves.forEach(({ series }, i) => (this.#dots[i].style.backgroundColor = inks(series.ink)));
  }

  /**
   * @param {Layout} layout
   * @param {{moment: number | null, cursor: number | null}} places on the x axis
   */
  show(layout, { moment, cursor }) {
    place(this.#moment, layout, moment);
    place(this.#cursor, layout, cursor);
    const looked = cursor ?? moment;
    this.#curves.forEach((curve, i) => {
      const { x, y } = looked === null ? { x: NaN, y: NaN } : curve.at(looked);
      const [across, down] = [layout.across(x), layout.down(y)];
      const { left, right } = layout.box;
      const dot = this.#dots[i];
      if (show(dot, across >= left - 0.5 && across <= right + 0.5 && !Number.isNaN(down))) dot.style.transform = `translate(${across}px, ${down}px)`;
    });
  }

  /** @param {{left: number, right: number} | null} selection in pixels of the area */
  select(selection) {
    this.#selection.hidden = !selection;
    if (selection) Object.assign(this.#selection.style, { left: `${selection.left}px`, width: `${selection.right - selection.left}px` });
  }
}

/**
 * To set what is set already would have the page's style looked at again.
 *
 * @param {HTMLElement} part
 * @param {boolean} shown
 */
function show(part, shown) {
  if (part.hidden === shown) part.hidden = !shown;
  return shown;
}

/**
 * @param {HTMLElement} line
 * @param {Layout} layout
 * @param {number | null} x
 */
function place(line, { across, box: { left, right, top, bottom } }, x) {
  const at = x === null ? NaN : across(x);
  if (show(line, at >= left - 0.5 && at <= right + 0.5)) Object.assign(line.style, { transform: `translateX(${at}px)`, top: `${top}px`, height: `${bottom - top}px` });
}
