// A plot as a picture to take along: title, legend, axes, on white paper whatever the page's theme.

import { levelSeries } from "./content.js";
import { inksOn } from "./inks.js";
import { layOut } from "./layout.js";
import { FONT_SIZE, paint, strokeLine } from "./paint.js";

/** @typedef {import("./plot.js").Plot} Plot */

const MARGIN = 24;
const TITLE = 22;
const LEGEND_ROW = 20;
const KEY = 22; // pixels of a legend's line sample
const SHARPNESS = 2; // pixels of the picture for one of CSS

/**
 * What the plot shows now, its zoom and scale included, cursor and moment left out.
 *
 * @param {Plot} plot
 * @param {{width?: number, height?: number, title?: string}} [options] in CSS pixels, of which the picture has twice as many
 * @returns {Promise<Blob>} of type image/png
 */
export function toPng(plot, { width = 960, height = 540, title = plot.content.title } = {}) {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: width * SHARPNESS, height: height * SHARPNESS });
  const ctx = canvas.getContext("2d");
  if (!ctx) return Promise.reject(new Error("this browser gives no canvas to draw on"));
  const inks = inksOn(document, "paper");
  const font = getComputedStyle(document.body).fontFamily;
  ctx.scale(SHARPNESS, SHARPNESS);
  ctx.fillStyle = "#fff";
  ctx.fillRect(0, 0, width, height);
  const note = plot.content.scale().note;
  ctx.fillStyle = inks("--ink");
  ctx.font = `600 ${TITLE}px ${font}`;
  ctx.fillText(note ? `${title} (${note})` : title, MARGIN, MARGIN + TITLE * 0.8, width - 2 * MARGIN);
  ctx.font = `13px ${font}`;
  const top = paintLegend(ctx, plot, inks, { top: MARGIN + TITLE + 18, right: width - MARGIN }) + 14;
  const room = { width: width - 2 * MARGIN, height: height - top - MARGIN - 14 };
  const { range, content, cursor } = plot;
  const points = plot.curves.map((curve) => curve.points(range, room.width * SHARPNESS));
  ctx.font = `${FONT_SIZE}px ${font}`;
  const measure = (/** @type {string} */ label) => ctx.measureText(label).width;
  const layout = layOut(content, points, { ...room, range, zoomed: cursor.zoom !== null, measure });
  ctx.textAlign = "right";
  ctx.fillStyle = inks("--ink-soft");
  ctx.fillText(content.x.label, width - MARGIN - 10, height - MARGIN + 4);
  ctx.translate(MARGIN, top);
  paint(ctx, layout, content, points, { inks: (token) => (token === "--paper" ? "#fff" : inks(token)), font });
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("this browser made no picture of the chart"))), "image/png");
  });
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Plot} plot
 * @param {import("./inks.js").Inks} inks
 * @param {{top: number, right: number}} room
 * @returns {number} its lower end
 */
function paintLegend(ctx, { content: { series, level } }, inks, { top, right }) {
  let [x, y] = [MARGIN, top];
  for (const each of [...series, ...(level ? [levelSeries(level.label)] : [])]) {
    const width = KEY + 7 + ctx.measureText(each.label).width;
    if (x > MARGIN && x + width > right) [x, y] = [MARGIN, y + LEGEND_ROW];
    strokeLine(ctx, [x, y - 4, x + KEY, y - 4], inks(each.ink), each.width, each.dash);
    if (each.dots) {
      ctx.beginPath();
      ctx.fillStyle = inks(each.ink);
      ctx.arc(x + KEY / 2, y - 4, 3, 0, 2 * Math.PI);
      ctx.fill();
    }
    ctx.fillStyle = inks("--ink");
    ctx.fillText(each.label, x + KEY + 7, y);
    x += width + 22;
  }
  return y;
}
