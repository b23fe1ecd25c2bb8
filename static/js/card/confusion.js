// What each of the ten digits is read as, and which of its answers the built-in network finds the likeliest.

import { element } from "../shell/element.js";
import { count, percent } from "../shell/format.js";
import { scrolled } from "./table.js";
import { called } from "./words.js";

/** @typedef {import("../wire.js").Measured} Measured */

const DEEPEST = 22; // per cent of ink under a cell that has all of its row: what is written on it stays readable

/**
 * @param {HTMLElement} root is filled
 * @returns {(measured: Measured) => void} shows it
 */
export function mountConfusion(root) {
  const table = element("div", "");
  const more = element("div", "");
  root.append(table, more);
  return ({ confusion, answers }) => {
    const rows = confusion.map(({ digit, three, seven, neither }) => ({ digit, counts: [three, seven, neither] }));
    const right = (/** @type {number} */ digit) => (digit === 3 ? 0 : digit === 7 ? 1 : 2);
    table.replaceChildren(heat("What each digit is read as", ["read as 3", "as 7", "neither"], rows, right));
    if (!answers) return more.replaceChildren();
    const names = [...Array(10).keys()].map(String).concat("no digit");
    const all = answers.map((counts, digit) => ({ digit, counts }));
    more.replaceChildren(element("details", "card-more", element("summary", "", "All eleven answers"), element("p", "caption", "The built-in network knows ten digits and “no digit”. Which of these it finds the likeliest:"), heat("The likeliest of eleven answers", names, all, (digit) => digit)));
  };
}

/**
 * @param {string} name
 * @param {string[]} answers
 * @param {{digit: number, counts: number[]}[]} rows
 * @param {(digit: number) => number} right which answer is right
 */
function heat(name, answers, rows, right) {
  const small = answers.length > 3;
  const caption = element("caption", "visually-hidden", name);
  const head = element("tr", "", element("td", ""), ...answers.map((words) => header("col", words)));
  const body = rows.map(({ digit, counts }) => {
    const total = counts.reduce((sum, each) => sum + each, 0);
    return element("tr", "", header("row", small ? String(digit) : called(digit)), ...counts.map((each, answer) => {
      const cell = element("td", answer === right(digit) ? "card-right" : "", element("b", "", count(each)));
      if (!small) cell.append(" ", element("span", "", percent(each / total, 1)));
      if (answer === right(digit)) cell.append(element("span", "visually-hidden", " rightly"));
      cell.style.setProperty("--share", `${((DEEPEST * each) / total).toFixed(1)}%`);
      return cell;
    }));
  });
  return scrolled(element("table", small ? "card-heat card-heat-small" : "card-heat", caption, element("thead", "", head), element("tbody", "", ...body)), name);
}

/**
 * @param {"col" | "row"} scope
 * @param {string} text
 */
function header(scope, text) {
  const made = element("th", "", text);
  made.scope = scope;
  return made;
}
