// The line above a plot: title, figures, which are the legend too, and what the plot shows behind a question mark.

import { element } from "../shell/element.js";

/** @typedef {import("./content.js").Figure} Figure */

const SVG = "http://www.w3.org/2000/svg";
const KEY = 18; // pixels

export class Head {
  root = element("div", "chart-head");
  #note = element("small", "chart-note");
  /** @type {HTMLElement[]} */
  #values;
  /** @type {{series: import("./curve.js").Series, mark: SVGElement}[]} */
  #keys = [];
  /** @type {import("./inks.js").Inks | null} */
  #inks = null;

  /**
   * @param {import("./content.js").Content} content
   * @param {Figure[]} figures
   * @param {AbortSignal} signal
   */
  constructor({ title, about }, figures, signal) {
    this.#values = figures.map(() => element("dd", ""));
    const entries = figures.map(({ label, series }, i) => {
      const key = series ? [this.#key(series)] : [];
      const entry = element("div", "", element("dt", "", ...key, element("span", series ? "chart-label" : "", label)), this.#values[i]);
      entry.title = label;
      return entry;
    });
    const heading = element("h3", "", title);
    heading.append(" ", this.#note);
    const legend = figures.flatMap(({ label, series }) => (series ? [element("li", "", this.#key(series), label)] : []));
    const words = [element("ul", "chart-legend", ...legend), element("p", "", about)]; // some figures may have had no room
    this.root.append(heading, element("dl", "chart-readout", ...entries), help(title, words, signal));
  }

  /** @param {import("./curve.js").Series} series */
  #key(series) {
    const key = document.createElementNS(SVG, "svg");
    for (const [name, value] of Object.entries({ width: KEY, height: 8, "aria-hidden": "true" })) key.setAttribute(name, String(value));
    const mark = document.createElementNS(SVG, "path");
    mark.setAttribute("d", `M0 4H${KEY}`);
    mark.setAttribute("stroke-width", String(series.width));
    if (series.dash) mark.setAttribute("stroke-dasharray", series.dash.join(" "));
    key.append(mark);
    if (series.dots) {
      const dot = document.createElementNS(SVG, "circle");
      for (const [name, value] of Object.entries({ cx: KEY / 2, cy: 4, r: 3 })) dot.setAttribute(name, String(value));
      key.append(dot);
      this.#keys.push({ series, mark: dot });
    }
    this.#keys.push({ series, mark });
    return key;
  }

  /** @param {import("./inks.js").Inks} inks */
  colour(inks) {
    if (inks === this.#inks) return;
    this.#inks = inks;
    for (const { series, mark } of this.#keys) Object.assign(mark.style, { stroke: inks(series.ink), fill: inks(series.ink) });
  }

  /**
   * @param {Figure[]} figures as many as at first
   * @param {string} note of the y axis
   */
  show(figures, note) {
    figures.forEach(({ value }, i) => set(this.#values[i], value));
    set(this.#note, note);
  }
}

/**
 * @param {HTMLElement} part
 * @param {string} words
 */
function set(part, words) {
  if (part.textContent !== words) part.textContent = words;
}

/**
 * A question mark that opens what the plot shows, over the plot. Closed by Escape and by leaving it.
 *
 * @param {string} title
 * @param {HTMLElement[]} about
 * @param {AbortSignal} signal
 */
function help(title, about, signal) {
  const mark = element("summary", "", "?");
  mark.setAttribute("aria-label", `About this chart: ${title}`);
  const gestures = "Drag across to zoom in, double-click to zoom out; Ctrl and wheel, or a pinch, zooms too. Arrow keys go from point to point.";
  const words = element("div", "chart-about", ...about, element("p", "soft", gestures));
  words.tabIndex = 0; // it scrolls where there is little room
  const details = element("details", "chart-help", mark, words);
  details.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Escape" || !details.open) return;
      event.stopPropagation();
      details.open = false;
      mark.focus();
    },
    { signal },
  );
  details.addEventListener(
    "focusout",
    ({ relatedTarget }) => {
      if (!(relatedTarget instanceof Node && details.contains(relatedTarget))) details.open = false;
    },
    { signal },
  );
  return details;
}
