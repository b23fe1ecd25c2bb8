// A small drawing beside each field of a recipe, made of what the field's value does. Neutral ink; screen readers pass it by.

import { ACTIVATIONS, CURVATURE, descent, LOSSES, sampled, valleyHeight, valleyPath } from "./field-curves.js";

/** @typedef {import("./field-words.js").Field} Field */
/** @typedef {import("./field-words.js").WholeRecipe} WholeRecipe */
/** @typedef {import("./field-curves.js").Point} Point */

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 96;
const HEIGHT = 64;
const EDGE = 5;
const MOST_MARKS = 64; // beyond, neither steps nor epochs can be told apart in a picture this small

/** A 3, in the unit square, with y down. */
const THREE = "M0.3 0.22C0.42 0.12 0.7 0.14 0.68 0.32C0.67 0.44 0.55 0.48 0.46 0.48C0.58 0.48 0.74 0.54 0.72 0.7C0.69 0.88 0.4 0.9 0.27 0.76";

/** @type {Record<Field, (recipe: WholeRecipe, images: number) => SVGElement[]>} */
const DRAWN = {
  model: ({ model }) => layers(model),
  hidden: ({ hidden }) => dots(hidden),
  activation: ({ activation }) => curve(ACTIVATIONS[activation], [-4, 4], [-1.3, 2.2]),
  loss: ({ loss }) => curve(LOSSES[loss], [-5, 5], [-0.25, 2.6]),
  optimizer: ({ optimizer }) => valley(optimizer),
  learning_rate: ({ learning_rate: rate }) => slope(rate),
  batch_size: ({ batch_size: batch }, images) => cuts(Math.ceil(images / batch), HEIGHT / 2),
  epochs: ({ epochs }) => cuts(epochs, HEIGHT - 4 * EDGE),
  seed: ({ seed }) => noise(seed),
  augment: ({ augment }) => copies(augment),
  invert: ({ invert }) => inverted(invert),
  freeze: ({ freeze }) => frozen(freeze),
  hold_out: ({ hold_out }) => heldOut(hold_out),
  device: () => chip(),
};

/**
 * @param {Field} field
 * @param {WholeRecipe} recipe
 * @param {number} images in an epoch
 * @returns {SVGSVGElement}
 */
export function fieldPicture(field, recipe, images) {
  const svg = shape("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "field-picture", "aria-hidden": "true", focusable: "false" });
  svg.append(...DRAWN[field](recipe, images));
  return /** @type {SVGSVGElement} */ (svg);
}

/**
 * @param {string} name
 * @param {Record<string, string | number>} attributes
 * @param {...SVGElement} children
 * @returns {SVGElement}
 */
function shape(name, attributes, ...children) {
  const made = /** @type {SVGElement} */ (document.createElementNS(SVG, name));
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  made.append(...children);
  return made;
}

/** @param {readonly Point[]} points @param {string} kind */
function line(points, kind) {
  const path = points.map(([x, y], at) => `${at ? "L" : "M"}${x.toFixed(2)} ${y.toFixed(2)}`).join("");
  return shape("path", { d: path, class: kind });
}

/** @param {Point} centre @param {number} radius @param {string} kind */
function dot([x, y], radius, kind) {
  return shape("circle", { cx: x.toFixed(2), cy: y.toFixed(2), r: radius, class: kind });
}

/**
 * Places from a plot's own numbers to the picture's.
 *
 * @param {Point} across
 * @param {Point} up
 * @returns {(point: Point) => Point}
 */
function scale([left, right], [low, high]) {
  return ([x, y]) => [EDGE + ((x - left) / (right - left)) * (WIDTH - 2 * EDGE), HEIGHT - EDGE - ((y - low) / (high - low)) * (HEIGHT - 2 * EDGE)];
}

/**
 * @param {(x: number) => number} drawn
 * @param {Point} across
 * @param {Point} up
 */
function curve(drawn, across, up) {
  const place = scale(across, up);
  const axes = [line([place([across[0], 0]), place([across[1], 0])], "faint"), line([place([0, up[0]]), place([0, up[1]])], "faint")];
  const seen = sampled(drawn, across[0], across[1], 241).filter(([, y]) => y >= up[0] && y <= up[1]);
  return [...axes, line(seen.map(place), "ink")];
}

/** @param {number} rate */
function slope(rate) {
  const reach = 4;
  const valleyAt = (/** @type {number} */ x) => (CURVATURE * x * x) / 2;
  const place = scale([-reach, reach], [-0.15, valleyAt(reach)]);
  const path = descent(rate);
  const out = path.findIndex((x) => Math.abs(x) > reach);
  const seen = (out < 0 ? path : path.slice(0, out)).map((x) => place([x, valleyAt(x)]));
  const leaves = out < 0 ? [] : [place([Math.sign(path[out]) * reach, valleyAt(reach)])];
  return [
    line(sampled(valleyAt, -reach, reach).map(place), "faint"),
    line([...seen, ...leaves], "thin"),
    ...seen.map((point) => dot(point, 2, "dot")),
  ];
}

/** @param {string} optimizer */
function valley(optimizer) {
  const place = scale([-4.6, 1.4], [-1.2, 1.2]);
  const rings = [0.4, 2, 5, 9].map((height) => {
    const [x, y] = place([0, 0]);
    const [right] = place([Math.sqrt(2 * height), 0]);
    const across = Math.sqrt(height / valleyHeight([0, 1]));
    return shape("ellipse", { cx: x, cy: y, rx: right - x, ry: y - place([0, across])[1], class: "faint" });
  });
  const path = valleyPath(optimizer).map(place);
  return [...rings, line(path, "ink"), dot(path[0], 2.5, "dot")];
}

/** @param {string} model */
function layers(model) {
  const left = column(14, 6);
  const middle = model === "linear" ? [] : column(48, 4);
  /** @type {Point} */
  const right = [82, HEIGHT / 2];
  const links = middle.length
    ? [...left.flatMap((from) => middle.map((to) => line([from, to], "faint"))), ...middle.map((from) => line([from, right], "faint"))]
    : left.map((from) => line([from, right], "faint"));
  const bends = model === "simple_net" ? middle.map(([x, y]) => line([[x - 4, y + 2], [x, y + 2], [x + 4, y - 3]], "ink")) : [];
  const units = middle.map((at) => dot(at, 6, "paper"));
  return [...links, ...left.map((at) => dot(at, 2, "dot")), ...units, ...bends, dot(right, 4, "dot")];
}

/** @param {number} x @param {number} count @returns {Point[]} */
function column(x, count) {
  return Array.from({ length: count }, (_, at) => [x, ((at + 0.5) * HEIGHT) / count]);
}

/** Links that are learned in ink, those that are not faint. @param {boolean} first */
function frozen(first) {
  const middle = column(48, 4);
  /** @type {Point} */
  const right = [82, HEIGHT / 2];
  return [
    ...column(14, 6).flatMap((from) => middle.map((to) => line([from, to], first ? "faint" : "thin"))),
    ...middle.map((from) => line([from, right], "ink")),
    ...middle.map((at) => dot(at, 6, "paper")),
    dot(right, 4, "dot"),
  ];
}

/** @param {number} count */
function dots(count) {
  const columns = Math.max(1, Math.ceil(Math.sqrt((count * WIDTH) / HEIGHT)));
  const pitch = Math.min((WIDTH - 2 * EDGE) / columns, (HEIGHT - 2 * EDGE) / Math.ceil(count / columns), 20);
  const rows = Math.ceil(count / columns);
  const left = (WIDTH - pitch * Math.min(columns, count)) / 2;
  const top = (HEIGHT - pitch * rows) / 2;
  return Array.from({ length: count }, (_, at) =>
    dot([left + pitch * ((at % columns) + 0.5), top + pitch * (Math.floor(at / columns) + 0.5)], pitch * 0.34, "dot"),
  );
}

/**
 * A bar in so many equal pieces.
 *
 * @param {number} pieces
 * @param {number} height
 */
function cuts(pieces, height) {
  const wide = WIDTH - 2 * EDGE;
  const top = (HEIGHT - height) / 2;
  const bar = shape("rect", { x: EDGE, y: top, width: wide, height, class: pieces > MOST_MARKS ? "filled" : "outline" });
  if (pieces > MOST_MARKS) return [bar];
  const marks = Array.from({ length: pieces - 1 }, (_, at) => {
    const x = EDGE + ((at + 1) * wide) / pieces;
    return line([[x, top], [x, top + height]], "thin");
  });
  return [bar, ...marks];
}

/** @param {number} seed */
function noise(seed) {
  const side = 7;
  const pitch = (HEIGHT - 2 * EDGE) / side;
  let state = seed >>> 0;
  return Array.from({ length: side * side }, (_, at) => {
    state = (Math.imul(state ^ (at + 1), 0x9e3779b1) ^ (state >>> 15)) >>> 0;
    const x = (WIDTH - side * pitch) / 2 + (at % side) * pitch;
    return shape("rect", { x, y: EDGE + Math.floor(at / side) * pitch, width: pitch, height: pitch, class: "filled", opacity: ((state >>> 8) % 256) / 255 });
  });
}

/** The limits of app/learning/augment.py, to the edge: 12 degrees, 12 % larger or smaller, a fifth of slant, two pixels. */
const WARPS = ["", "translate(0.07 -0.07) rotate(12 0.5 0.5)", "translate(-0.06 0.06) scale(1.12 0.88)", "skewX(-11.3) translate(0.1 0)"];

/** @param {boolean} varied */
function copies(varied) {
  const side = HEIGHT / 2;
  return WARPS.map((warp, at) => {
    const glyph = shape("path", { d: THREE, class: "stroke", transform: varied ? warp : "" });
    const [x, y] = [WIDTH / 2 + ((at % 2) - 1) * side, Math.floor(at / 2) * side];
    return shape("g", { transform: `translate(${x} ${y}) scale(${side})` }, glyph);
  });
}

/** @param {number} share */
function inverted(share) {
  const side = (HEIGHT - 2 * EDGE) / 2;
  const many = 6;
  return Array.from({ length: many }, (_, at) => {
    const turned = at < Math.round(share * many);
    const [x, y] = [(WIDTH - 3 * side) / 2 + (at % 3) * side, EDGE + Math.floor(at / 3) * side];
    const ground = shape("rect", { x: 0.04, y: 0.04, width: 0.92, height: 0.92, class: turned ? "day" : "night" });
    const glyph = shape("path", { d: THREE, class: turned ? "stroke on-day" : "stroke on-night" });
    return shape("g", { transform: `translate(${x} ${y}) scale(${side})` }, ground, glyph);
  });
}

/** A bar of all training images, the last sixth of it cut off. @param {boolean} apart */
function heldOut(apart) {
  const [wide, high] = [WIDTH - 2 * EDGE, HEIGHT / 2];
  const last = apart ? wide / 6 : 0;
  const bar = (/** @type {number} */ x, /** @type {number} */ width, /** @type {string} */ look) =>
    shape("rect", { x, y: (HEIGHT - high) / 2, width, height: high, class: look });
  return apart ? [bar(EDGE, wide - last - 3, "filled"), bar(EDGE + wide - last, last, "outline")] : [bar(EDGE, wide, "filled")];
}

function chip() {
  const [x, y] = [WIDTH / 2, HEIGHT / 2];
  const pins = [-12, -4, 4, 12].flatMap((at) => [
    line([[x + at, y - 25], [x + at, y - 17]], "thin"),
    line([[x + at, y + 17], [x + at, y + 25]], "thin"),
    line([[x - 25, y + at], [x - 17, y + at]], "thin"),
    line([[x + 17, y + at], [x + 25, y + at]], "thin"),
  ]);
  return [...pins, shape("rect", { x: x - 17, y: y - 17, width: 34, height: 34, rx: 3, class: "outline" })];
}
