// A small graph for what a lesson computes: SVG, so that it prints, scales and keeps its colours everywhere.

/** @typedef {"linear" | "log"} Scale */
/**
 * @typedef {object} Axis
 * @property {number} min
 * @property {number} max
 * @property {Scale} [scale]
 * @property {string} label
 * @property {number[]} [ticks] else chosen
 * @property {(value: number) => string} [format]
 */
/** @typedef {"ink" | "soft" | "three" | "seven" | "series-1" | "series-2" | "series-3" | "series-4" | "mine"} Ink `mine`: what the reader predicted */
/**
 * @typedef {{from: number, to: number, y: number}} Bar
 * @typedef {{point?: string} & (
 *     {kind: "line", points: readonly (readonly [number, number])[], ink: Ink, dash?: boolean, label?: string}
 *   | {kind: "dots", points: readonly (readonly [number, number])[], ink: Ink, size?: number}
 *   | {kind: "bars", bars: readonly Bar[], ink: Ink}
 *   | {kind: "rule", x?: number, y?: number, ink: Ink, label?: string, dash?: boolean}
 *   | {kind: "flag", x: number, label: string, ink: Ink}
 *   | {kind: "words", x: number, y: number, words: string, ink: Ink})} Item lines break where a y is not finite; `point`:
 *   what of the formula and the code it is
 */

import { movedApart } from "./labels.js";

const SVG = "http://www.w3.org/2000/svg";
const MARGIN = { left: 48, right: 14, top: 18, bottom: 40 };
const LEAST = 240;
const LEAST_TICKS = 2; // a single one tells no distance
const MOST_TICKS = 10;
const FEW = 40; // dots that are an element each
const EDGE = 8; // pixels around the plot in which a dot on its edge is whole
const SCALE = "--graph-scale"; // of all that is drawn: larger while it is presented

export class Graph {
  #svg;
  #axes;
  /** @type {readonly Item[]} */
  #items = [];
  #size = { width: 480, height: 300 };
  #scale = 1;
  #area = node("rect", {});
  #grid = node("g", { class: "graph-axes" });
  #below = new Layer(node("g", {}));
  #above = new Layer(node("g", {}));
  #laid = false;

  /**
   * @param {HTMLElement} root with a height of its own; is filled
   * @param {{label: string, x: Axis, y: Axis}} axes `label`: what it shows, for those who do not see it; say more with
   *   `describe`
   * @param {{signal: AbortSignal}} options
   */
  constructor(root, axes, { signal }) {
    this.#axes = axes;
    this.#svg = node("svg", { class: "graph", role: "img", "aria-label": axes.label, focusable: "false" });
    const clip = `clip-${(clips += 1)}`;
    this.#below.root.setAttribute("clip-path", `url(#${clip})`);
    this.#svg.append(node("clipPath", { id: clip }, this.#area), this.#grid, this.#below.root, this.#above.root);
    root.replaceChildren(this.#svg);
    const observer = new ResizeObserver(([{ contentRect: { width, height } }]) => {
      if (!width) return;
      this.#scale = Number(getComputedStyle(root).getPropertyValue(SCALE)) || 1;
      this.#size = { width: Math.max(LEAST, Math.floor(width / this.#scale)), height: Math.max(120, Math.floor(height / this.#scale)) };
      this.#laid = false;
      this.#draw();
    });
    observer.observe(root);
    signal.addEventListener("abort", () => {
      observer.disconnect();
      root.replaceChildren();
    });
  }

  /** @param {string} words what there is to be seen on it */
  describe(words) {
    this.#svg.setAttribute("aria-label", `${this.#axes.label}. ${words}`);
  }

  /** Those with the same ends, ticks and words are the same. @param {Partial<{x: Axis, y: Axis}>} axes */
  setAxes(axes) {
    const before = this.#axes;
    this.#axes = { ...before, ...axes };
    if (same(before.x, this.#axes.x) && same(before.y, this.#axes.y)) return;
    this.#laid = false;
    this.#draw();
  }

  /**
   * @param {readonly Item[]} items later ones lie over earlier ones; one that is shown again, the same object, is not
   *   drawn anew
   */
  show(items) {
    this.#items = items;
    this.#draw();
  }

  /** Pixels from the left edge. @param {number} value */
  x(value) {
    const { left, right } = MARGIN;
    return left + (this.#size.width - left - right) * share(this.#axes.x, value);
  }

  /** Pixels from the upper edge. @param {number} value */
  y(value) {
    const { top, bottom } = MARGIN;
    return this.#size.height - bottom - (this.#size.height - top - bottom) * share(this.#axes.y, value);
  }

  #draw() {
    if (!this.#laid) this.#lay();
    const draw = (/** @type {Item} */ item) => this.#item(item);
    const over = (/** @type {Item} */ { kind }) => kind === "flag" || kind === "words";
    this.#below.show(this.#items.filter((item) => !over(item)), draw);
    this.#above.show(this.#items.filter(over), draw);
    this.#separate();
  }

  /** What depends on size and axes only. */
  #lay() {
    const { width, height } = this.#size;
    set(this.#svg, { viewBox: `0 0 ${width} ${height}`, width: width * this.#scale, height: height * this.#scale });
    set(this.#area, { x: MARGIN.left - EDGE, y: MARGIN.top - EDGE, width: width - MARGIN.left - MARGIN.right + 2 * EDGE, height: height - MARGIN.top - MARGIN.bottom + 2 * EDGE });
    this.#drawGrid();
    this.#below.clear();
    this.#above.clear();
    this.#laid = true;
  }

  /** What the words of rules, flags and the like measure is known once they are drawn. */
  #separate() {
    const labels = /** @type {SVGGraphicsElement[]} */ ([...this.#svg.querySelectorAll(".graph-words")]);
    const boxes = labels.map((each) => each.getBBox());
    const { top, bottom, left, right } = MARGIN;
    const within = { top: top - 2, bottom: this.#size.height - bottom, left, right: this.#size.width - right };
    movedApart(boxes, within).forEach(([x, y], i) => {
      if (x || y) labels[i].setAttribute("transform", `translate(${x.toFixed(1)} ${y.toFixed(1)})`);
      else labels[i].removeAttribute("transform");
    });
  }

  #drawGrid() {
    const { width, height } = this.#size;
    const { x, y } = this.#axes;
    const grid = document.createDocumentFragment();
    const format = (/** @type {Axis} */ axis, /** @type {number} */ value) => (axis.format ?? plainly)(value).replace("-", "−");
    for (const tick of ticksOf(y, Math.max(2, Math.floor(height / 60)))) {
      const at = this.y(tick);
      grid.append(node("line", { class: "graph-grid", x1: MARGIN.left, x2: width - MARGIN.right, y1: at, y2: at }));
      grid.append(text(MARGIN.left - 7, at + 4, format(y, tick), "end"));
    }
    for (const tick of ticksOf(x, Math.max(2, Math.floor(width / 80)))) {
      const at = this.x(tick);
      grid.append(node("line", { class: "graph-grid", x1: at, x2: at, y1: MARGIN.top, y2: height - MARGIN.bottom }));
      grid.append(text(at, height - MARGIN.bottom + 17, format(x, tick), "middle"));
    }
    grid.append(text((MARGIN.left + width - MARGIN.right) / 2, height - 5, x.label, "middle", "graph-label"));
    grid.append(text(MARGIN.left, MARGIN.top - 8, y.label, "start", "graph-label"));
    this.#grid.replaceChildren(grid);
  }

  /** @param {Item} item @returns {SVGElement[]} */
  #item(item) {
    const ink = `graph-${item.ink}`;
    // Of a run that was stopped, or has not come so far, there may be no figure.
    if (("x" in item && !Number.isFinite(item.x)) || ("y" in item && !Number.isFinite(item.y))) return [];
    switch (item.kind) {
      case "line": {
        let path = "";
        let drawn = false;
        for (const [x, y] of item.points) {
          if (!Number.isFinite(y) || !Number.isFinite(x)) {
            drawn = false;
            continue;
          }
          path += `${drawn ? "L" : "M"}${this.x(x).toFixed(1)} ${this.y(y).toFixed(1)}`;
          drawn = true;
        }
        return [node("path", { class: `graph-line ${ink}`, d: path, ...(item.dash ? { "stroke-dasharray": "6 5" } : {}) })];
      }
      case "dots":
        return this.#dots(item.points.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y)), item.size ?? 4, ink);
      case "bars":
        return item.bars.map(({ from, to, y }) => {
          const [left, right] = [this.x(from), this.x(to)];
          const [top, base] = [this.y(y), this.y(Math.max(this.#axes.y.min, 0))];
          return node("rect", { class: `graph-bar ${ink}`, x: left, y: Math.min(top, base), width: Math.max(0.5, right - left - 0.5), height: Math.abs(base - top) });
        });
      case "rule": {
        const { width, height } = this.#size;
        const across = item.y !== undefined;
        const at = across ? this.y(Number(item.y)) : this.x(Number(item.x));
        const ends = across ? { x1: MARGIN.left, x2: width - MARGIN.right, y1: at, y2: at } : { x1: at, x2: at, y1: MARGIN.top, y2: height - MARGIN.bottom };
        const line = node("line", { class: `graph-line ${ink}`, ...ends, ...(item.dash ? { "stroke-dasharray": "6 5" } : {}) });
        if (!item.label) return [line];
        return [line, across ? text(width - MARGIN.right - 4, at - 5, item.label, "end", `graph-words ${ink}`) : text(at + 5, MARGIN.top + 12, item.label, "start", `graph-words ${ink}`)];
      }
      case "flag": {
        const [at, top] = [this.x(item.x), MARGIN.top];
        const late = at > this.#size.width * 0.7;
        return [
          node("line", { class: `graph-line ${ink}`, x1: at, x2: at, y1: top, y2: this.#size.height - MARGIN.bottom, "stroke-dasharray": "2 4" }),
          node(
            "g", { class: "graph-words" },
            node("path", { class: `graph-flag ${ink}`, d: `M${at} ${top}l${late ? -12 : 12} 5l${late ? 12 : -12} 5z` }),
            text(at + (late ? -16 : 16), top + 9, item.label, late ? "end" : "start", ink),
          ),
        ];
      }
      case "words":
        return [text(this.x(item.x), this.y(item.y), item.words, "middle", `graph-words ${ink}`)];
    }
  }

  /** Many are one path: a circle for each would take longer than a frame. @param {readonly (readonly [number, number])[]} points @param {number} r @param {string} ink */
  #dots(points, r, ink) {
    const places = points.map(([x, y]) => [this.x(x), this.y(y)]);
    if (places.length <= FEW) return places.map(([cx, cy]) => node("circle", { class: `graph-dot ${ink}`, cx, cy, r }));
    const d = places.map(([x, y]) => `M${(x - r).toFixed(1)} ${y.toFixed(1)}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0`).join("");
    return [node("path", { class: `graph-dot graph-crowd ${ink}`, d })];
  }
}

/** Items one over the other, each in a group of its own. */
class Layer {
  /** @type {{item: Item, group: SVGElement}[]} */
  #drawn = [];

  /** @param {SVGElement} root */
  constructor(root) {
    this.root = root;
  }

  /** @param {readonly Item[]} items @param {(item: Item) => SVGElement[]} draw */
  show(items, draw) {
    items.forEach((item, i) => {
      const before = this.#drawn[i];
      if (before?.item === item) return;
      const group = node("g", item.point ? { "data-point": item.point } : {}, ...draw(item));
      if (before?.group.hasAttribute("data-pointed") && before.item.point === item.point) group.toggleAttribute("data-pointed", true);
      if (before) before.group.replaceWith(group);
      else this.root.append(group);
      this.#drawn[i] = { item, group };
    });
    for (const { group } of this.#drawn.splice(items.length)) group.remove();
  }

  clear() {
    this.#drawn = [];
    this.root.replaceChildren();
  }
}

/** @param {Axis} one @param {Axis} other */
function same(one, other) {
  return one.min === other.min && one.max === other.max && one.scale === other.scale && one.label === other.label && String(one.ticks) === String(other.ticks);
}

/**
 * The bars of a histogram from -reach to reach.
 *
 * @param {Iterable<number>} values
 * @param {{reach: number, bins: number}} options
 */
export function histogramOf(values, { reach, bins }) {
  const counts = new Array(bins).fill(0);
  for (const value of values) counts[Math.max(0, Math.min(bins - 1, Math.floor(((value + reach) / (2 * reach)) * bins)))]++;
  const width = (2 * reach) / bins;
  return counts.map((y, i) => ({ from: -reach + i * width, to: -reach + (i + 1) * width, y }));
}

/**
 * The bars of two classes, so that none hides another: 3s in the left half of each bin, 7s in the right one.
 *
 * @param {readonly Bar[]} threes
 * @param {readonly Bar[]} sevens
 * @returns {Item[]}
 */
export function sideBySide(threes, sevens) {
  const middle = (/** @type {Bar} */ { from, to }) => (from + to) / 2;
  return [
    { kind: "bars", ink: "three", bars: threes.map((bar) => ({ ...bar, to: middle(bar) })) },
    { kind: "bars", ink: "seven", bars: sevens.map((bar) => ({ ...bar, from: middle(bar) })) },
  ];
}

let clips = 0;

/** @param {Axis} axis @param {number} value */
function share({ min, max, scale = "linear" }, value) {
  if (scale === "linear") return (value - min) / (max - min);
  return Math.log(Math.max(value, min / 1e3) / min) / Math.log(max / min);
}

/** @param {Axis} axis @param {number} most @returns {number[]} */
export function ticksOf({ min, max, scale = "linear", ticks }, most) {
  if (ticks) return ticks;
  const found = [];
  if (scale === "log") {
    const [first, last] = [Math.ceil(Math.log10(min) - 1e-9), Math.floor(Math.log10(max) + 1e-9)];
    const stride = Math.max(1, Math.ceil((last - first + 1) / most));
    for (let power = first; power <= last; power += stride) found.push(10 ** power);
    return found;
  }
  const rough = (max - min) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((times) => times * power).find((each) => each >= rough - 1e-12) ?? rough;
  for (let n = Math.ceil(min / step - 1e-9); n * step <= max + step * 1e-9; n++) found.push(Number((n * step).toPrecision(12)));
  return found.length < LEAST_TICKS && most < MOST_TICKS ? ticksOf({ min, max, label: "" }, most + 1) : found;
}

/** @param {number} value */
function plainly(value) {
  return new Intl.NumberFormat("en", { maximumSignificantDigits: 4 }).format(value);
}

/**
 * @param {string} name
 * @param {Record<string, string | number>} attributes
 * @param {...Node} children
 * @returns {SVGElement}
 */
export function node(name, attributes, ...children) {
  const made = document.createElementNS(SVG, name);
  set(made, attributes);
  made.append(...children);
  return made;
}

/** @param {SVGElement} of @param {Record<string, string | number>} attributes */
function set(of, attributes) {
  for (const [key, value] of Object.entries(attributes)) of.setAttribute(key, String(value));
}

/**
 * @param {number} x
 * @param {number} y
 * @param {string} words
 * @param {"start" | "middle" | "end"} anchor
 * @param {string} [className]
 */
function text(x, y, words, anchor, className = "") {
  const made = node("text", { x, y, "text-anchor": anchor, class: `graph-text ${className}` });
  made.textContent = words;
  return made;
}
