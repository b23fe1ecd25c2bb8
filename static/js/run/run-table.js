// The head of the list of runs: what each column is, and by which of them the rows are sorted.

import { element } from "../shell/element.js";
import { DOWN_FIRST } from "./run-query.js";

/** @typedef {import("./run-query.js").SortKey} SortKey */
/** @typedef {import("./run-view.js").RunView} RunView */

/** @type {[key: SortKey | "recipe" | "progress", words: string, numeric: boolean][]} */
const COLUMNS = [
  ["name", "Run", false],
  ["recipe", "Recipe", false],
  ["state", "State", false],
  ["accuracy", "Accuracy", true],
  ["progress", "Progress", false],
  ["started", "Started", false],
  ["took", "Took", true],
];

/**
 * @param {RunView} view
 * @param {{signal: AbortSignal}} options
 */
export function tableHead(view, { signal }) {
  const all = element("input", "");
  all.type = "checkbox";
  all.setAttribute("aria-label", "Select all that are shown");
  all.addEventListener("change", () => view.select((chosen) => (all.checked ? chosen.all(view.order) : chosen.clear())), { signal });
  const pick = element("th", "run-row-pick", element("label", "", all));
  const cells = COLUMNS.map(([key, words, numeric]) => {
    const cell = element("th", `run-row-${key}${numeric ? " numeric" : ""}`);
    if (key === "recipe" || key === "progress") cell.append(words);
    else cell.append(sorter(view, key, words, { signal }));
    return { cell, key };
  });
  const row = element("tr", "run-row runs-columns", pick, ...cells.map(({ cell }) => cell));
  for (const cell of row.children) {
    cell.setAttribute("scope", "col");
    cell.setAttribute("role", "columnheader");
  }
  row.setAttribute("role", "row");
  row.setAttribute("aria-rowindex", "1");
  const root = element("thead", "", row);
  root.setAttribute("role", "rowgroup");

  const show = () => {
    const { sort, down } = view.query;
    for (const { cell, key } of cells) {
      if (key === sort) cell.setAttribute("aria-sort", down ? "descending" : "ascending");
      else cell.removeAttribute("aria-sort");
    }
    all.checked = view.selection.size > 0 && view.selection.size === view.order.length;
    all.indeterminate = view.selection.size > 0 && !all.checked;
  };
  return { root, show };
}

/**
 * @param {RunView} view
 * @param {SortKey} key
 * @param {string} words
 * @param {{signal: AbortSignal}} options
 */
function sorter(view, key, words, { signal }) {
  const made = element("button", "runs-sort", words);
  made.type = "button";
  const press = () => {
    const { sort, down } = view.query;
    view.ask({ sort: key, down: sort === key ? !down : DOWN_FIRST[key] });
  };
  made.addEventListener("click", press, { signal });
  return made;
}
