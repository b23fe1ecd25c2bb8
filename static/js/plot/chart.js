// A chart of one measure: a raw value for every step, its smoothed course over it, values per epoch, a dashed baseline.
// uPlot draws it from min/max buckets of the visible range. Zoomed by dragging, Ctrl and wheel, pinch or keys.

import uPlot from "../../vendor/uPlot.esm.js";
import { points, valuesAt } from "./chart-content.js";
import { bindGestures } from "./chart-gestures.js";
import { HEIGHT, inks, plotOptions } from "./chart-plot.js";
import { lowerBound } from "../run/column.js";
import { element } from "../shell/element.js";

/** @typedef {import("./chart-content.js").Range} Range */

const NARROWEST = 3; // steps that a zoom shows at least

export class Chart {
  #content;
  #group;
  #area = element("div", "chart-plot");
  #readout = element("dl", "chart-readout");
  #summary = element("p", "visually-hidden");
  #spoken = element("p", "visually-hidden");
  /** @type {uPlot | null} */
  #plot = null;
  #width = 0; // of the plot, in CSS pixels
  #inks = inks();
  /** @type {"linear" | "log"} */
  #scale = "linear";
  /** @type {Range | null} */
  #zoom = null;
  /** @type {number[]} indices of the points drawn */
  #picked = [];
  /** Says that there is something new to paint. */
  refresh;
  /** @type {(zoom: Range | null) => void} told of a zoom that was made in this chart */
  onZoom = () => {};

  /**
   * @param {HTMLElement} figure
   * @param {import("./chart-content.js").Content} content
   * @param {{painter: import("../shell/painter.js").Painter, group: string}} options charts of one `group` share a cursor
   */
  constructor(figure, content, { painter, group }) {
    this.#content = content;
    this.#group = group;
    this.refresh = painter.add(() => this.#paint());
    this.#summary.id = `${group}-${content.title.toLowerCase()}-summary`;
    this.#spoken.setAttribute("aria-live", "polite");
    const keys = "Left and right arrow: move along the steps. Plus, minus, zero: zoom.";
    this.#area.tabIndex = 0;
    this.#area.setAttribute("role", "group");
    this.#area.setAttribute("aria-label", `${content.title} by step, a chart. ${keys}`);
    this.#area.setAttribute("aria-describedby", this.#summary.id);
    figure.classList.add("chart");
    this.#readout.append(...readout(content));
    figure.append(element("h3", "", content.title), this.#readout, this.#area);
    figure.append(this.#summary, this.#spoken, element("figcaption", "caption", content.caption));
    bindGestures(this.#area, this);
    new ResizeObserver(([{ contentRect }]) => {
      this.#width = Math.floor(contentRect.width); // kept, because asking in a frame would force a layout there
      this.refresh();
    }).observe(this.#area);
  }

  get plot() {
    return this.#plot;
  }

  recolour() {
    this.#inks = inks();
    this.refresh();
  }

  /** @param {"linear" | "log"} scale */
  setScale(scale) {
    this.#scale = scale;
    this.#plot?.destroy();
    this.#plot = null;
    this.refresh();
  }

  /** @returns {Range} the steps that are shown */
  get range() {
    return this.#zoom ?? { min: 0, max: Math.max(this.#content.end(), NARROWEST) };
  }

  /** @param {Range | null} zoom null shows everything */
  setZoom(zoom) {
    this.#zoom = zoom;
    this.refresh();
  }

  /**
   * As `setZoom`, kept within the run and no narrower than a few steps, and told to `onZoom`.
   *
   * @param {Range | null} wanted
   */
  zoom(wanted) {
    const end = Math.max(this.#content.end(), NARROWEST);
    const min = Math.max(0, wanted?.min ?? 0);
    const max = Math.min(end, wanted?.max ?? end);
    if (max - min < NARROWEST) return;
    this.setZoom(min <= 0 && max >= end ? null : { min, max });
    this.onZoom(this.#zoom);
  }

  /** @param {number} points to move the cursor by, from where it is or from the newest point */
  moveCursor(points) {
    this.#paint(); // a zoom of just now may not be on the screen yet
    const plot = this.#plot;
    if (!plot || !this.#picked.length) return;
    const [steps, values] = plot.data;
    const { min, max } = this.range;
    const first = lowerBound(steps, min); // a point beyond each end is drawn too, and nobody sees it
    const last = lowerBound(steps, max + 1) - 1;
    const at = plot.cursor.idx ?? last;
    const to = Math.min(last, Math.max(first, at + points));
    plot.setCursor({ left: plot.valToPos(steps[to], "x"), top: plot.valToPos(values[to] ?? 0, "y") });
    this.#spoken.textContent = this.#words(this.#index);
  }

  hideCursor() {
    this.#plot?.setCursor({ left: -10, top: -10 });
  }

  /** Puts the newest values into words, for those who do not see the lines. */
  describe() {
    const { title, steps } = this.#content;
    this.#summary.textContent = `${title}, newest values: ${this.#words(steps().length - 1)}.`;
  }

  /** @param {number} index */
  #words(index) {
    return valuesAt(this.#content, index)
      .map(([label, value]) => `${label} ${value}`)
      .join(", ");
  }

  /** The drawn point under the cursor, or else the newest. */
  get #index() {
    const cursor = this.#plot?.cursor;
    const under = cursor && (cursor.left ?? -1) >= 0 ? cursor.idx : null;
    return under == null ? this.#content.steps().length - 1 : this.#picked[under];
  }

  #paint() {
    const width = this.#width;
    if (!width) return;
    const { picked, data } = points(this.#content, this.range, Math.ceil(width * devicePixelRatio));
    this.#picked = picked;
    const aligned = /** @type {uPlot.AlignedData} */ (data);
    const plot = (this.#plot ??= this.#newPlot(width, aligned));
    if (plot.width !== width) plot.setSize({ width, height: HEIGHT });
    plot.batch(() => {
      plot.setData(aligned, false);
      plot.setScale("x", { ...this.range });
    });
    this.#read();
  }

  /**
   * @param {number} width
   * @param {uPlot.AlignedData} data
   */
  #newPlot(width, data) {
    const options = plotOptions(this.#content, {
      width,
      font: getComputedStyle(this.#area).fontFamily,
      group: this.#group,
      scale: this.#scale,
      inks: () => this.#inks,
      zoomed: () => this.#zoom !== null,
      onCursor: () => this.#read(),
      onSelect: (plot) => this.#selected(plot),
      onReset: () => this.zoom(null),
    });
    return new uPlot(options, data, this.#area);
  }

  #read() {
    valuesAt(this.#content, this.#index).forEach(([, value], i) => {
      const figure = this.#readout.children[i].lastElementChild;
      if (figure && figure.textContent !== value) figure.textContent = value;
    });
  }

  /** @param {uPlot} plot */
  #selected(plot) {
    const { left, width } = plot.select;
    if (!width) return;
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.zoom({ min: plot.posToVal(left, "x"), max: plot.posToVal(left + width, "x") });
  }
}

/**
 * What is drawn how, each with room for its value: the legend and the readout in one.
 *
 * @param {import("./chart-content.js").Content} content
 */
function readout(content) {
  const looks = ["", "raw", "smoothed", ...content.lines.map(({ token, marked }) => token.slice(2) + (marked ? " marked" : "")), "dashed"];
  return valuesAt(content, -1).map(([label], i) => {
    const key = looks[i] ? [element("span", `chart-key ${looks[i]}`)] : [];
    return element("div", "", element("dt", "", ...key, label), element("dd", ""));
  });
}
