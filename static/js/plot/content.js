// What a plot shows. Everything that may change is a function: a plot asks for it whenever it paints.

import { Curve } from "./curve.js";

/**
 * @typedef {object} Content
 * @property {string} title
 * @property {string} about what it shows, in a few sentences
 * @property {{label: string, format: (x: number) => string, tick: (x: number) => string, whole: boolean,
 *   narrowest: number, points: () => Float64Array}} x
 *   `format`: in full, `tick`: at the axis, `whole`: only whole numbers are labelled, `narrowest`: what a zoom shows at
 *   least, `points`: ascending, where the cursor can stand
 * @property {import("./curve.js").Series[]} series the most important first: drawn over the others, named before them
 * @property {(value: number) => string} format a value in full
 * @property {(value: number) => string} tick a value at the axis
 * @property {() => import("./scales.js").Scale} scale
 * @property {() => number} end of the x axis while nothing is zoomed; it begins at 0
 * @property {{label: string, value: () => number | null}} [level] a dashed line all across
 * @property {() => {x: number, label: string}[]} marks lines from top to bottom, ascending
 * @property {() => number | null} moment the x of what the rest of the page shows; null: the newest
 */

/** @typedef {{label: string, value: string, series: import("./curve.js").Series | null}} Figure `series` null: of none */

/**
 * The figures at a place: x, each curve's newest value unless it is silent at or before it, the level.
 *
 * @param {Content} content
 * @param {readonly Curve[]} curves of its series
 * @param {number} x Infinity for the newest
 * @returns {Figure[]}
 */
export function figuresAt({ x: axis, format, level }, curves, x) {
  const shown = (/** @type {number | null} */ value) => (value === null || Number.isNaN(value) ? "–" : format(value));
  const place = x === Infinity ? (axis.points().at(-1) ?? NaN) : x;
  return [
    { label: axis.label, value: Number.isNaN(place) ? "–" : axis.format(place), series: null },
    ...curves.filter(({ series }) => !series.silent).map((curve) => ({ label: curve.series.label, value: shown(curve.at(x).y), series: curve.series })),
    ...(level ? [{ label: level.label, value: shown(level.value()), series: levelSeries(level.label) }] : []),
  ];
}

/**
 * How the level is drawn.
 *
 * @param {string} label
 * @returns {import("./curve.js").Series}
 */
export function levelSeries(label) {
  const none = () => new Float64Array();
  return { label, x: none, y: none, ink: "--ink-soft", width: 1.5, dash: [6, 5] };
}
