// A stack of images as a block that an index cuts: what it picks stands out, all else is faint.

import { element } from "../shell/element.js";
import { count } from "../shell/format.js";
import { colour, css } from "../shell/palette.js";
import { onThemeChange } from "../shell/theme.js";
import { DRAWN, HEIGHT, planeOf, project, SIDE, WIDTH, windowOf } from "./isometric.js";
import { Sheet } from "./sheet.js";

/** @import { Selection, Picked } from "./indexing.js" */
/** @typedef {{length: number, bytes: (image: number) => ArrayLike<number>}} Stack images of 784 pixels, 0 to 255 */

const PAD = 20; // pixels above and below the block, for the names of its axes
const BESIDE = 36; // and beside it
const HIGHEST = 330;
const FAINT = 0.08;
const FAINT_OF_TWO = 1 - (1 - FAINT) ** 2; // of one that is drawn for itself and for its neighbour
const REST = 150; // milliseconds without other images, after which all of them are drawn
const WHOLE = 0.3;
const CUT = 0.35; // what lies in a plane that is cut and is not picked

export class StackView {
  #canvas = element("canvas", "stack-view");
  #stack;
  /** @type {Selection | null} */
  #selection = null;
  #width = 0;
  #inks = inks();
  /** All images in ink: to make those of another window as a slider comes to it would take longer than a frame. */
  #sheet;
  /** Until when a slider is taken to move on to other images, as `performance.now()` counts. */
  #restless = 0;
  #resting = 0;
  /** All that is faint, as it was drawn last: of what follows a slider only the plane is drawn anew. */
  #faint = { key: "", canvas: document.createElement("canvas") };

  /**
   * @param {HTMLElement} root is filled
   * @param {Stack} stack
   * @param {{signal: AbortSignal}} options
   */
  constructor(root, stack, { signal }) {
    this.#stack = stack;
    this.#sheet = new Sheet(stack, this.#inks.full);
    this.#canvas.setAttribute("role", "img");
    root.replaceChildren(this.#canvas);
    const observer = new ResizeObserver(([{ contentRect: { width } }]) => {
      this.#width = Math.floor(width);
      this.#paint();
    });
    observer.observe(root);
    onThemeChange(document, () => {
      this.#inks = inks();
      this.#sheet = new Sheet(stack, this.#inks.full);
      this.#faint.key = "";
      this.#paint();
    }, { signal });
    signal.addEventListener("abort", () => {
      window.clearTimeout(this.#resting);
      observer.disconnect();
      root.replaceChildren();
    });
  }

  /** The images that are drawn: the first one, and the one after the last. */
  get window() {
    const first = this.#selection ? windowOf(this.#selection[0].from, this.#stack.length) : 0;
    return [first, Math.min(first + DRAWN, this.#stack.length)];
  }

  /** @param {Selection} selection @param {string} words what there is to be seen */
  show(selection, words) {
    const [before] = this.window;
    const moved = this.#selection !== null;
    this.#selection = selection;
    if (moved && before !== this.window[0]) {
      this.#restless = performance.now() + REST;
      window.clearTimeout(this.#resting);
      this.#resting = window.setTimeout(() => this.#paint(), REST);
    }
    this.#canvas.setAttribute("aria-label", words);
    this.#paint();
  }

  #paint() {
    const selection = this.#selection;
    if (!this.#width || !selection) return;
    const unit = Math.min((this.#width - 2 * BESIDE) / WIDTH, (HIGHEST - 2 * PAD) / HEIGHT);
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [this.#width, Math.ceil(HEIGHT * unit + 2 * PAD)];
    this.#canvas.width = width * ratio;
    this.#canvas.height = height * ratio;
    const base = { ratio, unit, left: (width - WIDTH * unit) / 2, top: PAD };
    const [first, end] = this.window;
    const pen = new Pen(this.#canvas, base);
    const axis = selection.findIndex(({ kept }) => !kept);
    pen.copy(this.#drawFaint(base, axis < 0 ? selection : null));
    if (axis >= 0) this.#cut(pen, selection, axis, first, end);
    pen.words([`image ${count(first)}`, `${count(end - 1)}`], this.#inks.words, getComputedStyle(this.#canvas).fontFamily);
  }

  /**
   * @param {Base} base
   * @param {Selection | null} selection of which no axis is gone, so that whole images are picked; null: none is
   */
  #drawFaint(base, selection) {
    const [first, end] = this.window;
    const { canvas } = this.#faint;
    const hasty = performance.now() < this.#restless - 1;
    const key = JSON.stringify([base, first, selection, hasty, this.#canvas.width, this.#canvas.height]);
    if (key === this.#faint.key) return canvas;
    this.#faint.key = key;
    [canvas.width, canvas.height] = [this.#canvas.width, this.#canvas.height];
    const pen = new Pen(canvas, base);
    pen.lines(HIDDEN_EDGES, this.#inks.soft, 1);
    for (let image = end - 1; image >= first; image--) {
      const picked = selection && contains(selection[0], image);
      if (hasty && !picked && (image - first) % 2) continue;
      const at = /** @type {const} */ ([0, image - first]);
      if (picked && !(isWhole(selection[1]) && isWhole(selection[2]))) pen.picture(this.#masked(selection, image), at, WHOLE);
      else pen.picture(this.#sheet.canvas, at, picked ? WHOLE : hasty ? FAINT_OF_TWO : FAINT, this.#sheet.corner(image));
    }
    pen.lines(SEEN_EDGES, this.#inks.soft, 1);
    return canvas;
  }

  /** Of an image what is picked, in ink. @param {Selection} selection @param {number} image */
  #masked(selection, image) {
    const pixels = Uint8Array.from(this.#stack.bytes(image), (value, i) => (contains(selection[1], Math.floor(i / SIDE)) && contains(selection[2], i % SIDE) ? value : value / 8));
    return new Sheet({ length: 1, bytes: () => pixels }, this.#inks.full).canvas;
  }

  /** @param {Pen} pen @param {Selection} selection @param {number} axis @param {number} first @param {number} end */
  #cut(pen, selection, axis, first, end) {
    const at = selection[axis].from - (axis === 0 ? first : 0);
    const [wide, high] = [[2, 1], [2, 0], [0, 1]][axis];
    const size = [end - first, SIDE, SIDE];
    const plane = document.createElement("canvas");
    [plane.width, plane.height] = [size[wide], size[high]];
    const context = /** @type {CanvasRenderingContext2D} */ (plane.getContext("2d"));
    const image = context.createImageData(plane.width, plane.height);
    const { paper, full, ink } = this.#inks;
    const pixels = Array.from({ length: end - first }, (_, i) => this.#stack.bytes(first + i));
    const bounds = new Bounds();
    const place = [0, 0, 0];
    place[axis] = selection[axis].from;
    for (let y = 0; y < plane.height; y++) {
      for (let x = 0; x < plane.width; x++) {
        place[wide] = x + (wide === 0 ? first : 0);
        place[high] = y + (high === 0 ? first : 0);
        const share = pixels[place[0] - first][place[1] * SIDE + place[2]] / 255;
        const picked = contains(selection[wide], place[wide]) && contains(selection[high], place[high]);
        if (picked) bounds.add(x, y);
        const mixed = picked ? paper.map((from, i) => from + (full[i] - from) * share) : full;
        image.data.set([...mixed, picked ? 255 : 255 * CUT * share], 4 * (y * plane.width + x));
      }
    }
    context.putImageData(image, 0, 0);
    pen.picture(plane, [axis, at], 1);
    pen.frame([0, 0, plane.width, plane.height], [axis, at], ink, 0.8);
    if (bounds.any) pen.frame(bounds.box, [axis, at], ink, 2);
  }
}

/** The page's colours, asked for once a theme: to ask makes the browser lay the page out. */
function inks() {
  const [line, full, paper, words] = ["--line-strong", "--ink", "--raised", "--ink-soft"].map((token) => colour(document, token));
  return { soft: css(line, 0.6), ink: css(full), full, paper, words: css(words) };
}

/** @param {Picked} picked along rows or columns */
function isWhole({ from, step, count: size }) {
  return from === 0 && step === 1 && size === SIDE;
}

class Bounds {
  #left = Infinity;
  #top = Infinity;
  #right = -Infinity;
  #bottom = -Infinity;

  get any() {
    return this.#right > this.#left;
  }

  /** @returns {[number, number, number, number]} left, top, right, bottom */
  get box() {
    return [this.#left, this.#top, this.#right, this.#bottom];
  }

  /** @param {number} x @param {number} y */
  add(x, y) {
    this.#left = Math.min(this.#left, x);
    this.#top = Math.min(this.#top, y);
    this.#right = Math.max(this.#right, x + 1);
    this.#bottom = Math.max(this.#bottom, y + 1);
  }
}

/** @typedef {readonly [number, number, number]} Corner image, row and column */
/** @type {readonly (readonly [Corner, Corner])[]} */
const HIDDEN_EDGES = [
  [[DRAWN, SIDE, 0], [0, SIDE, 0]],
  [[DRAWN, SIDE, 0], [DRAWN, 0, 0]],
  [[DRAWN, SIDE, 0], [DRAWN, SIDE, SIDE]],
];
/** @type {readonly (readonly [Corner, Corner])[]} */
const SEEN_EDGES = [
  [[0, 0, 0], [0, 0, SIDE]], [[0, 0, SIDE], [0, SIDE, SIDE]], [[0, SIDE, SIDE], [0, SIDE, 0]], [[0, SIDE, 0], [0, 0, 0]],
  [[0, 0, 0], [DRAWN, 0, 0]], [[0, 0, SIDE], [DRAWN, 0, SIDE]], [[0, SIDE, SIDE], [DRAWN, SIDE, SIDE]],
  [[DRAWN, 0, 0], [DRAWN, 0, SIDE]], [[DRAWN, 0, SIDE], [DRAWN, SIDE, SIDE]],
];

/** @typedef {{ratio: number, unit: number, left: number, top: number}} Base device pixels of a pixel, how wide a pixel of an image is, and where the block begins */

/** Draws on the block's own planes. */
class Pen {
  #context;
  #base;

  /** @param {HTMLCanvasElement} canvas @param {Base} base */
  constructor(canvas, base) {
    this.#context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    this.#base = base;
    this.#context.imageSmoothingEnabled = false;
  }

  /** @param {HTMLCanvasElement} canvas as large as this one */
  copy(canvas) {
    this.#context.drawImage(canvas, 0, 0);
  }

  /** @param {readonly number[]} point in widths of a pixel @returns {[number, number]} in device pixels */
  #at([x, y]) {
    const { ratio, unit, left, top } = this.#base;
    return [(left + x * unit) * ratio, (top + y * unit) * ratio];
  }

  /**
   * @param {HTMLCanvasElement} picture
   * @param {readonly [number, number]} plane
   * @param {number} alpha
   * @param {readonly [number, number] | null} [corner] where on it the image lies that alone is drawn
   */
  picture(picture, [axis, at], alpha, corner = null) {
    const [a, b, c, d, x, y] = planeOf(axis, at);
    const scale = this.#base.unit * this.#base.ratio;
    this.#context.setTransform(a * scale, b * scale, c * scale, d * scale, ...this.#at([x, y]));
    this.#context.globalAlpha = alpha;
    if (corner) this.#context.drawImage(picture, ...corner, SIDE, SIDE, 0, 0, SIDE, SIDE);
    else this.#context.drawImage(picture, 0, 0);
    this.#context.globalAlpha = 1;
    this.#context.resetTransform();
  }

  /** @param {readonly [number, number, number, number]} box @param {readonly [number, number]} plane @param {string} ink @param {number} width */
  frame([left, top, right, bottom], [axis, at], ink, width) {
    const [a, b, c, d, x, y] = planeOf(axis, at);
    const corners = [[left, top], [right, top], [right, bottom], [left, bottom]].map(([u, v]) => this.#at([a * u + c * v + x, b * u + d * v + y]));
    this.#stroke([...corners, corners[0]], ink, width);
  }

  /** @param {readonly (readonly [Corner, Corner])[]} edges @param {string} ink @param {number} width */
  lines(edges, ink, width) {
    for (const ends of edges) this.#stroke(ends.map((corner) => this.#at(project(...corner))), ink, width);
  }

  /** The names of the axes beside the edges along which they run. @param {string[]} images @param {string} ink @param {string} font */
  words([firstImage, lastImage], ink, font) {
    const { ratio } = this.#base;
    this.#context.font = `${12 * ratio}px ${font}`;
    this.#context.fillStyle = ink;
    const write = (/** @type {string} */ words, /** @type {Corner} */ corner, /** @type {CanvasTextAlign} */ align, /** @type {number} */ right, /** @type {number} */ down) => {
      const [x, y] = this.#at(project(...corner));
      this.#context.textAlign = align;
      this.#context.fillText(words, x + right * ratio, y + down * ratio);
    };
    write("rows", [0, SIDE / 2, 0], "right", -5, 4);
    write("columns", [0, SIDE, SIDE / 2], "right", -8, 12);
    write(firstImage, [0, 0, 0], "left", -4, -8);
    write(lastImage, [DRAWN, 0, 0], "center", 0, -6);
  }

  /** @param {readonly (readonly [number, number])[]} points @param {string} ink @param {number} width */
  #stroke(points, ink, width) {
    const context = this.#context;
    context.strokeStyle = ink;
    context.lineWidth = width * this.#base.ratio;
    context.lineJoin = "round";
    context.beginPath();
    points.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
    context.stroke();
  }
}

/** @param {Picked} picked @param {number} place */
function contains({ from, step, count: size }, place) {
  const away = place - from;
  return away >= 0 && away % step === 0 && away / step < size;
}
