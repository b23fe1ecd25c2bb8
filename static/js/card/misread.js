// The digits that it gets wrong, the surest mistakes first, each of which goes onto the pad of the draw page.

import { DigitRow } from "../ink/digit-row.js";
import { element } from "../shell/element.js";
import { misreadCount, misreadWords } from "./words.js";

/** @typedef {import("../wire.js").Measured} Measured */
/** @typedef {"exchanged" | "taken" | "missed"} Kind */

/** @type {[Kind, string][]} */
const KINDS = [
  ["exchanged", "3s and 7s taken for each other"],
  ["taken", "Other digits taken for a 3 or a 7"],
  ["missed", "3s and 7s taken for neither"],
];

/**
 * @param {HTMLElement} root is filled
 * @param {{onPick: (pixels: Uint8Array, digit: number) => void}} context
 * @param {{signal: AbortSignal}} options
 * @returns {(measured: Measured, network: string) => void} shows them; `network`: another one, other digits
 */
export function mountMisread(root, { onPick }, { signal }) {
  const groups = KINDS.map(([kind, title]) => {
    const row = new DigitRow(title, signal);
    const said = element("p", "caption");
    root.append(element("section", "card-misread", element("h3", "", title), said, row.root));
    return { kind, row, said };
  });
  return (measured, network) => {
    for (const { kind, row, said } of groups) {
      said.textContent = misreadCount(kind, measured[kind], measured.told_apart);
      row.show(measured[kind].surest.map((misread) => {
        const words = misreadWords(misread);
        const pixels = bytes(misread.pixels);
        return { key: `${network} ${kind} ${misread.index}`, pixels, words, name: `${words}: put it on the pad`, press: () => onPick(pixels, misread.digit) };
      }));
    }
  };
}

/** @param {string} base64 */
function bytes(base64) {
  return Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
}
