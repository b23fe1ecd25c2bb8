// Which digits are taken for which, over the whole validation set, at the end of the last epoch before the moment.

import { element } from "../shell/element.js";
import { count, percent } from "../shell/format.js";
import { root as base } from "../shell/root.js";

/** @typedef {import("./run-at.js").RunAt} RunAt */

const DIGITS = ["3", "7"];

/** After which of them there may be other figures, or no models to measure any more. */
const CHANGES = new Set(["EpochEnded", "Moved", "ModelsRemoved"]);

/**
 * @param {HTMLElement} root is filled
 * @param {{run: RunAt, painter: import("../shell/painter.js").Painter}} context
 * @param {{signal: AbortSignal}} options
 */
export function mountConfusion(root, { run, painter }, { signal }) {
  const cells = [0, 1].map(() => [0, 1].map(() => ({ number: element("b", ""), share: element("span", "") })));
  const head = element("tr", "", element("td", ""), ...DIGITS.map((digit) => header("col", `read as ${digit}`)));
  const rows = DIGITS.map((digit, actual) => {
    const row = cells[actual].map(({ number, share }, read) => {
      const cell = element("td", actual === read ? "right" : "wrong", number, share);
      cell.dataset.towards = DIGITS[read];
      return cell;
    });
    return element("tr", "", header("row", `a ${digit}`), ...row);
  });
  const caption = element("caption", "visually-hidden", "How the validation digits are read");
  const card = element("a", "", "How well it reads, and all ten digits");
  const more = element("p", "no-print", card);
  root.append(element("table", "confusion", caption, element("thead", "", head), element("tbody", "", ...rows)), more);

  const paint = painter.add(() => {
    const { confusion, started, live, step, modelsRemoved } = run;
    more.hidden = !started || modelsRemoved;
    card.href = `${base}/models/${encodeURIComponent(run.run)}${live ? "" : `?step=${step}`}`;
    cells.forEach((row, actual) => {
      const total = confusion ? confusion[actual][0] + confusion[actual][1] : NaN;
      row.forEach(({ number, share }, read) => {
        number.textContent = count(confusion?.[actual][read]);
        share.textContent = confusion ? percent(confusion[actual][read] / total, 1) : "";
      });
    });
  });
  signal.addEventListener("abort", run.subscribe(({ type }) => CHANGES.has(type) && paint()));
  paint();
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
