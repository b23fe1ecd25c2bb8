// A page's own numbers in its formulas.

/**
 * Each stands in the elements with its name as `data-number`; a formula that waits for its first numbers is hidden until
 * then.
 *
 * @param {HTMLElement} root
 * @param {Record<string, string>} numbers
 */
export function showNumbers(root, numbers) {
  for (const [name, words] of Object.entries(numbers)) {
    for (const each of root.querySelectorAll(`[data-number="${name}"]`)) {
      if (each.textContent !== words) each.textContent = words;
      each.closest("p")?.removeAttribute("hidden");
    }
  }
}

/**
 * The sign between a number and what it is made of, which are all printed rounded: ≈ where those that are printed would
 * give another last place.
 *
 * @param {string} left as it is printed
 * @param {number} right reckoned from the printed ones
 * @param {(value: number) => string} print as `left` was
 * @returns {"=" | "≈"}
 */
export function equalSign(left, right, print) {
  return print(right) === left ? "=" : "≈";
}

/** @param {string} words a number, as a page prints it */
export function numberOf(words) {
  return Number(words.replaceAll("−", "-"));
}
