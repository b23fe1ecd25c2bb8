// Which digits a network gets wrong.

/** @typedef {{ index: number, label: number, logit: number }} Mistake */

/**
 * @param {ArrayLike<number>} logits positive for a 3; a logit of 0, which is undecided, counts as a 7
 * @param {ArrayLike<number>} labels 3 or 7
 * @param {number} most
 * @returns {{ count: number, worst: Mistake[] }} `worst`: at most so many, the surest first
 */
export function mistakes(logits, labels, most) {
  /** @type {Mistake[]} */
  const wrong = [];
  for (let index = 0; index < logits.length; index++) {
    const [label, logit] = [labels[index], logits[index]];
    if (logit > 0 !== (label === 3)) wrong.push({ index, label, logit });
  }
  wrong.sort((a, b) => Math.abs(b.logit) - Math.abs(a.logit) || a.index - b.index);
  return { count: wrong.length, worst: wrong.slice(0, most) };
}
