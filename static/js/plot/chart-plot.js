// A chart's content as uPlot wants it: series, axes, scales, and what is drawn beside the series.

import { count } from "../shell/format.js";
import { colour, css } from "../shell/palette.js";

/** @typedef {import("../../vendor/uPlot.esm.js")} Plot */
/** @typedef {import("./chart-content.js").Content} Content */
/** @typedef {Record<string, string>} Inks CSS colours by token, and "raw" */

export const HEIGHT = 260;
const LABEL_ROOM = 20; // pixels from one label of an axis to the next
const DOT_ROOM = 9; // pixels between epochs, below which their dots would run together

/** @returns {Inks} of the theme of the moment */
export function inks() {
  const tokens = ["--ink", "--ink-soft", "--line", "--three", "--seven", "--paper"];
  /** @type {[string, string][]} */
  const colours = tokens.map((token) => [token, css(colour(document, token))]);
  return Object.fromEntries([...colours, ["raw", css(colour(document, "--line-strong"), 0.6)]]);
}

/**
 * @param {Content} content
 * @param {{width: number, font: string, group: string, scale: "linear" | "log", inks: () => Inks,
 *   zoomed: () => boolean, onCursor: () => void, onSelect: (plot: Plot) => void, onReset: () => void}} chart
 * @returns {import("../../vendor/uPlot.esm.js").Options}
 */
export function plotOptions(content, { width, font, group, scale, inks, zoomed, onCursor, onSelect, onReset }) {
  const { distr, fwd, bwd, splits, range } = content.scales[scale];
  const ink = (/** @type {string} */ name) => () => inks()[name];
  const axis = {
    stroke: ink("--ink-soft"),
    font: `13px ${font}`,
    grid: { stroke: ink("--line"), width: 1 },
    ticks: { show: false },
  };
  return {
    width,
    height: HEIGHT,
    padding: [10, 14, 0, 0],
    legend: { show: false },
    cursor: {
      sync: { key: group, setSeries: false },
      drag: { x: true, y: false, setScale: false },
      points: { size: 9, width: 2 },
      bind: { dblclick: () => () => (onReset(), null) },
    },
    scales: {
      x: { time: false },
      y: {
        distr,
        ...(fwd && bwd ? { fwd, bwd } : {}),
        range: (_, lowest, highest) => {
          const known = [lowest ?? NaN, highest ?? NaN, zoomed() ? NaN : (content.baseline() ?? NaN)];
          const numbers = known.filter((value) => !Number.isNaN(value));
          return range(Math.min(...numbers), Math.max(...numbers), zoomed());
        },
      },
    },
    axes: [
      { ...axis, size: 32, space: 70, values: (_, at) => at.map((t) => (Number.isInteger(t) ? count(t) : "")) },
      {
        ...axis,
        size: 56,
        ...(splits ? { filter: (_, at) => at } : {}), // every one of them is meant to be labelled
        splits: splits && ((plot, _, min, max) => apart(plot, splits(min, max))),
        values: (_, at) => at.map((t) => (t === null ? "" : content.tick(t))),
      },
    ],
    series: [
      {},
      { stroke: ink("raw"), width: 1, points: { show: false } },
      { stroke: ink("--ink-soft"), width: 1.75, points: { show: false } },
      ...content.lines.map(({ token, width, marked = false }) => ({
        stroke: ink(token),
        width,
        spanGaps: true,
        points: { show: (/** @type {Plot} */ plot) => marked && roomy(plot, content), size: 6, fill: ink(token) },
      })),
    ],
    hooks: {
      setCursor: [onCursor],
      setSelect: [onSelect],
      draw: [(plot) => drawLines(plot, content, inks(), font)],
    },
  };
}

/**
 * @param {Plot} plot
 * @param {Content} content
 */
function roomy(plot, { epochSteps }) {
  const [first, second] = epochSteps().view;
  const { min = 0, max = 1 } = plot.scales.x;
  return second === undefined || ((plot.bbox.width / devicePixelRatio) * (second - first)) / (max - min) >= DOT_ROOM;
}

/**
 * Those values whose labels do not touch, the highest among them.
 *
 * @param {Plot} plot
 * @param {number[]} values ascending
 */
function apart(plot, values) {
  let last = -Infinity;
  return values
    .reverse()
    .filter((value) => {
      const top = plot.valToPos(value, "y");
      const kept = top - last >= LABEL_ROOM;
      if (kept) last = top;
      return kept;
    })
    .reverse();
}

/**
 * The dashed baseline and the marked moments.
 *
 * @param {Plot} plot
 * @param {Content} content
 * @param {Inks} inks
 * @param {string} font
 */
function drawLines({ ctx, bbox, valToPos }, content, inks, font) {
  const { left, top, width, height } = bbox;
  const pixel = devicePixelRatio;
  const baseline = content.baseline();
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, top, width, height);
  ctx.clip();
  ctx.fillStyle = ctx.strokeStyle = inks["--ink-soft"];
  ctx.lineWidth = 1.5 * pixel;
  ctx.font = `${13 * pixel}px ${font}`;
  ctx.textAlign = "left";
  if (baseline !== null) {
    const y = Math.round(valToPos(baseline, "y", true));
    ctx.setLineDash([6 * pixel, 5 * pixel]);
    stroke(ctx, left, y, left + width, y);
  }
  ctx.setLineDash([2 * pixel, 3 * pixel]);
  const marks = content.marks().map(({ step, label }) => ({ x: Math.round(valToPos(step, "x", true)), label }));
  for (const { x } of marks) stroke(ctx, x, top, x, top + height);
  ctx.setLineDash([]);
  ctx.lineWidth = 4 * pixel;
  ctx.strokeStyle = inks["--paper"]; // around the letters, which stand in the emptiest part of both charts
  let room = Infinity; // to the left of the label after it: the newest of those that are close has the say
  for (const { x, label } of marks.reverse()) {
    if (x + 6 * pixel + ctx.measureText(label).width > room) continue;
    room = x;
    const at = /** @type {const} */ ([label, x + 6 * pixel, top + height * 0.45]);
    ctx.strokeText(...at);
    ctx.fillText(...at);
  }
  ctx.restore();
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {number} x0
 * @param {number} y0
 * @param {number} x1
 * @param {number} y1
 */
function stroke(ctx, x0, y0, x1, y1) {
  ctx.beginPath();
  ctx.moveTo(x0, y0);
  ctx.lineTo(x1, y1);
  ctx.stroke();
}
