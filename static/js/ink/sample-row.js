/** @import { PixelPicture } from "./drawing.js" */
import { digitPicture, paintDigit } from "./digit-picture.js";
import { element } from "../shell/element.js";
import { request } from "../shell/problem.js";

/** @typedef {{ samples: { label: number, pixels: number[] }[] }} Samples static/samples.json */

/**
 * Fills a row with buttons, each of which picks a digit from MNIST: the way to the same readings without drawing.
 *
 * @param {HTMLElement} row
 * @param {string} address of samples.json
 * @param {(picture: PixelPicture) => void} onPick
 * @param {{ signal?: AbortSignal }} [options]
 * @throws {import("../shell/problem.js").ProblemError} where the samples cannot be fetched
 */
export async function fillSampleRow(row, address, onPick, { signal } = {}) {
  /** @type {Samples} */
  const { samples } = await request("GET", address);
  if (signal?.aborted) return;
  /** @type {Set<number>} */
  const known = new Set();
  for (const { label, pixels } of samples) {
    const picture = digitPicture("");
    paintDigit(picture, pixels);
    const button = element("button", "sample", picture);
    button.type = "button";
    button.setAttribute("aria-label", `${known.has(label) ? "another" : label === 8 ? "an" : "a"} ${label}`);
    known.add(label);
    button.addEventListener("click", () => onPick({ kind: "pixels", label: `a sample ${label}`, pixels }), { signal });
    row.append(button);
  }
}
