// Zooming and moving along a chart with wheel, fingers and keys. Dragging with the mouse is uPlot's own.

/** @typedef {import("./chart.js").Chart} Chart */

const WHEEL = 0.0022; // how much of the range one pixel of wheel takes, as an exponent
const KEY_ZOOM = 0.6;

/**
 * @param {HTMLElement} area
 * @param {Chart} chart
 */
export function bindGestures(area, chart) {
  area.addEventListener("wheel", (event) => onWheel(event, area, chart), { passive: false });
  area.addEventListener("keydown", (event) => onKey(event, chart));
  area.addEventListener("blur", () => chart.hideCursor());
  bindPinch(area, chart);
}

/**
 * Makes the range `factor` times as wide around the step under `x`.
 *
 * @param {Chart} chart
 * @param {number} factor
 * @param {number} [clientX] the middle where it is missing
 */
function scaleRange(chart, factor, clientX) {
  const { min, max } = chart.range;
  const box = chart.plot?.over.getBoundingClientRect();
  const share = clientX === undefined || !box ? 0.5 : Math.min(1, Math.max(0, (clientX - box.left) / box.width));
  const centre = min + (max - min) * share;
  chart.zoom({ min: centre - (centre - min) * factor, max: centre + (max - centre) * factor });
}

/**
 * A bare wheel scrolls the page, as everywhere; with Ctrl or ⌘ (and by pinching a touchpad, which browsers report as
 * Ctrl and wheel) it zooms, with Shift it moves along.
 *
 * @param {WheelEvent} event
 * @param {HTMLElement} area
 * @param {Chart} chart
 */
function onWheel(event, area, chart) {
  if (event.ctrlKey || event.metaKey) scaleRange(chart, Math.exp(event.deltaY * WHEEL), event.clientX);
  else if (event.shiftKey) pan(chart, (event.deltaX || event.deltaY) / area.clientWidth);
  else return;
  event.preventDefault();
}

/**
 * @param {Chart} chart
 * @param {number} share of the range
 */
function pan(chart, share) {
  const { min, max } = chart.range;
  const by = Math.max((max - min) * share, -min);
  chart.zoom({ min: min + by, max: max + by });
}

/**
 * @param {KeyboardEvent} event
 * @param {Chart} chart
 */
function onKey(event, chart) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const far = event.shiftKey ? 25 : 1;
  /** @type {Record<string, () => void>} */
  const actions = {
    ArrowLeft: () => chart.moveCursor(-far),
    ArrowRight: () => chart.moveCursor(far),
    Home: () => chart.moveCursor(-Infinity),
    End: () => chart.moveCursor(Infinity),
    "+": () => scaleRange(chart, KEY_ZOOM),
    "=": () => scaleRange(chart, KEY_ZOOM),
    "-": () => scaleRange(chart, 1 / KEY_ZOOM),
    0: () => chart.zoom(null),
    Escape: () => chart.hideCursor(),
  };
  if (!Object.hasOwn(actions, event.key)) return;
  event.preventDefault();
  actions[event.key]();
}

/**
 * Two fingers zoom; one finger moves the cursor or scrolls the page up and down (`touch-action: pan-y`).
 *
 * @param {HTMLElement} area
 * @param {Chart} chart
 */
function bindPinch(area, chart) {
  /** @type {Map<number, number>} x by finger */
  const fingers = new Map();
  const spread = () => {
    const [a, b] = fingers.values();
    return { apart: Math.max(20, Math.abs(a - b)), middle: (a + b) / 2 };
  };
  area.addEventListener("pointerdown", ({ pointerType, pointerId, clientX }) => {
    if (pointerType === "touch") fingers.set(pointerId, clientX);
  });
  area.addEventListener("pointermove", ({ pointerId, clientX }) => {
    if (!fingers.has(pointerId)) return;
    const before = fingers.size === 2 ? spread() : null;
    fingers.set(pointerId, clientX);
    if (before) scaleRange(chart, before.apart / spread().apart, before.middle);
  });
  for (const type of /** @type {const} */ (["pointerup", "pointercancel", "pointerleave"])) {
    area.addEventListener(type, ({ pointerId }) => fingers.delete(pointerId));
  }
}
