// The runs that are compared, a row each: its key, what of its recipe the others have otherwise, and how well it reads at
// the moment that is shown. The table is the charts' legend.

import { FIELDS, valueWords } from "../forms/field-words.js";
import { element } from "../shell/element.js";
import { count, duration, isolated, loss, percent, plain } from "../shell/format.js";
import { root as base } from "../shell/root.js";
import { comparePath } from "../run/compare-address.js";
import { ACTIVE } from "../run/listed-run.js";
import { differingFields, said } from "./compared-runs.js";

/** @typedef {import("./compared-runs.js").Compared} Compared */
/** @typedef {import("../forms/field-words.js").Field} Field */
/** @typedef {import("../wire.js").Recipe} Recipe */

const SVG = "http://www.w3.org/2000/svg";

/** Of a run at the moment that is shown. */
const NOW = /** @type {const} */ (["Accuracy", "Loss", "Step"]);
/** Of the whole run. */
const WHOLE = /** @type {const} */ (["Best accuracy", "State", "Trained for"]);

/**
 * @param {HTMLTableElement} table is filled
 * @param {{runs: readonly Compared[], recipes: readonly Recipe[], painter: import("../shell/painter.js").Painter,
 *   connected: () => boolean, onShown: () => void}} context `recipes`: of the runs, in their order; `onShown`: a person
 *   has had a run's curves drawn, or not
 * @param {{signal: AbortSignal}} life
 * @returns {() => void} says that something about them may have changed
 */
export function mountComparedTable(table, { runs, recipes, painter, connected, onShown }, { signal }) {
  const fields = differingFields(recipes);
  const numeric = new Set(fields.filter((field) => recipes.every((recipe) => typeof (said(recipe, field) ?? 0) === "number")));
  const head = element("tr", "",
    columnHead("Run"),
    ...NOW.map((label) => columnHead(label, true)),
    ...fields.map((field) => columnHead(FIELDS[field].label, numeric.has(field))),
    ...WHOLE.map((label) => columnHead(label, label !== "State")),
    ...(runs.length > 1 ? [element("td", "no-print")] : []));
  const rows = runs.map((each, i) => new Row(each, recipes[i], { fields, numeric, others: runs.filter((other) => other !== each), onShown, signal }));
  table.replaceChildren(element("thead", "", head), element("tbody", "", ...rows.map(({ root }) => root)));
  const paint = painter.add(() => {
    if (signal.aborted) return;
    const best = { accuracy: highest(runs.map(({ run }) => run.accuracy)), best: highest(runs.map(({ run }) => run.log.best ?? NaN)) };
    for (const row of rows) row.show(best, connected());
  });
  for (const { run } of runs) signal.addEventListener("abort", run.subscribe(({ type }) => type !== "Weights" && paint()));
  paint();
  return paint;
}

class Row {
  root;
  #compared;
  #name = element("bdi", "");
  #link = element("a", "compare-name", this.#name);
  #steered = element("span", "caption");
  /** @type {HTMLElement[]} */
  #figures;

  /**
   * @param {Compared} compared
   * @param {Recipe} recipe
   * @param {{fields: readonly Field[], numeric: Set<Field>, others: Compared[], onShown: () => void, signal: AbortSignal}} context
   */
  constructor(compared, recipe, { fields, numeric, others, onShown, signal }) {
    this.#compared = compared;
    const { letter, run } = compared;
    const draw = element("input", "");
    Object.assign(draw, { type: "checkbox", checked: compared.shown });
    draw.setAttribute("aria-label", `Draw ${letter}`);
    draw.addEventListener("change", () => {
      compared.shown = draw.checked;
      onShown();
    }, { signal });
    this.#link.href = `${base}/runs/${encodeURIComponent(run.run)}`;
    const label = element("label", "compare-key", draw, key(compared), element("b", "", letter));
    const first = element("th", "", element("div", "compare-run", label, this.#link, this.#steered));
    first.scope = "row";
    this.#figures = [...NOW, ...WHOLE].map((label) => element("td", label === "State" ? "compare-state" : "numeric"));
    const chosen = fields.map((field) => element("td", numeric.has(field) ? "numeric" : "", inWords(field, said(recipe, field))));
    this.root = element("tr", "", first, ...this.#figures.slice(0, NOW.length), ...chosen, ...this.#figures.slice(NOW.length));
    if (others.length) {
      const remove = element("a", "button quiet small", "×");
      remove.href = comparePath(others.map((other) => other.run.run));
      remove.setAttribute("aria-label", `Compare without ${letter}`);
      remove.title = `Compare without ${letter}`;
      this.root.append(element("td", "no-print", remove));
    }
  }

  /**
   * @param {{accuracy: number, best: number}} best of all that are compared
   * @param {boolean} connected
   */
  show(best, connected) {
    const { run, feed } = this.#compared;
    const { log } = run;
    set(this.#name, isolated(run.name));
    this.#link.title = run.name;
    const changed = log.rateChanges.filter(({ step }) => step <= run.step).at(-1);
    set(this.#steered, changed ? `rate set to ${plain(changed.value)}` : "");
    const [accuracy, lost, step, bestAccuracy, state, took] = this.#figures;
    const stale = ACTIVE.has(run.state) && !connected ? "last known: " : "";
    const ended = log.diverged ? "overflowed" : run.state;
    set(state, feed.complete || feed.damage ? stale + ended : `${feed.share}\u00a0% of its log is here`);
    set(step, run.started ? count(run.step) : "–");
    set(accuracy, percent(run.accuracy));
    set(lost, loss(run.live ? (log.summary?.valid_loss ?? log.epochs.valid_loss.at(-1)) : run.epochValue("valid_loss")));
    set(bestAccuracy, percent(log.best));
    set(took, run.started ? duration(log.metrics.milliseconds.at(-1) / 1000) : "–");
    mark(accuracy, run.accuracy === best.accuracy);
    mark(bestAccuracy, log.best === best.best);
  }
}

/** How its curves are drawn. @param {Compared} compared */
function key({ look }) {
  const svg = document.createElementNS(SVG, "svg");
  for (const [name, value] of Object.entries({ class: "chart-key", width: 26, height: 10, "aria-hidden": "true" })) svg.setAttribute(name, String(value));
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", "M0 5H26");
  line.setAttribute("stroke-width", "2.5");
  line.setAttribute("stroke-dasharray", look.dash.join(" "));
  line.style.stroke = `var(${look.ink})`;
  svg.append(line);
  return svg;
}

/** @param {Field} field @param {ReturnType<typeof said>} value */
function inWords(field, value) {
  return value === null ? "–" : valueWords(field, value);
}

/**
 * What the recipes do not agree in, as a sentence.
 *
 * @param {readonly Recipe[]} recipes
 */
export function differenceWords(recipes) {
  const labels = differingFields(recipes).map((field) => FIELDS[field].label.toLowerCase());
  if (!labels.length) return "Their recipes are the same.";
  const last = labels.at(-1);
  return `They differ in ${labels.length > 1 ? `${labels.slice(0, -1).join(", ")} and ${last}` : last}.`;
}

/** @param {number[]} values @returns {number} NaN where there are not two to choose from */
function highest(values) {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.length > 1 ? Math.max(...known) : NaN;
}

/** @param {string} words @param {boolean} [numeric] */
function columnHead(words, numeric = false) {
  const made = element("th", numeric ? "numeric" : "", words);
  made.scope = "col";
  return made;
}

/** @param {HTMLElement} cell @param {boolean} best of all, which is said too */
function mark(cell, best) {
  cell.toggleAttribute("data-best", best);
  if (best) cell.append(element("span", "visually-hidden", " (the best)"));
}

/** @param {HTMLElement} cell @param {string} words */
function set(cell, words) {
  if (cell.textContent !== words) cell.textContent = words;
}
