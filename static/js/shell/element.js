/**
 * A new element with a class and children.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} className
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

let given = 0;

/**
 * An id that nothing else in the page has.
 *
 * @param {string} prefix
 */
export function uniqueId(prefix) {
  return `${prefix}-${++given}`;
}
