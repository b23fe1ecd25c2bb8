// How lessons name the runs that their numbers come from.

import { element } from "../shell/element.js";
import { percent } from "../shell/format.js";
import { root as base } from "../shell/root.js";

/** @import { Member, Trial } from "./trials.js" */

/** @param {string} run @param {string} words */
export function runLink(run, words) {
  const link = element("a", "", words);
  link.href = `${base}/runs/${run}`;
  return link;
}

/** Whether a run is over and has been measured. @param {Member} member */
export function ended({ log }) {
  return !log.active && log.accuracy > 0;
}

/**
 * Why the runs are not all there yet.
 *
 * @param {readonly Trial[]} trials
 * @returns {string} empty where all have ended
 */
export function waitsFor(trials) {
  const refused = trials.find(({ problem }) => problem)?.problem;
  if (refused) return `${refused.title}. ${refused.detail}`;
  if (trials.some(({ members }) => !members.length)) return "Asking the server for its runs …";
  if (trials.every(({ complete }) => complete)) return "";
  const held = trials.some(({ members }) => members.some(({ log }) => log.state === "paused"));
  if (held) return "The runs wait until a person’s run, which goes first, has ended.";
  return `Training: ${percent(trials.reduce((sum, { share }) => sum + share, 0) / trials.length, 0)} of all steps.`;
}

/**
 * @param {HTMLTableElement} table
 * @param {readonly string[]} head
 * @param {readonly (readonly (Node | string)[])[]} rows their first cells are their heads
 */
export function showTable(table, head, rows) {
  const cells = head.map((words) => scoped(element("th", "", words), "col"));
  const lines = rows.map(([first, ...others]) =>
    element("tr", "", scoped(element("th", "", first), "row"), ...others.map((cell) => element("td", "", cell))));
  table.hidden = false;
  table.replaceChildren(element("thead", "", element("tr", "", ...cells)), element("tbody", "", ...lines));
}

/** @param {HTMLTableCellElement} cell @param {string} scope */
function scoped(cell, scope) {
  cell.scope = scope;
  return cell;
}
