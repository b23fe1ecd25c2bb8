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
 * A slider from "always guess" to "only when sure". Until it is moved the server's own threshold holds.
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
  const last = curve.kept.length - 1;
  const at = (/** @type {number} */ share) => nearest(curve.kept, share);
  const usual = at(curve.usual);
  const id = uniqueId("how-sure");
  const label = element("label", "", "How sure must it be?");
  label.htmlFor = id;
  const slider = element("input", "");
  Object.assign(slider, { type: "range", id, min: "0", max: String(last), step: "1" });
  const words = element("p", "caption how-sure-words");
  words.id = `${id}-words`;
  slider.setAttribute("aria-describedby", words.id);
  const ends = element("div", "how-sure-ends caption", element("span", "", "always guess"), element("span", "", "only when sure"));
  ends.setAttribute("aria-hidden", "true");
  const back = element("button", "link-button how-sure-back", "As usual");
  back.type = "button";
  root.classList.add("how-sure");
  root.replaceChildren(element("div", "how-sure-head", label, back), slider, ends, words);

  function show() {
    const index = last - slider.valueAsNumber;
    words.textContent = costWords(curve, index);
    slider.setAttribute("aria-valuetext", index === last ? "always guess" : `where it would keep ${shareWords(curve.kept[index])} of the 3s and 7s`);
    back.hidden = index === usual;
  }

  function change() {
    show();
    const index = last - slider.valueAsNumber;
    onChange(index === usual ? undefined : curve.kept[index]);
  }

  slider.valueAsNumber = last - (keep === undefined ? usual : at(keep));
  slider.addEventListener("input", change);
  back.addEventListener("click", () => {
    slider.valueAsNumber = last - usual;
    change();
    slider.focus();
  });
  show();
}

/**
 * @param {GateCurve} curve
 * @param {number} index
 */
export function costWords({ kept, let_through: through }, index) {
  return `Of 100 validation digits (MNIST’s test 3s and 7s) it then refuses ${hundredths(1 - kept[index])}; of 100 other digits it takes ${hundredths(through[index])} for one.`;
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
  return `${Number((100 * share).toFixed(1))} %`;
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
