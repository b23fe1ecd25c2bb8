// What a graph shows, as a table that one may open.

import { element } from "../shell/element.js";

/**
 * @param {{summary: string, head: readonly string[], rows: readonly (readonly string[])[]}} content the first of each
 *   row is its head
 */
export function tableOf({ summary, head, rows }) {
  const headCell = (/** @type {string} */ words, /** @type {"col" | "row"} */ scope) => {
    const cell = element("th", "", words);
    cell.scope = scope;
    return cell;
  };
  const table = element(
    "table", "card-table",
    element("thead", "", element("tr", "", ...head.map((words) => headCell(words, "col")))),
    element("tbody", "", ...rows.map(([first, ...rest]) => element("tr", "", headCell(first, "row"), ...rest.map((words) => element("td", "", words))))),
  );
  return element("details", "card-more", element("summary", "", summary), scrolled(table, summary));
}

/**
 * A table that may be wider than the page, to be scrolled by keys too.
 *
 * @param {HTMLTableElement} table
 * @param {string} name
 */
export function scrolled(table, name) {
  const box = element("div", "card-scrolled", table);
  box.tabIndex = 0;
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", name);
  return box;
}
