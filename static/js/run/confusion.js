// Which digits are taken for which, over the whole validation set.

import { element } from "../shell/element.js";
import { count, percent } from "../shell/format.js";

/** @typedef {import("./run-store.js").RunStore} RunStore */

const DIGITS = ["3", "7"];

export class ConfusionMatrix {
  #store;
  #table = element("table", "confusion");
  #cells = [0, 1].map(() => [0, 1].map(() => ({ number: element("b", ""), share: element("span", "") })));

  /**
   * @param {HTMLElement} root is filled
   * @param {RunStore} store
   * @param {import("../shell/painter.js").Painter} painter
   */
  constructor(root, store, painter) {
    this.#store = store;
    const head = element("tr", "", element("td", ""), ...DIGITS.map((digit) => header("col", `read as ${digit}`)));
    const rows = DIGITS.map((digit, actual) => {
      const cells = this.#cells[actual].map(({ number, share }, read) => {
        const cell = element("td", actual === read ? "right" : "wrong", number, share);
        cell.dataset.towards = DIGITS[read];
        return cell;
      });
      return element("tr", "", header("row", `a ${digit}`), ...cells);
    });
    this.#table.append(
      element("caption", "visually-hidden", "How the validation digits are read"),
      element("thead", "", head),
      element("tbody", "", ...rows),
    );
    root.append(this.#table);
    const refresh = painter.add(() => this.#paint());
    store.subscribe(({ type }) => (type === "EpochEnded" || type === "RunQueued") && refresh());
    refresh();
  }

  #paint() {
    const { confusion } = this.#store;
    this.#cells.forEach((row, actual) => {
      const total = confusion ? confusion[actual][0] + confusion[actual][1] : NaN;
      row.forEach(({ number, share }, read) => {
        number.textContent = count(confusion?.[actual][read]);
        share.textContent = confusion ? percent(confusion[actual][read] / total, 1) : "";
      });
    });
  }
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
