// A laid-out plot on a canvas.

import { Trace } from "./trace.js";

/** @typedef {import("./layout.js").Layout} Layout */
/** @typedef {import("./curve.js").Points} Points */
/** @typedef {import("./inks.js").Inks} Inks */
/** @typedef {CanvasRenderingContext2D} Context */

export const FONT_SIZE = 12;
const DOT = 2.75; // radius
const DOT_ROOM = 9; // pixels between two values, below which their dots would run together
const FAINT = 0.6; // alpha
const UNSEEN = 0.2; // pixels that a smooth curve may be away: each of its corners takes as long as ten of a thin line
const HALO = 0.9; // paper on either side of a smooth curve, which is drawn over a restless one

/**
 * @param {Context} ctx in which one unit is one CSS pixel; what was there stays beneath
 * @param {Layout} layout
 * @param {import("./content.js").Content} content
 * @param {readonly Points[]} curves
 * @param {{inks: Inks, font: string}} look
 */
export function paint(ctx, layout, content, curves, { inks, font }) {
  const { left, top, right, bottom } = layout.box;
  ctx.save();
  ctx.font = `${FONT_SIZE}px ${font}`;
  ctx.lineJoin = "round";
  paintAxes(ctx, layout, inks);
  ctx.beginPath();
  ctx.rect(left - 3, top - 4, right - left + 6, bottom - top + 6); // half a line or dot beyond, no more
  ctx.clip();
  const level = content.level?.value() ?? null;
  if (level !== null) {
    const y = Math.round(layout.down(level)) + 0.5;
    strokeLine(ctx, [left, y, right, y], inks("--ink-soft"), 1.5, [6, 5]);
  }
  const faint = curves.filter(({ series }) => series.faint);
  for (const points of faint) paintCurve(ctx, layout, points, inks);
  for (const points of curves.toReversed()) if (!points.series.faint) paintCurve(ctx, layout, points, inks);
  paintMarks(ctx, layout, content.marks(), inks);
  ctx.restore();
}

/**
 * @param {Context} ctx
 * @param {Layout} layout
 * @param {Inks} inks
 */
function paintAxes(ctx, { box, xTicks, xLines, yTicks }, inks) {
  const { left, top, right, bottom } = box;
  ctx.textBaseline = "middle";
  ctx.textAlign = "right";
  ctx.fillStyle = inks("--ink-soft");
  for (const { at, label } of yTicks) {
    const y = Math.round(at) + 0.5;
    strokeLine(ctx, [left, y, right, y], inks("--line"), 1);
    ctx.fillText(label, left - 7, y);
  }
  ctx.textBaseline = "alphabetic";
  ctx.textAlign = "center";
  for (const at of xLines) strokeLine(ctx, [Math.round(at) + 0.5, top, Math.round(at) + 0.5, bottom], inks("--line"), 1);
  for (const { at, label } of xTicks) ctx.fillText(label, at, bottom + 15);
}

/**
 * @param {Context} ctx
 * @param {Layout} layout
 * @param {Points} points
 * @param {Inks} inks
 */
function paintCurve(ctx, layout, { series, picked, x, y }, inks) {
  const { across, down } = layout;
  ctx.beginPath();
  const trace = new Trace(ctx, series.smooth ? UNSEEN : 0);
  for (const index of picked) {
    const value = y[index];
    if (Number.isNaN(value)) trace.lift();
    else trace.to(across(x[index]), down(value));
  }
  trace.lift();
  if (series.smooth) stroke(ctx, inks("--paper"), series.width + HALO * 2, []);
  ctx.globalAlpha = series.faint ? FAINT : 1;
  stroke(ctx, inks(series.ink), series.width, series.dash ?? []);
  ctx.globalAlpha = 1;
  if (series.dots && roomy(layout, { picked, x })) paintDots(ctx, layout, { series, picked, x, y }, inks);
}

/**
 * @param {Layout} layout
 * @param {Pick<Points, "picked" | "x">} points
 */
function roomy({ across }, { picked, x }) {
  if (picked.length < 2) return true;
  const wide = across(x[picked[picked.length - 1]]) - across(x[picked[0]]);
  return wide / (picked.length - 1) >= DOT_ROOM;
}

/**
 * @param {Context} ctx
 * @param {Layout} layout
 * @param {Points} points
 * @param {Inks} inks
 */
function paintDots(ctx, { across, down }, { series, picked, x, y }, inks) {
  ctx.fillStyle = inks(series.ink);
  for (const index of picked) {
    if (Number.isNaN(y[index])) continue;
    ctx.beginPath();
    ctx.arc(across(x[index]), down(y[index]), DOT, 0, 2 * Math.PI);
    ctx.fill();
  }
}

/**
 * @param {Context} ctx
 * @param {Layout} layout
 * @param {{x: number, label: string}[]} marks
 * @param {Inks} inks
 */
function paintMarks(ctx, { box, across }, marks, inks) {
  const { left, top, right, bottom } = box;
  const seen = marks.map(({ x, label }) => ({ at: Math.round(across(x)) + 0.5, label })).filter(({ at }) => at >= left && at <= right);
  for (const { at } of seen) strokeLine(ctx, [at, top, at, bottom], inks("--ink-soft"), 1.5, [2, 3]);
  ctx.setLineDash([]);
  ctx.textAlign = "left";
  ctx.textBaseline = "alphabetic";
  ctx.lineWidth = 4;
  ctx.strokeStyle = inks("--paper"); // around the letters, which stand in the emptiest part of a run's charts
  ctx.fillStyle = inks("--ink-soft");
  let room = right + 3;
  for (const { at, label } of seen.reverse()) {
    if (at + 5 + ctx.measureText(label).width > room) continue; // of two that are close the newer is labelled
    room = at;
    ctx.strokeText(label, at + 5, top + (bottom - top) * 0.45);
    ctx.fillText(label, at + 5, top + (bottom - top) * 0.45);
  }
}

/**
 * @param {Context} ctx
 * @param {readonly [x0: number, y0: number, x1: number, y1: number]} ends
 * @param {string} ink
 * @param {number} width
 * @param {readonly number[]} [dash]
 */
export function strokeLine(ctx, [x0, y0, x1, y1], ink, width, dash = []) {
  ctx.beginPath();
  ctx.moveTo(x0, y0);
  ctx.lineTo(x1, y1);
  stroke(ctx, ink, width, dash);
}

/**
 * @param {Context} ctx
 * @param {string} ink
 * @param {number} width
 * @param {readonly number[]} dash
 */
function stroke(ctx, ink, width, dash) {
  ctx.setLineDash([...dash]);
  ctx.strokeStyle = ink;
  ctx.lineWidth = width;
  ctx.stroke();
}
