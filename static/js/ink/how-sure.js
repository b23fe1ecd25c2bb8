// How sure it must be that a drawing is a 3 or a 7 at all, and what that costs.

/** @import { GateCurve } from "../wire.js" */
import { element, uniqueId } from "../shell/element.js";
import { request } from "../shell/problem.js";

/**
 * A link may say how sure it must be: /draw?keep=0.9.
 *
 * @param {URLSearchParams} query
 */
export function linkedKeep(query) {
  const keep = Number.parseFloat(query.get("keep") ?? "");
  return keep >= 0.5 && keep <= 1 ? keep : undefined;
}

/**
 * A slider from "guesses more" to "only when sure". Until it is moved the server's own threshold holds.
 *
 * @param {HTMLElement} root is filled once the server has told its curve; it stays empty where it tells none
 * @param {object} context
 * @param {number | undefined} context.keep the share of validation digits that passes; undefined: the server's own
 * @param {(keep: number | undefined) => void} context.onChange
 * @returns {Promise<void>}
 * @throws {import("../shell/problem.js").ProblemError}
 */
export async function mountHowSure(root, context) {
  fillHowSure(root, { ...context, curve: await request("GET", "/api/gate") });
}

/**
 * The same, of a curve that is known.
 *
 * @param {HTMLElement} root is filled
 * @param {{curve: GateCurve, keep: number | undefined, onChange: (keep: number | undefined) => void}} context
 */
export function fillHowSure(root, { curve, keep, onChange }) {
  const stops = stopsOf(curve);
  const shares = stops.map((index) => curve.kept[index]);
  const usual = nearest(shares, curve.usual);
  const id = uniqueId("how-sure");
  const label = element("label", "", "How sure must it be?");
  label.htmlFor = id;
  const slider = element("input", "");
  Object.assign(slider, { type: "range", id, min: "0", max: String(stops.length - 1), step: "1" });
  const words = element("p", "caption how-sure-words");
  words.id = `${id}-words`;
  slider.setAttribute("aria-describedby", words.id);
  const ends = element("div", "how-sure-ends caption", element("span", "", "guesses more"), element("span", "", "only when sure"));
  ends.setAttribute("aria-hidden", "true");
  const back = element("button", "link-button how-sure-back", "As usual");
  back.type = "button";
  root.classList.add("how-sure");
  root.replaceChildren(element("div", "how-sure-head", label, back), slider, ends, words);

  function show() {
    const stop = slider.valueAsNumber;
    words.textContent = costWords(curve, stops[stop]);
    slider.setAttribute("aria-valuetext", `so sure that it keeps ${shareWords(shares[stop])} of the 3s and 7s`);
    back.hidden = stop === usual;
  }

  function change() {
    show();
    const stop = slider.valueAsNumber;
    onChange(stop === usual ? undefined : shares[stop]);
  }

  slider.valueAsNumber = keep === undefined ? usual : nearest(shares, keep);
  slider.addEventListener("input", change);
  back.addEventListener("click", () => {
    slider.valueAsNumber = usual;
    change();
    slider.focus();
  });
  show();
}

/**
 * Which of the curve's points the slider stops at, from all kept to the fewest: each of the first, where most changes, then
 * every second and every fifth.
 *
 * @param {GateCurve} curve
 */
export function stopsOf({ kept }) {
  const last = kept.length - 1;
  return kept.map((_, at) => last - at).filter((index, at) => at <= 20 || index === 0 || at % (at <= 40 ? 2 : 5) === 0);
}

/**
 * @param {GateCurve} curve
 * @param {number} index
 */
export function costWords({ kept, let_through: through }, index) {
  return `So set, it refuses ${hundredths(1 - kept[index])} of 100 of MNIST’s test 3s and 7s, and takes ${hundredths(through[index])} of 100 other digits for one.`;
}

/** @param {number} share @returns {string} of a hundred */
function hundredths(share) {
  const of = 100 * share;
  if (of === 0) return "none";
  if (of < 0.05) return "less than 0.1";
  return of < 9.95 ? String(Number(of.toFixed(1))) : String(Math.round(of));
}

/** @param {number} share */
function shareWords(share) {
  return `${Number((100 * share).toFixed(1))}\u00a0%`;
}

/**
 * @param {readonly number[]} values
 * @param {number} value
 */
export function nearest(values, value) {
  let best = 0;
  values.forEach((each, at) => {
    if (Math.abs(each - value) < Math.abs(values[best] - value)) best = at;
  });
  return best;
}
