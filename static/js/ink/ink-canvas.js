/** @import { Picture, Point, Stroke } from "./drawing.js" */
import { BLANK, DrawingHistory, isBlank } from "./drawing.js";
import { paintDrawing } from "./paint-ink.js";
import { onThemeChange } from "../shell/theme.js";

/** Share of the canvas' side. MNIST's own strokes are about a tenth of the digit's height. */
const STROKE_WIDTH = 0.07;

/** Points nearer than this share of the side tell nothing new. */
const NEAR = 0.003;

/** While a line grows, it is announced this often (ms): fast enough to look live, slow enough for an answer between. */
const ANNOUNCE_EVERY = 80;

/**
 * A square to draw on with mouse, finger or pen. What is drawn is kept in fractions of the side, so it survives any
 * change of size or resolution.
 */
export class InkCanvas {
  #history = new DrawingHistory();
  #canvas;
  #context;
  #onChange;
  #strokeWidth;
  /** @type {{ id: number, stroke: Stroke } | null} */ #pen = null;
  #announced = -Infinity;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #announcement;
  #frame = 0;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {{ onChange?: (strokes: Stroke[]) => void, strokeWidth?: number, label?: string }} [options]
   *   `onChange` hears of every change, a growing line at most every 80 ms; `strokeWidth` is a share of the side
   */
  constructor(canvas, { onChange = () => {}, strokeWidth = STROKE_WIDTH, label = "Drawing area" } = {}) {
    this.#canvas = canvas;
    this.#context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    this.#onChange = onChange;
    this.#strokeWidth = strokeWidth;
    canvas.classList.add("ink-canvas");
    canvas.tabIndex = 0;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", label);
    this.#listen();
    new ResizeObserver(() => this.#resize()).observe(canvas);
    addEventListener("resize", () => this.#resize()); // zooming changes the resolution, not always the size
    onThemeChange(document, () => this.#repaint());
    this.#resize();
  }

  /** What is drawn, a line still growing included. */
  get strokes() {
    const { strokes } = this.#history.present;
    return this.#pen ? [...strokes, this.#pen.stroke] : strokes;
  }

  /** @param {Stroke[]} strokes */
  setStrokes(strokes) {
    this.#put({ strokes, picture: null });
  }

  get picture() {
    return this.#pen ? null : this.#history.present.picture;
  }

  /** @param {Picture} picture takes the place of what was drawn; the next stroke takes its place in turn */
  setPicture(picture) {
    this.#put({ strokes: [], picture });
  }

  get blank() {
    return !this.#pen && isBlank(this.#history.present);
  }

  get canUndo() {
    return this.#history.canUndo;
  }

  get canRedo() {
    return this.#history.canRedo;
  }

  get strokeWidth() {
    return this.#strokeWidth;
  }

  set strokeWidth(share) {
    this.#strokeWidth = share;
    this.#repaint();
  }

  undo() {
    if (!this.#pen && this.#history.undo()) this.#changed();
  }

  redo() {
    if (!this.#pen && this.#history.redo()) this.#changed();
  }

  /** Takes everything away; undo brings it back. */
  clear() {
    if (this.#pen) this.#drop();
    if (!isBlank(this.#history.present)) this.#put(BLANK);
  }

  /**
   * Colours the ink by how it was read: neutral at 0.5 and at null, full colour at 0 and 1.
   *
   * @param {number | null} probability3
   */
  tint(probability3) {
    if (probability3 === null) delete this.#canvas.dataset.towards;
    else this.#canvas.dataset.towards = probability3 >= 0.5 ? "3" : "7";
    this.#canvas.style.setProperty("--certainty", `${200 * Math.abs((probability3 ?? 0.5) - 0.5)}%`);
    this.#repaint();
  }

  #listen() {
    const canvas = this.#canvas;
    canvas.addEventListener("pointerdown", (event) => this.#down(event));
    canvas.addEventListener("pointermove", (event) => this.#move(event));
    canvas.addEventListener("pointerup", (event) => this.#isOurs(event) && this.#lift());
    canvas.addEventListener("lostpointercapture", (event) => this.#isOurs(event) && this.#lift());
    canvas.addEventListener("pointercancel", (event) => this.#isOurs(event) && this.#cancel());
    canvas.addEventListener("contextmenu", (event) => this.#pen && event.preventDefault()); // a long press is ink
    canvas.addEventListener("keydown", (event) => this.#key(event));
  }

  /** @param {PointerEvent} event */
  #isOurs(event) {
    return this.#pen?.id === event.pointerId;
  }

  /** @param {PointerEvent} event */
  #down(event) {
    if (this.#pen || event.button !== 0) return;
    this.#canvas.setPointerCapture(event.pointerId);
    this.#pen = { id: event.pointerId, stroke: [this.#point(event)] };
    this.#changed();
  }

  /** @param {PointerEvent} event */
  #move(event) {
    if (!this.#pen || !this.#isOurs(event)) return;
    const between = event.getCoalescedEvents?.() ?? [];
    const { stroke } = this.#pen;
    const before = stroke.length;
    for (const each of between.length ? between : [event]) {
      const [x, y] = this.#point(each);
      const [lastX, lastY] = stroke[stroke.length - 1];
      if (Math.hypot(x - lastX, y - lastY) >= NEAR) stroke.push([x, y]);
    }
    if (stroke.length > before) this.#grown();
  }

  #lift() {
    const { strokes } = this;
    this.#pen = null;
    this.#put({ strokes, picture: null });
  }

  /** The system took the pointer away (a gesture, a palm): what it drew was not meant. */
  #cancel() {
    this.#drop();
    this.#changed();
  }

  #drop() {
    const id = this.#pen?.id;
    this.#pen = null;
    if (id !== undefined && this.#canvas.hasPointerCapture(id)) this.#canvas.releasePointerCapture(id);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const command = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    if (command && key === "z") event.shiftKey ? this.redo() : this.undo();
    else if (command && key === "y") this.redo();
    else if (["delete", "backspace", "escape"].includes(key) && !command) this.clear();
    else return;
    event.preventDefault();
  }

  /**
   * @param {PointerEvent} event
   * @returns {Point}
   */
  #point(event) {
    const { left, top, width, height } = this.#canvas.getBoundingClientRect();
    return [share(event.clientX - left, width), share(event.clientY - top, height)];
  }

  /** @param {import("./drawing.js").Drawing} drawing */
  #put(drawing) {
    this.#history.put(drawing);
    this.#changed();
  }

  #grown() {
    this.#repaint();
    const wait = this.#announced + ANNOUNCE_EVERY - performance.now();
    this.#announcement ??= setTimeout(() => this.#announce(), wait);
  }

  #changed() {
    this.#repaint();
    this.#announce();
  }

  #announce() {
    clearTimeout(this.#announcement);
    this.#announcement = undefined;
    this.#announced = performance.now();
    this.#onChange(this.strokes);
  }

  #resize() {
    const side = Math.round(this.#canvas.clientWidth * devicePixelRatio);
    if (side === 0 || side === this.#canvas.width) return;
    this.#canvas.width = this.#canvas.height = side;
    this.#paint(); // at once: setting the size emptied the canvas
  }

  #repaint() {
    this.#frame ||= requestAnimationFrame(() => this.#paint());
  }

  #paint() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#canvas.toggleAttribute("data-blank", this.blank);
    const side = this.#canvas.width;
    const colour = getComputedStyle(this.#canvas).color;
    const { strokes, picture } = this;
    paintDrawing(this.#context, { strokes, picture }, { side, width: this.#strokeWidth * side, colour });
  }
}

/**
 * @param {number} offset
 * @param {number} length
 */
function share(offset, length) {
  return Math.round(10_000 * Math.min(1, Math.max(0, offset / length))) / 10_000;
}
