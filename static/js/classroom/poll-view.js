// How a class's predictions are distributed: bars for options, a histogram for numbers, and the reader's own among them.

import { element } from "../shell/element.js";
import { count } from "../shell/format.js";
import { Graph, node } from "../lessons/graph.js";
import { FORMATS } from "../lessons/prediction.js";

/** @typedef {NonNullable<import("../wire.js").ClassState["poll"]>} Poll */
/** @typedef {Poll[number]} Distribution */
/** @typedef {{show: (distribution: Distribution, mine: string | null) => void}} View */

export class PollView {
  #root;
  #signal;
  /** @type {Map<string, View>} by question */
  #views = new Map();
  #shown = new AbortController();

  /**
   * @param {HTMLElement} root is filled
   * @param {{signal: AbortSignal}} options
   */
  constructor(root, { signal }) {
    this.#root = root;
    this.#signal = signal;
  }

  /**
   * @param {Poll} poll
   * @param {Record<string, string> | null} [mine] the reader's own answers
   */
  show(poll, mine = null) {
    const names = poll.map(({ question }) => `${question.name} ${question.label}`);
    if (names.join("\n") !== [...this.#views.keys()].join("\n")) this.#build(poll, names);
    poll.forEach((each, i) => this.#views.get(names[i])?.show(each, mine?.[each.question.name] ?? null));
  }

  /** @param {Poll} poll @param {string[]} names */
  #build(poll, names) {
    this.#shown.abort();
    this.#shown = new AbortController();
    const signal = AbortSignal.any([this.#signal, this.#shown.signal]);
    this.#views.clear();
    const figures = poll.map(({ question }, i) => {
      const body = element("div", question.kind === "number" ? "graph-box graph-low" : "poll-options");
      const figure = element("figure", "poll", element("figcaption", "", question.label), body);
      this.#views.set(names[i], question.kind === "number" ? histogram(body, question, { signal }) : options(body));
      return figure;
    });
    this.#root.replaceChildren(...figures);
  }
}

/**
 * @param {HTMLElement} root
 * @param {import("../wire.js").NumberAsked} question
 * @param {{signal: AbortSignal}} options
 * @returns {View}
 */
function histogram(root, { label, format }, { signal }) {
  const written = FORMATS[format] ?? FORMATS.plain;
  const graph = new Graph(root, { label: `Predictions: ${label}`, x: { min: 0, max: 1, label: "" }, y: { min: 0, max: 1, label: "" } }, { signal });
  return {
    show({ bars }, mine) {
      const all = bars.map(({ start, end, count: y }) => ({ from: Number(start), to: Number(end), y }));
      const top = Math.max(1, ...all.map(({ y }) => y));
      graph.setAxes({
        x: { min: all[0].from, max: all[all.length - 1].to, label, format: written },
        y: { min: 0, max: top * 1.25, label: "Predictions", ticks: ticks(top), format: count },
      });
      const own = mine === null ? NaN : Number(mine);
      graph.show([
        { kind: "bars", bars: all, ink: "soft" },
        ...(Number.isFinite(own) ? [/** @type {const} */ ({ kind: "flag", x: own, label: "yours", ink: "mine" })] : []),
      ]);
      graph.describe(inWords(all, written));
    },
  };
}

/** @param {number} top */
function ticks(top) {
  const every = [1, 2, 5, 10, 20, 50, 100, 200].find((each) => top / each <= 4) ?? 500;
  return Array.from({ length: Math.floor(top / every) + 1 }, (_, i) => i * every);
}

/**
 * @param {{from: number, to: number, y: number}[]} bars
 * @param {(value: number) => string} written
 */
export function inWords(bars, written) {
  const all = bars.reduce((sum, { y }) => sum + y, 0);
  if (!all) return "None yet.";
  const most = bars.reduce((one, other) => (other.y > one.y ? other : one));
  return `${count(all)} predictions; most, ${count(most.y)}, from ${written(most.from)} to ${written(most.to)}.`;
}

/** A typed answer as the server keeps it, which takes [14, 28], 14,28 and (14, 28) for the same. @param {string} typed */
export function asKept(typed) {
  return typed.trim().replace(/\s+/g, " ").replace(/\s*,\s*/g, ", ").replace(/^[[\]() ,]+|[[\]() ,]+$/g, "");
}

/** @param {HTMLElement} root @returns {View} */
function options(root) {
  return {
    show({ question, bars }, given) {
      const mine = given !== null && question.kind === "typed" ? asKept(given) : given;
      const all = bars.reduce((sum, { count: each }) => sum + each, 0);
      const rows = bars.map(({ label, value, count: each }) => {
        const own = mine !== null && value === mine;
        const bar = node("svg", { viewBox: "0 0 100 1", preserveAspectRatio: "none", "aria-hidden": "true", class: "poll-bar" },
          node("rect", { x: 0, y: 0, width: all ? (100 * each) / all : 0, height: 1, class: own ? "graph-bar graph-mine" : "graph-bar graph-soft" }));
        const name = element("span", "poll-label", label);
        if (own) name.append(element("b", "mine", "yours"));
        return element("li", "poll-option", name, element("span", "poll-count", count(each)), bar);
      });
      root.replaceChildren(element("ul", "", ...rows));
    },
  };
}
