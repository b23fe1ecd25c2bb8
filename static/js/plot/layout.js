// Where everything of a plot goes, in CSS pixels. Nothing here knows a canvas.

import { extent } from "./curve.js";
import { even, thinned } from "./ticks.js";

/** @typedef {import("./cursor.js").Range} Range */
/** @typedef {{at: number, label: string}} Tick `at`: pixels */
/**
 * @typedef {object} Layout
 * @property {number} width of all
 * @property {number} height of all
 * @property {{left: number, top: number, right: number, bottom: number}} box that the curves are in
 * @property {(x: number) => number} across
 * @property {(y: number) => number} down kept close to the box, whatever the value; NaN for NaN
 * @property {(pixels: number) => number} xAt the inverse of `across`
 * @property {Tick[]} xTicks `at`: the middle of the label, moved so that none is cut off
 * @property {Tick[]} yTicks
 * @property {number[]} xLines where the labels of `xTicks` belong
 */

const TOP = 7; // half a label
const RIGHT = 10;
const BOTTOM = 20; // the labels of the x axis
const GUTTER = 8; // between labels of the y axis and the box
const LEFT = 48; // at least, so that plots above each other begin at the same place, whatever their labels
const X_ROOM = 66; // from one label to the next
const Y_ROOM = 19;

/**
 * @param {import("./content.js").Content} content
 * @param {readonly import("./curve.js").Points[]} curves
 * @param {{width: number, height: number, range: Range, zoomed: boolean, measure: (label: string) => number}} room
 *   `measure`: how wide a label is
 * @returns {Layout}
 */
export function layOut(content, curves, { width, height, range, zoomed, measure }) {
  const scale = content.scale();
  const level = zoomed ? null : (content.level?.value() ?? null);
  const seen = extent(curves, range);
  const [min, max] = scale.range(Math.min(seen.lowest, level ?? Infinity), Math.max(seen.highest, level ?? -Infinity), zoomed);
  const [low, high] = [scale.height(min), scale.height(max)];
  const top = TOP;
  const bottom = Math.max(top + 1, height - BOTTOM);
  const down = (/** @type {number} */ value) => {
    if (Number.isNaN(value)) return NaN;
    const share = (scale.height(value) - low) / (high - low);
    return bottom - Math.min(2, Math.max(-1, Number.isNaN(share) ? -1 : share)) * (bottom - top);
  };
  const labelled = thinned(scale.ticks(min, max, Math.max(2, (bottom - top) / (Y_ROOM * 1.6))), down, Y_ROOM);
  const yTicks = labelled.map((value) => ({ at: down(value), label: content.tick(value) }));
  const widest = Math.max(0, ...yTicks.map(({ label }) => measure(label)));
  const left = Math.max(LEFT, Math.ceil((widest + GUTTER) / 8) * 8); // in eights, so that it does not tremble
  const right = Math.max(left + 1, width - RIGHT);
  const perX = (right - left) / (range.max - range.min);
  const across = (/** @type {number} */ x) => left + (x - range.min) * perX;
  const whole = content.x.whole ? 1 : 0;
  const places = even(range.min, range.max, (right - left) / X_ROOM, whole);
  const xTicks = places.map((x) => {
    const label = content.x.tick(x);
    const half = measure(label) / 2;
    return { at: Math.min(width - half - 1, Math.max(half + 1, across(x))), label };
  });
  return {
    width, height, box: { left, top, right, bottom }, across, down, yTicks, xTicks,
    xAt: (pixels) => range.min + (pixels - left) / perX,
    xLines: places.map(across),
  };
}
