// The drawing moved, turned, scaled or thickened, and whether the network still reads it.

/** @import { Drawing } from "../ink/drawing.js" */
/** @import { Reading } from "../ink/predict.js" */
/** @import { Move } from "./moving.js" */
import { mountSlider } from "../forms/slider.js";
import { chance } from "../ink/chance.js";
import { DigitImage } from "../ink/digit-image.js";
import { bytesOf } from "../ink/drawing.js";
import { Reader } from "../ink/predict.js";
import { button, element, uniqueId } from "../shell/element.js";
import { count } from "../shell/format.js";
import { Mover, UNMOVED } from "./moving.js";
import { askWhileSeen } from "./question.js";

const SIDE = 28;
/** Pixels that an arrow key moves it, and with Shift. */
const NUDGE = 0.5;
const LEAP = 2;
/** Farther than this (pixels) nothing of it is left on the image. */
const FAR = 14;
/** Readings that the line of P(3) goes back. */
const PAST = 120;
const SLIDERS = /** @type {const} */ ([
  { name: "turn", label: "Turn, degrees", min: -180, max: 180, step: 1 },
  { name: "size", label: "Size", min: 0.4, max: 1.6, step: 0.01 },
  { name: "thickness", label: "Thicker, pixels", min: -1.5, max: 3, step: 0.5 },
]);
const STEPS = /** @type {const} */ ([
  { name: "scaled", label: "Scale it back, as high or wide as it was" },
  { name: "centred", label: "Bring its centre of mass back to the middle" },
]);

/**
 * @param {HTMLElement} root is filled
 * @param {object} context
 * @param {Drawing} context.drawing
 * @param {import("../ink/reading.js").LiveReading} context.reading whose network reads
 * @param {{ signal: AbortSignal }} life
 */
export function mountBreak(root, { drawing, reading }, { signal }) {
  /** @type {Move} */
  let move = { ...UNMOVED };
  /** @type {{ image: Float32Array, mover: Mover } | null} */
  let known = null;
  /** @type {Uint8Array | null} */
  let placed = null;
  /** @type {number[]} */
  let past = [];

  const paper = element("canvas", "break-paper");
  paper.tabIndex = 0;
  paper.setAttribute("role", "application");
  paper.setAttribute("aria-roledescription", "digit that can be moved");
  const seen = element("canvas", "");
  seen.setAttribute("role", "img");
  seen.setAttribute("aria-label", "What the network gets");
  const [lyingImage, seenImage] = [new DigitImage(paper, { signal }), new DigitImage(seen, { signal })];
  const back = button("Put it back", "small", reset);
  const hint = element("span", "break-hint", "Drag it, or move it with the arrow keys");
  hint.id = uniqueId("break-hint");
  paper.setAttribute("aria-describedby", hint.id);
  const headline = element("p", "break-said");
  headline.setAttribute("aria-live", "polite");
  const figures = element("p", "caption");
  const line = element("canvas", "break-line");
  line.setAttribute("role", "img");
  const lineWords = element("p", "caption", "P(3), reading after reading: 100 % at the top, 0 % at the bottom");
  const sliders = SLIDERS.map(({ name, ...range }) => {
    const at = element("div", "");
    const slider = mountSlider(at, { ...range, value: UNMOVED[name], onInput: (value) => change({ [name]: value }) }, { signal });
    return { name, root: at, slider };
  });
  const steps = STEPS.map(({ name, label }) => {
    const box = element("input", "");
    Object.assign(box, { type: "checkbox", checked: UNMOVED[name] });
    box.addEventListener("change", () => change({ [name]: box.checked }));
    return { name, box, root: element("label", "break-step", box, element("span", "", label)) };
  });
  const legend = element("legend", "drawn-label", "What is done to it before the network sees it");
  const empty = element("p", "drawn-sentence", "Draw something above, and see here how little it takes to break it.");
  const body = element("div", "break-body",
    element("div", "break-images",
      element("figure", "mean-figure", paper, element("figcaption", "caption", element("b", "", "As it lies"), hint)),
      element("figure", "mean-figure", seen, element("figcaption", "caption", element("b", "", "What the network gets"), element("span", "", "after the steps that are on"))),
    ),
    element("div", "break-controls", ...sliders.map((each) => each.root), element("fieldset", "break-steps", legend, ...steps.map((each) => each.root)), back),
    element("div", "break-verdict", headline, figures, line, lineWords),
  );
  root.append(empty, body);
  body.hidden = true;

  const reader = new Reader();
  const question = askWhileSeen(root, () => {
    if (!placed || unmoved(move)) return null; // the page's own reading is of what was not moved
    reader.model = reading.model;
    reader.keep = reading.keep;
    return reader.readPixels(placed);
  }, {
    show: (read) => {
      const told = read ?? (placed && unmoved(move) ? reading.shown : null);
      if (told && placed) show(told);
    },
    fail: ({ title, detail }) => {
      headline.textContent = title;
      headline.dataset.verdict = "problem";
      figures.textContent = detail;
    },
  }, { signal });

  /** @param {Partial<Move>} by */
  function change(by) {
    move = { ...move, ...by };
    lay();
  }

  function lay() {
    const { image } = drawing;
    body.hidden = !image;
    empty.hidden = Boolean(image);
    placed = null;
    if (!image) return;
    if (known?.image !== image) known = { image, mover: new Mover(bytesOf(image)) };
    const result = known.mover.moved(move);
    placed = result.placed;
    lyingImage.show(result.lying);
    seenImage.show(result.placed);
    paper.setAttribute("aria-label", `The drawing, ${placeWords(move)}`);
    back.disabled = unmoved(move);
    question.due();
  }

  /** @param {Reading} read */
  function show(read) {
    const before = reading.shown;
    headline.textContent = read.digit ? `${read.verdict}` : read.verdict === "blank" ? "Nothing left" : "Neither";
    headline.dataset.verdict = read.verdict;
    const was = before ? `; as you drew it ${chance(before.probability_3)}` : "";
    const reason = read.gate.reason ? ` The gate says: ${read.gate.reason}.` : "";
    const step = read.run === "built-in" ? "" : ` Read at step ${count(read.step)}.`;
    figures.textContent = `P(3) is ${chance(read.probability_3)}${was}.${reason} The baseline says ${read.baseline.verdict}.${step}`;
    past = [...past, read.probability_3].slice(-PAST);
    line.setAttribute("aria-label", `P(3) of the last ${past.length} readings, now ${chance(read.probability_3)}`);
    paintLine(line, past);
  }

  function reset() {
    move = { ...UNMOVED };
    for (const { name, slider } of sliders) slider.set(UNMOVED[name]);
    for (const { name, box } of steps) box.checked = UNMOVED[name];
    lay();
    paper.focus();
  }

  /** @type {{ id: number, x: number, y: number, from: Move } | null} */
  let dragged = null;
  paper.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    paper.setPointerCapture(event.pointerId);
    dragged = { id: event.pointerId, x: event.clientX, y: event.clientY, from: move };
  });
  paper.addEventListener("pointermove", (event) => {
    if (!dragged || event.pointerId !== dragged.id) return;
    const pixel = paper.clientWidth / SIDE;
    change({ x: within(dragged.from.x + (event.clientX - dragged.x) / pixel), y: within(dragged.from.y + (event.clientY - dragged.y) / pixel) });
  });
  for (const end of ["pointerup", "pointercancel"]) paper.addEventListener(end, () => (dragged = null));
  paper.addEventListener("keydown", (event) => {
    const by = event.shiftKey ? LEAP : NUDGE;
    const [x, y] = ARROWS[event.key] ?? [0, 0];
    if ((x === 0 && y === 0) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    change({ x: within(move.x + by * x), y: within(move.y + by * y) });
  });

  const unsubscribe = drawing.subscribe(({ type }) => {
    if (type === "Growing") return;
    if (type === "Changed") past = [];
    lay();
  });
  signal.addEventListener("abort", unsubscribe);
  reading.add({
    show: (read) => {
      if (read && placed && unmoved(move)) show(read); // also out of sight: the page may be printed
      else question.due();
    },
  });
  lay();
}

/** @param {Move} move */
function unmoved(move) {
  return Object.entries(UNMOVED).every(([name, value]) => move[/** @type {keyof Move} */ (name)] === value);
}

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** @param {number} value */
function within(value) {
  return Math.max(-FAR, Math.min(FAR, value));
}

/** @param {Move} move */
function placeWords({ x, y }) {
  const across = x === 0 ? "" : `${Math.abs(x).toFixed(1)} pixels to the ${x > 0 ? "right" : "left"}`;
  const down = y === 0 ? "" : `${Math.abs(y).toFixed(1)} pixels ${y > 0 ? "down" : "up"}`;
  return [across, down].filter(Boolean).join(" and ") || "where it was";
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {readonly number[]} values from 0 to 1
 */
function paintLine(canvas, values) {
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [Math.max(1, Math.round(canvas.clientWidth * ratio)), Math.max(1, Math.round(canvas.clientHeight * ratio))];
  Object.assign(canvas, { width, height });
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const style = getComputedStyle(canvas);
  const edge = 2 * ratio;
  const [x, y] = [(/** @type {number} */ at) => edge + (at * (width - 2 * edge)) / (PAST - 1), (/** @type {number} */ value) => height - edge - value * (height - 2 * edge)];
  context.strokeStyle = style.borderColor;
  context.lineWidth = ratio;
  context.beginPath();
  context.moveTo(0, y(0.5));
  context.lineTo(width, y(0.5));
  context.stroke();
  context.strokeStyle = style.color;
  context.lineWidth = 2 * ratio;
  context.lineJoin = "round";
  context.beginPath();
  values.forEach((value, at) => context.lineTo(x(at), y(value)));
  if (values.length === 1) context.lineTo(x(0) + ratio, y(values[0]));
  context.stroke();
}
