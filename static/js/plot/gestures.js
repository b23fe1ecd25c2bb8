// Looking along a plot, zooming and asking for a moment, with pointer, wheel, fingers and keys.

/** @typedef {import("./plot.js").Plot} Plot */

const WHEEL = 0.0022; // how much of the range one pixel of wheel takes, as an exponent
const KEY_ZOOM = 0.6;
const STILL = { mouse: 4, touch: 9 }; // pixels that a press may wander and still be one

/**
 * @param {HTMLElement} area
 * @param {Plot} plot
 * @param {AbortSignal} signal
 */
export function bindGestures(area, plot, signal) {
  area.addEventListener("wheel", (event) => onWheel(event, area, plot), { passive: false, signal });
  area.addEventListener("keydown", (event) => onKey(event, plot), { signal });
  area.addEventListener("blur", () => plot.cursor.moveTo(null), { signal });
  area.addEventListener("dblclick", () => plot.zoomTo(null), { signal });
  bindPointer(area, plot, signal);
}

/**
 * Makes the range `factor` times as wide around the place at `share` of it.
 *
 * @param {Plot} plot
 * @param {number} factor
 * @param {number} [share]
 */
function scaleRange(plot, factor, share = 0.5) {
  const { min, max } = plot.range;
  const centre = min + (max - min) * share;
  plot.zoomTo({ min: centre - (centre - min) * factor, max: centre + (max - centre) * factor });
}

/**
 * A bare wheel scrolls the page, as everywhere; with Ctrl or ⌘ (and by pinching a touchpad, which browsers report as
 * Ctrl and wheel) it zooms, with Shift it moves along.
 *
 * @param {WheelEvent} event
 * @param {HTMLElement} area
 * @param {Plot} plot
 */
function onWheel(event, area, plot) {
  if (event.ctrlKey || event.metaKey) scaleRange(plot, Math.exp(event.deltaY * WHEEL), plot.shareAt(event.clientX));
  else if (event.shiftKey) pan(plot, (event.deltaX || event.deltaY) / area.clientWidth);
  else return;
  event.preventDefault();
}

/**
 * @param {Plot} plot
 * @param {number} share of the range
 */
function pan(plot, share) {
  const { min, max } = plot.range;
  const wanted = (max - min) * share;
  const by = Math.max(-min, Math.min(wanted, Math.max(0, plot.content.end() - max)));
  plot.zoomTo({ min: min + by, max: max + by });
}

/**
 * @param {KeyboardEvent} event
 * @param {Plot} plot
 */
function onKey(event, plot) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const far = event.shiftKey ? 25 : 1;
  /** @type {Record<string, () => void>} */
  const actions = {
    ArrowLeft: () => plot.step(-far),
    ArrowRight: () => plot.step(far),
    Home: () => plot.step(-Infinity),
    End: () => plot.step(Infinity),
    "+": () => scaleRange(plot, KEY_ZOOM),
    "=": () => scaleRange(plot, KEY_ZOOM),
    "-": () => scaleRange(plot, 1 / KEY_ZOOM),
    0: () => plot.zoomTo(null),
    Escape: () => plot.cursor.moveTo(null),
  };
  if (!Object.hasOwn(actions, event.key)) return;
  event.preventDefault();
  event.stopPropagation(); // the page's own shortcuts are not meant here
  actions[event.key]();
}

/**
 * A press asks for its moment, dragging a mouse or pen selects what to zoom to. One finger looks along or scrolls the
 * page up and down (`touch-action: pan-y`), two zoom and move along.
 *
 * @param {HTMLElement} area
 * @param {Plot} plot
 * @param {AbortSignal} signal
 */
function bindPointer(area, plot, signal) {
  /** @type {Map<number, number>} x by finger */
  const fingers = new Map();
  /** @type {{id: number, x: number, still: boolean} | null} */
  let press = null;
  const drags = (/** @type {PointerEvent} */ { pointerType }) => pointerType !== "touch";
  const endPress = () => {
    press = null;
    plot.select(null);
  };

  area.addEventListener(
    "pointerdown",
    (event) => {
      const { pointerId: id, clientX: x, button } = event;
      if (button !== 0) return;
      fingers.set(id, x);
      if (fingers.size > 1) return endPress();
      press = { id, x, still: true };
      if (drags(event)) area.setPointerCapture(id); // to be dragged beyond the edge
      else plot.cursor.moveTo(plot.pointAt(x));
    },
    { signal },
  );
  area.addEventListener(
    "pointermove",
    (event) => {
      const { pointerId: id, clientX: x } = event;
      const before = fingers.size === 2 && fingers.has(id) ? spread(fingers) : null;
      if (fingers.has(id)) fingers.set(id, x);
      if (before) {
        const now = spread(fingers);
        scaleRange(plot, before.apart / now.apart, plot.shareAt(before.middle));
        pan(plot, plot.shareAt(before.middle) - plot.shareAt(now.middle));
        return;
      }
      plot.cursor.moveTo(plot.pointAt(x));
      if (press?.id !== id) return;
      if (Math.abs(x - press.x) > (drags(event) ? STILL.mouse : STILL.touch)) press.still = false;
      if (drags(event) && !press.still) plot.select({ left: Math.min(x, press.x), right: Math.max(x, press.x) });
    },
    { signal },
  );
  area.addEventListener(
    "pointerup",
    (event) => {
      fingers.delete(event.pointerId);
      const ended = press?.id === event.pointerId ? press : null;
      if (!ended) return;
      endPress();
      if (ended.still) askAt(plot, ended.x);
      else if (drags(event)) zoomBetween(plot, ended.x, event.clientX);
    },
    { signal },
  );
  area.addEventListener("pointercancel", ({ pointerId }) => (fingers.delete(pointerId), endPress()), { signal });
  area.addEventListener(
    "pointerleave",
    ({ pointerId }) => {
      fingers.delete(pointerId);
      if (!press) plot.cursor.moveTo(null);
    },
    { signal },
  );
}

/** @param {Map<number, number>} fingers */
function spread(fingers) {
  const [a, b] = fingers.values();
  return { apart: Math.max(20, Math.abs(a - b)), middle: (a + b) / 2 };
}

/**
 * @param {Plot} plot
 * @param {number} clientX
 */
function askAt(plot, clientX) {
  const x = plot.pointAt(clientX);
  if (x !== null) plot.ask(x);
}

/**
 * @param {Plot} plot
 * @param {number} from
 * @param {number} to
 */
function zoomBetween(plot, from, to) {
  const { min, max } = plot.range;
  const [first, last] = [plot.shareAt(from), plot.shareAt(to)].sort((a, b) => a - b);
  plot.zoomTo({ min: min + (max - min) * first, max: min + (max - min) * last });
}
