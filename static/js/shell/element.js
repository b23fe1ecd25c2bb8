// Making and finding the elements of a page.

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

/**
 * A button that does not submit a form.
 *
 * @param {string | Node} label
 * @param {string} [look] further classes: "primary", "quiet", "small", "danger"
 * @param {(event: MouseEvent) => void} [onPress]
 * @param {{signal?: AbortSignal}} [options]
 */
export function button(label, look = "", onPress, { signal } = {}) {
  const made = element("button", `button ${look}`.trim(), label);
  made.type = "button";
  if (onPress) made.addEventListener("click", onPress, { signal });
  return made;
}

/**
 * A control with its label, what helps to fill it in, and what is wrong with it. Label, help and problem are tied to the
 * control for screen readers.
 *
 * @param {string} label
 * @param {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} control gets an id unless it has one
 * @param {string} [help]
 * @returns {{root: HTMLDivElement, setProblem: (words: string | null) => void}} `setProblem` says what is wrong; null:
 *   nothing is
 */
export function field(label, control, help = "") {
  if (!control.id) control.id = uniqueId("field");
  const name = element("label", "", label);
  name.htmlFor = control.id;
  const root = element("div", "field", name, control);
  const problem = element("p", "problem-text");
  problem.id = uniqueId("problem");
  problem.setAttribute("role", "alert");
  /** @type {string[]} */
  const described = [];
  if (help) {
    const words = element("p", "help", help);
    words.id = uniqueId("help");
    root.append(words);
    described.push(words.id);
  }
  root.append(problem);
  const setProblem = (/** @type {string | null} */ words) => {
    if (problem.textContent !== (words ?? "")) problem.textContent = words;
    if (words) control.setAttribute("aria-invalid", "true");
    else control.removeAttribute("aria-invalid");
    const by = words ? [...described, problem.id] : described;
    if (by.length) control.setAttribute("aria-describedby", by.join(" "));
    else control.removeAttribute("aria-describedby");
  };
  setProblem(null);
  return { root, setProblem };
}

/**
 * The element of the page that has this id.
 *
 * @template {HTMLElement} [Kind=HTMLElement]
 * @param {string} id
 * @param {new () => Kind} [kind]
 * @returns {Kind}
 */
export function part(id, kind) {
  const found = document.getElementById(id);
  if (!found || (kind && !(found instanceof kind))) throw new Error(`the page has no ${kind?.name ?? "part"} #${id}`);
  return /** @type {Kind} */ (found);
}

let made = 0;

/**
 * An id that no other element has, so that a component can stand on a page any number of times.
 *
 * @param {string} prefix
 */
export function uniqueId(prefix) {
  made += 1;
  return `${prefix}-${made}`;
}
