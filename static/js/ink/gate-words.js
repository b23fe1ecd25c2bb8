/** What the gate's answer says in sentences: why it is neither a 3 nor a 7, and what to do about it. */

/** How sentences begin with the reasons that `app/handwriting/gate.py` finds by the score. @type {Record<string, string>} */
const BEGINNINGS = { "looks like ": "It ", "not surely ": "It is ", "no digit": "It looks like " };

/** Of those that `app/handwriting/hindrances.py` names. @type {Record<string, string>} */
const ADVICE = {
  "ruled or framed": "It is ruled or framed, and the digit cannot be told from that: try it without the frame or lines.",
  "cut by the picture's edge": "It is cut by the picture’s edge, and what is left could be another digit: try it whole.",
  "too faint": "It is too faint to be read: draw it darker, or with a thicker pen.",
};

/** @param {string | null} reason */
function beginning(reason) {
  return reason === null ? undefined : Object.entries(BEGINNINGS).find(([start]) => reason.startsWith(start))?.[1];
}

/** @param {import("../wire.js").Gate} gate */
export function rejected({ score, reason }) {
  if (reason === null) return `It looks like no 3 and no 7: score ${signed(score)}.`;
  return ADVICE[reason] ?? `${beginning(reason) ?? "There is "}${reason}.`;
}

/** @param {import("../wire.js").Gate} gate */
export function gateWords({ score, reason }) {
  const shown = `${score < 0 ? "" : "+"}${signed(score)}`;
  if (reason && !beginning(reason)) return score < 0 ? `Its score, ${shown}, is below 0 as well.` : `By its score, ${shown}, it would have passed: 0 or more does.`;
  return `Is it a 3 or a 7 at all? Score ${shown}; 0 or more is${score >= 0 ? ", so it is taken for one" : ", so it is not"}.`;
}

/** @param {number} value */
export function signed(value) {
  return value.toFixed(2).replace("-", "−");
}
