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
