/** @import { Drawing, Point } from "./drawing.js" */
import { isPrinted, onThemeChange } from "../shell/theme.js";
import { paintContent } from "./paint-ink.js";
import { PINCH, Pen } from "./pen.js";

/** Share of the canvas' side. MNIST's own strokes are about a tenth of the digit's height. */
const STROKE_WIDTH = 0.07;

/** @typedef {ReturnType<typeof mountInk>} Ink */

/**
 * A square to draw on with mouse, finger or pen. What is drawn is kept in fractions of the side, so it survives any
 * change of size or resolution.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {Drawing} drawing
 * @param {{ label?: string, signal?: AbortSignal }} [options]
 */
export function mountInk(canvas, drawing, { label = "Drawing area", signal } = {}) {
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const pen = new Pen(drawing);
  let strokeWidth = STROKE_WIDTH;
  let frame = 0;
  let elsewhere = -Infinity; // when a finger came down beside the canvas, last

  function paint() {
    cancelAnimationFrame(frame);
    frame = 0;
    canvas.toggleAttribute("data-blank", drawing.blank);
    const side = canvas.width;
    const colour = getComputedStyle(canvas).color;
    paintContent(context, drawing.content, { side, width: strokeWidth * side, colour });
  }

  function repaint() {
    if (isPrinted(document)) paint();
    else frame ||= requestAnimationFrame(paint);
  }

  function resize() {
    const side = Math.round(canvas.clientWidth * devicePixelRatio);
    if (side === 0 || side === canvas.width) return;
    canvas.width = canvas.height = side;
    paint(); // at once: setting the size emptied the canvas
  }

  /**
   * @param {PointerEvent} event
   * @returns {Point}
   */
  function pointOf(event) {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    return [share(event.clientX - left, width), share(event.clientY - top, height)];
  }

  canvas.classList.add("ink-canvas");
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", label);
  canvas.toggleAttribute("data-blank", drawing.blank);

  canvas.addEventListener("pointerdown", (event) => {
    if (pen.down(event, pointOf(event))) canvas.setPointerCapture(event.pointerId);
  }, { signal });
  // Two fingers zoom the page, unless one of them is a hand that was put down before or comes while the other draws.
  window.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "touch" && event.target !== canvas) elsewhere = event.timeStamp;
  }, { capture: true, signal });
  canvas.addEventListener("touchstart", (event) => {
    if (event.touches.length > 1 && pen.busy && event.timeStamp - elsewhere > PINCH) event.preventDefault();
  }, { passive: false, signal });
  canvas.addEventListener("pointermove", (event) => {
    const between = event.getCoalescedEvents?.() ?? []; // none where the page came over plain http
    pen.move(event, (between.length ? between : [event]).map(pointOf));
  }, { signal });
  canvas.addEventListener("pointerup", (event) => pen.up(event), { signal });
  canvas.addEventListener("lostpointercapture", (event) => pen.up(event), { signal });
  canvas.addEventListener("pointercancel", (event) => pen.cancel(event), { signal });
  canvas.addEventListener("contextmenu", (event) => pen.busy && event.preventDefault(), { signal }); // a long press is ink
  // Space on the canvas is no wish to scroll. Asked last, so that the page's own shortcuts find the key untouched.
  window.addEventListener("keydown", (event) => {
    if (event.target === canvas && event.code === "Space") event.preventDefault();
  }, { signal });
  window.addEventListener("resize", resize, { signal }); // zooming changes the resolution, not always the size
  onThemeChange(document, repaint, { signal });
  const observer = new ResizeObserver(resize);
  observer.observe(canvas);
  const unsubscribe = drawing.subscribe(({ type }) => type === "Read" || repaint());
  signal?.addEventListener("abort", () => {
    observer.disconnect();
    unsubscribe();
    cancelAnimationFrame(frame);
  });
  resize();
  paint();

  return {
    /** Whether a stroke is being drawn. */
    get busy() {
      return pen.busy;
    },
    get strokeWidth() {
      return strokeWidth;
    },
    set strokeWidth(share) {
      strokeWidth = share;
      repaint();
    },
    /**
     * Colours the ink by how it was read: neutral at 0.5 and at null, full colour at 0 and 1.
     *
     * @param {number | null} probability3
     */
    tint(probability3) {
      if (probability3 === null) delete canvas.dataset.towards;
      else canvas.dataset.towards = probability3 >= 0.5 ? "3" : "7";
      canvas.style.setProperty("--certainty", `${200 * Math.abs((probability3 ?? 0.5) - 0.5)}%`);
      repaint();
    },
  };
}

/**
 * @param {number} offset
 * @param {number} length
 */
function share(offset, length) {
  return Math.round(10_000 * Math.min(1, Math.max(0, offset / length))) / 10_000;
}
