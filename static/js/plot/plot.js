// A plot in a box of any size: curves over one x axis, figures at a place of it, zoom, cursor, keys.

import { figuresAt } from "./content.js";
import { Cursor } from "./cursor.js";
import { Curve, upperBound } from "./curve.js";
import { bindGestures } from "./gestures.js";
import { Head } from "./head.js";
import { inksOn, onInksChange } from "./inks.js";
import { layOut } from "./layout.js";
import { Overlay } from "./overlay.js";
import { FONT_SIZE, paint } from "./paint.js";
import { lowerBound } from "../run/column.js";
import { element } from "../shell/element.js";

/** @typedef {import("./cursor.js").Range} Range */
/** @typedef {import("./content.js").Content} Content */
/**
 * @typedef {object} Context
 * @property {Content} content
 * @property {import("../shell/painter.js").Painter} painter
 * @property {Cursor} [cursor] the same for several plots: they are looked at, and zoomed, together
 * @property {(x: number) => void} [onMove] somebody asks, by a press or by keys, that the page show the moment x
 */

const READ_EVERY = 60; // milliseconds: figures that change more often cannot be read
const MOST_LABELS = 500; // whose widths are kept: more than two axes have at a time

/**
 * Fills an element that has a height of its own (120 pixels and more) with a plot.
 *
 * @param {HTMLElement} root
 * @param {Context} context
 * @param {{signal: AbortSignal}} life the plot ends with it, and leaves `root` empty
 * @returns {Plot}
 */
export function mountPlot(root, context, { signal }) {
  return new Plot(root, context, signal);
}

export class Plot {
  content;
  cursor;
  curves;
  #signal;
  #onMove;
  #area = element("div", "chart-plot");
  #canvas = element("canvas", "");
  #head;
  #overlay;
  #size = { width: 0, height: 0 };
  #printed = false;
  #inks = inksOn(document, "page");
  #font = "sans-serif";
  /** @type {Map<string, number>} */
  #widths = new Map();
  /** @type {import("./layout.js").Layout | null} */
  #layout = null;
  /** Says that there is something new to paint. */
  refresh;
  /** Says that another moment is shown: cheaper than `refresh`. */
  moved;
  /** Says that there may be other figures. */
  #read;

  /**
   * @param {HTMLElement} root
   * @param {Context} context
   * @param {AbortSignal} signal
   */
  constructor(root, { content, painter, cursor = new Cursor(), onMove }, signal) {
    this.content = content;
    this.cursor = cursor;
    this.curves = content.series.map((series) => new Curve(series));
    this.#signal = signal;
    this.#onMove = onMove;
    this.#head = new Head(content, this.#figures(), signal);
    this.#overlay = new Overlay(this.#area, this.curves);
    this.#area.prepend(this.#canvas);
    this.#labelArea();
    root.classList.add("chart");
    root.replaceChildren(this.#head.root, this.#area);
    this.refresh = painter.add(() => this.#paint());
    this.moved = painter.add(() => this.#look());
    this.#read = painter.add(() => this.#showFigures(), READ_EVERY);
    cursor.subscribe(() => (cursor.zoom === this.#zoom ? this.moved() : this.refresh()), signal);
    bindGestures(this.#area, this, signal);
    onInksChange(document, (printed) => this.#recolour(printed), signal);
    document.fonts?.ready.then(() => (this.#widths.clear(), this.refresh()));
    this.#watchSize(root);
  }

  /** @param {HTMLElement} root */
  #watchSize(root) {
    const observer = new ResizeObserver(([{ contentRect: { width, height } }]) => {
      this.#size = { width: Math.floor(width), height: Math.floor(height) }; // kept: to ask in a frame would force a layout
      this.refresh();
    });
    observer.observe(this.#area);
    this.#signal.addEventListener("abort", () => {
      observer.disconnect();
      root.classList.remove("chart");
      root.replaceChildren();
    });
  }

  #labelArea() {
    const keys = `Left and right arrow: move along.${this.#onMove ? " The page follows." : ""} Plus, minus, zero: zoom.`;
    this.#area.tabIndex = 0;
    this.#area.setAttribute("role", "slider");
    this.#area.setAttribute("aria-label", `${this.content.title} by ${this.content.x.label.toLowerCase()}, a chart. ${keys}`);
    this.describe();
  }

  /** Puts the figures into words, for those who do not see the lines. */
  describe() {
    if (document.activeElement !== this.#area) this.#speak(); // there each change would be read out
  }

  #speak() {
    const words = this.#figures().map(({ label, value }) => `${label} ${value}`).join(", ");
    const x = this.#place === Infinity ? (this.#xs.at(-1) ?? 0) : this.#place;
    for (const [name, value] of [["now", x], ["min", 0], ["max", Math.max(x, this.content.end())], ["text", words]]) {
      this.#area.setAttribute(`aria-value${name}`, String(value));
    }
  }

  /** Where the cursor can stand. */
  get #xs() {
    return this.content.x.points();
  }

  /** The x that is looked at: under the cursor, or else the moment; Infinity for the newest. */
  get #place() {
    return this.cursor.x ?? this.content.moment() ?? Infinity;
  }

  #figures() {
    return figuresAt(this.content, this.curves, this.#place);
  }

  /** @type {Range | null} the zoom that was painted last */
  #zoom = null;

  get #end() {
    return Math.max(this.content.end(), this.content.x.narrowest);
  }

  /** @returns {Range} what is shown of the x axis */
  get range() {
    return this.cursor.zoom ?? { min: 0, max: this.#end };
  }

  /** @param {Range | null} wanted is kept within the axis, and no narrower than a few points; null shows everything */
  zoomTo(wanted) {
    const end = this.#end;
    const min = Math.max(0, wanted?.min ?? 0);
    const max = Math.min(end, wanted?.max ?? end);
    if (max - min < this.content.x.narrowest) return;
    this.cursor.zoomTo(min <= 0 && max >= end ? null : { min, max });
  }

  /** @param {number} clientX @returns {number} the share of the axis that is to the left of it, from 0 to 1 */
  shareAt(clientX) {
    if (!this.#layout) return 0.5;
    const { left, right } = this.#layout.box;
    const share = (clientX - this.#area.getBoundingClientRect().left - left) / (right - left);
    return Math.min(1, Math.max(0, share));
  }

  /** @param {number} clientX @returns {number | null} the x of the point nearest to it, of those shown */
  pointAt(clientX) {
    const { min, max } = this.range;
    const xs = this.#xs;
    const [first, last] = this.#shown();
    if (last < first) return null;
    const x = min + (max - min) * this.shareAt(clientX);
    const below = Math.min(last, Math.max(first, upperBound(xs, x) - 1));
    const above = Math.min(last, below + 1);
    return x - xs[below] <= xs[above] - x ? xs[below] : xs[above];
  }

  /** @returns {[first: number, last: number]} indices of the points in range, of those that the cursor goes along */
  #shown() {
    const { min, max } = this.range;
    return [lowerBound(this.#xs, min), upperBound(this.#xs, max) - 1];
  }

  /** @param {{left: number, right: number} | null} selection in pixels of the window */
  select(selection) {
    if (!selection || !this.#layout) return this.#overlay.select(null);
    const { left, right } = this.#layout.box;
    const within = (/** @type {number} */ clientX) => left + (right - left) * this.shareAt(clientX);
    this.#overlay.select({ left: within(selection.left), right: within(selection.right) });
  }

  /** @param {number} points to go along, from where the cursor or the moment is; of points closer than a pixel one counts */
  step(points) {
    const xs = this.#xs;
    const [first, last] = this.#shown();
    if (last < first) return;
    const stride = Math.max(1, Math.round((last - first) / Math.max(1, this.#size.width)));
    const at = upperBound(xs, this.#place) - 1;
    const x = xs[Math.min(last, Math.max(first, at + points * stride))];
    this.cursor.moveTo(x);
    this.ask(x);
    this.#look();
    this.#speak();
  }

  /** @param {number} x the moment that the page is asked to show */
  ask(x) {
    this.#onMove?.(x);
  }

  /** @param {boolean} printed */
  #recolour(printed) {
    this.#printed = printed;
    this.#inks = inksOn(document, printed ? "paper" : "page");
    // On paper the box has another size, of which no observer hears in time.
    if (this.#area.clientWidth) this.#size = { width: this.#area.clientWidth, height: this.#area.clientHeight };
    this.#paint();
  }

  /** @param {CanvasRenderingContext2D} ctx */
  #measure(ctx) {
    if (this.#widths.size > MOST_LABELS) this.#widths.clear();
    return (/** @type {string} */ label) => {
      const width = this.#widths.get(label) ?? ctx.measureText(label).width;
      this.#widths.set(label, width);
      return width;
    };
  }

  #paint() {
    const { width, height } = this.#size;
    const ctx = this.#canvas.getContext("2d");
    if (this.#signal.aborted || !width || !height || !ctx) return;
    const ratio = this.#printed ? Math.max(2, devicePixelRatio) : devicePixelRatio;
    const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.#canvas.width !== wide || this.#canvas.height !== high) {
      Object.assign(this.#canvas, { width: wide, height: high });
      this.#font = getComputedStyle(this.#area).fontFamily;
    }
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.clearRect(0, 0, width, height);
    ctx.font = `${FONT_SIZE}px ${this.#font}`;
    const { cursor, range } = this;
    const points = this.curves.map((curve) => curve.points(range, Math.ceil(width * ratio)));
    this.#layout = layOut(this.content, points, { width, height, range, zoomed: cursor.zoom !== null, measure: this.#measure(ctx) });
    paint(ctx, this.#layout, this.content, points, { inks: this.#inks, font: this.#font });
    this.#zoom = cursor.zoom;
    this.#head.colour(this.#inks);
    this.#overlay.colour(this.#inks);
    this.#look();
  }

  /** Shows the place that is looked at: lines across, figures. */
  #look() {
    if (this.#signal.aborted) return;
    this.#read();
    if (this.#layout) this.#overlay.show(this.#layout, { moment: this.content.moment(), cursor: this.cursor.x });
  }

  #showFigures() {
    if (!this.#signal.aborted) this.#head.show(this.#figures(), this.content.scale().note);
  }
}
