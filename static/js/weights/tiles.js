// The units of the first layer as tiles, the loudest first. Each is normalised by itself; the bar below it tells how much
// the network hears of it. Where not all are legible, the loudest are shown, and a button opens all over the page.

import { button, element, uniqueId } from "../shell/element.js";
import { count } from "../shell/format.js";
import { onThemeChange } from "../shell/theme.js";
import { loudestFirst, loudness } from "./loudness.js";
import { TileCanvas } from "./tile-canvas.js";
import { legibleTiles, tileSize } from "./tile-size.js";
import { UnitView } from "./unit-view.js";
import { speaksFor } from "./unit-words.js";

/** @import { ShownRun } from "../run/shown-run.js" */
/** @import { Painter } from "../shell/painter.js" */
/** @import { Units, Weights } from "../wire.js" */

const PAINT_EVERY = 100; // milliseconds: strokes take shape far more slowly than the screen repaints
const ORDER_EVERY = 1000; // milliseconds: tiles that trade places more often cannot be followed
const PADDING = 3; // pixels, as weights.css has it: room for the ring around a tile that has the focus
const MORE = 104; // pixels, for the words of the button that opens all
const FINGER = 44; // pixels that a tile has at least where it is pressed with a finger
const MOST_MOVING = 64; // tiles: more cannot be followed

/** After which of them there may be other weights, or another model. */
const CHANGES = new Set(["Weights", "Moved", "RunQueued", "RunStarted", "EpochEnded"]);

/**
 * @param {HTMLElement} root is filled; its own box says how large the tiles are
 * @param {{ run: ShownRun, painter: Painter }} context
 * @param {{ signal: AbortSignal }} options
 */
export function mountTiles(root, context, { signal }) {
  new Tiles(root, context, signal);
}

class Tiles {
  #run;
  #signal;
  #document;
  #still;
  #coarse;
  #box = element("div", "tiles");
  #canvas = new TileCanvas();
  #grid = element("div", "tiles-grid", this.#canvas.canvas);
  #empty = element("p", "caption tiles-empty", "The first weights will appear here.");
  #more = button("", "tiles-more", () => this.#openAll());
  #title = element("h3", "");
  #all = element("dialog", "tiles-all", element("div", "tiles-all-head", this.#title, button("Close", "small", () => this.#all.close())));
  /** How many, of the loudest, have a tile. */
  #room = 0;
  #view;
  /** By unit. @type {{ button: HTMLButtonElement, strength: number, towards: "3" | "7" | "both" }[]} */
  #tiles = [];
  /** What the tiles show. @type {{ weights: Weights, units: Units } | null} */
  #shown = null;
  /** Units by place. @type {number[]} */
  #order = [];
  #loud = new Float64Array(0);
  /** The unit that Tab reaches. */
  #current = 0;
  #columns = 1;
  #ordered = -Infinity;
  #held = false;
  #refresh;
  #reorder;
  #draw;

  /**
   * @param {HTMLElement} root
   * @param {{ run: ShownRun, painter: Painter }} context
   * @param {AbortSignal} signal
   */
  constructor(root, { run, painter }, signal) {
    this.#run = run;
    this.#signal = signal;
    this.#document = root.ownerDocument;
    this.#canvas.recolour();
    this.#still = window.matchMedia("(prefers-reduced-motion: reduce)");
    this.#coarse = window.matchMedia("(pointer: coarse)");
    this.#refresh = painter.add(() => this.#look(), PAINT_EVERY);
    this.#reorder = painter.add(() => this.#look(), ORDER_EVERY);
    this.#draw = painter.add(() => this.#paint());
    this.#box.dataset.part = "tiles";
    this.#grid.setAttribute("role", "group");
    this.#grid.setAttribute("aria-label", "Units of the first layer, the loudest first. Arrow keys move, Enter enlarges.");
    this.#grid.addEventListener("keydown", (event) => this.#move(event), { signal });
    this.#grid.addEventListener("pointerenter", ({ pointerType }) => (this.#held = pointerType === "mouse"), { signal });
    this.#grid.addEventListener("pointerleave", () => {
      this.#held = false;
      this.#refresh();
    }, { signal });
    this.#box.append(this.#grid, this.#empty);
    root.append(this.#box, this.#all);
    this.#title.id = uniqueId("tiles");
    this.#all.setAttribute("aria-labelledby", this.#title.id);
    this.#all.addEventListener("close", ({ target }) => target === this.#all && this.#closeAll(), { signal });
    this.#view = new UnitView(this.#box, run, {
      onMove: (by) => this.#goOn(by),
      onClose: () => {
        if (this.#order.indexOf(this.#current) >= this.#room) this.#reach(this.#order[this.#room - 1]);
        this.#tiles[this.#current]?.button.focus();
      },
      signal,
    });
    const sizes = new ResizeObserver(() => this.#fit());
    sizes.observe(this.#box);
    const unsubscribe = run.subscribe(({ type }) => {
      if (CHANGES.has(type)) this.#refresh();
    });
    onThemeChange(this.#document, () => {
      this.#canvas.recolour();
      this.#shown = null;
      this.#fit(); // paper has another size
      this.#refresh();
    }, { signal });
    signal.addEventListener("abort", () => {
      unsubscribe();
      sizes.disconnect();
      this.#box.remove();
      this.#all.remove();
    });
    this.#refresh();
  }

  #look() {
    if (this.#signal.aborted) return;
    const run = this.#run;
    const { weights, units } = run;
    const known = weights && units && units.output_weight.length === weights.units;
    const waits = !known && run.fetching === true && this.#shown !== null;
    this.#box.toggleAttribute("data-waits", waits); // the last ones stay, faint
    if (waits) return;
    this.#empty.hidden = Boolean(known);
    this.#grid.hidden = !known;
    if (!known) {
      if (this.#view.open) this.#view.close();
      this.#all.close();
      return;
    }
    if (this.#tiles.length !== weights.units) this.#build(weights.units);
    if (this.#shown?.weights !== weights || this.#shown.units !== units) this.#take(weights, units);
    this.#arrange(loudestFirst(this.#loud));
    if (this.#view.open) this.#paintView();
  }

  /**
   * @param {Weights} weights
   * @param {Units} units
   */
  #take(weights, units) {
    this.#shown = { weights, units };
    this.#loud = loudness(weights, units.output_weight);
    const loudest = Math.max(...this.#loud) || 1;
    const { recipe } = this.#run;
    this.#tiles.forEach((tile, unit) => {
      tile.strength = this.#loud[unit] / loudest;
      const digit = speaksFor({ units, recipe }, unit);
      tile.towards = digit ?? "both";
      const label = this.#label(unit, digit);
      if (tile.button.getAttribute("aria-label") !== label) tile.button.setAttribute("aria-label", label);
    });
    this.#canvas.show(weights, units);
    this.#draw();
  }

  #paint() {
    if (this.#order.length && this.#canvas.paint(this.#tiles)) this.#draw();
  }

  /**
   * @param {number} unit
   * @param {"3" | "7" | null} digit
   */
  #label(unit, digit) {
    if (this.#run.recipe?.model === "linear") return "The whole model";
    return `Unit ${unit + 1}` + (digit ? `, speaks for a ${digit}` : "");
  }

  /** @param {number} units */
  #build(units) {
    if (this.#view.open) this.#view.close();
    this.#all.close();
    const focused = this.#grid.contains(this.#document.activeElement);
    this.#current = 0;
    this.#order = [];
    this.#tiles = Array.from({ length: units }, (_, unit) => {
      const button = element("button", "tile");
      button.type = "button";
      button.tabIndex = -1;
      button.addEventListener("click", () => this.#enlarge(unit), { signal: this.#signal });
      return { button, strength: 0, towards: "both" };
    });
    this.#grid.replaceChildren(this.#canvas.canvas, ...this.#tiles.map(({ button }) => button), this.#more);
    this.#title.textContent = `All ${count(units)} units, the loudest first`;
    this.#canvas.build(units);
    this.#shown = null;
    this.#fit();
    if (focused) this.#tiles[0].button.focus();
  }

  #fit() {
    const tiles = this.#tiles.length;
    if (!tiles) return;
    const [width, height] = [this.#box.clientWidth - 2 * PADDING, this.#box.clientHeight - 2 * PADDING];
    const around = tiles > 100 ? { gap: 3, foot: 4 } : { gap: 6, foot: 6 };
    const least = this.#coarse.matches ? FINGER : undefined;
    const { columns, size, shown, span } = this.#all.open
      ? { ...tileSize(tiles, width, height, { ...around, least }), shown: tiles, span: 1 }
      : legibleTiles(tiles, width, height, { ...around, more: MORE, least });
    this.#columns = columns;
    this.#room = shown;
    this.#canvas.fit({ columns, size, shown, ...around });
    this.#showRoom();
    this.#more.hidden = shown === tiles;
    this.#more.textContent = `+ ${count(tiles - shown)} quieter`;
    this.#more.style.setProperty("grid-column", `span ${span}`);
    this.#draw();
    this.#grid.style.setProperty("--size", `${size}px`);
    this.#grid.style.setProperty("--gap", `${around.gap}px`);
    this.#grid.style.setProperty("--foot", `${around.foot}px`);
    this.#grid.style.setProperty("--columns", String(columns));
  }

  /**
   * Gives each unit its place, with a movement that can be followed; not while a mouse is about to press one.
   *
   * @param {number[]} order units, the loudest first
   */
  #arrange(order) {
    const first = this.#order.length === 0;
    if (!first) {
      if (this.#held || order.every((unit, place) => this.#order[place] === unit)) return;
      const now = performance.now();
      if (now - this.#ordered < ORDER_EVERY) return this.#reorder(); // it is due, but later
    }
    this.#ordered = performance.now();
    const moves = !first && !this.#still.matches && order.length <= MOST_MOVING;
    this.#order = order;
    order.forEach((unit, place) => this.#tiles[unit].button.style.setProperty("order", String(place)));
    this.#canvas.arrange(order, moves);
    this.#draw();
    if (first) this.#reach(order[0]);
    this.#showRoom();
  }

  /** Shows as many tiles as there is room for; the focus stays on one of them. */
  #showRoom() {
    const last = this.#order[this.#room - 1];
    const { button } = this.#tiles[this.#current];
    if (last !== undefined && this.#order.indexOf(this.#current) >= this.#room && !this.#view.open) {
      const focused = button === this.#document.activeElement;
      this.#reach(last);
      if (focused) this.#tiles[last].button.focus();
    }
    this.#order.forEach((unit, place) => (this.#tiles[unit].button.hidden = place >= this.#room));
  }

  #openAll() {
    this.#all.append(this.#box);
    this.#all.showModal();
    this.#fit();
    this.#tiles[this.#current].button.focus();
  }

  #closeAll() {
    this.#all.before(this.#box);
    this.#fit();
    if (!this.#more.hidden) this.#more.focus();
  }

  /** @param {number} unit */
  #reach(unit) {
    this.#tiles[this.#current].button.tabIndex = -1;
    this.#current = unit;
    this.#tiles[unit].button.tabIndex = 0;
  }

  /** @param {number} unit */
  #enlarge(unit) {
    this.#reach(unit);
    this.#view.show();
    this.#paintView();
  }

  #paintView() {
    const place = this.#order.indexOf(this.#current);
    this.#view.paint(this.#current, { place, loud: this.#loud, palette: this.#canvas.palette });
  }

  /** @param {1 | -1} by places */
  #goOn(by) {
    const next = this.#order[this.#order.indexOf(this.#current) + by];
    if (next !== undefined) this.#enlarge(next);
  }

  /** @param {KeyboardEvent} event */
  #move(event) {
    const last = this.#room - 1;
    const place = this.#order.indexOf(this.#current);
    /** @type {Record<string, number>} */
    const targets = {
      ArrowLeft: place - 1,
      ArrowRight: place + 1,
      ArrowUp: place - this.#columns,
      ArrowDown: place + this.#columns,
      Home: 0,
      End: last,
    };
    const target = targets[event.key];
    if (target === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation(); // the page's own arrow keys go through time
    if (target < 0 || target > last) return;
    this.#reach(this.#order[target]);
    this.#tiles[this.#current].button.focus();
  }
}
