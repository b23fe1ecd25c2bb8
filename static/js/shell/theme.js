// The colour theme: the system's ("auto"), or one that the visitor chose and this browser remembers.

/** @typedef {"auto" | "light" | "dark"} Theme */

/** @type {Theme[]} */
const ORDER = ["auto", "light", "dark"];

/** What turns the colours of a page over without its switch: the system's theme, a palette of forced colours, paper. */
const QUERIES = ["(prefers-color-scheme: dark)", "(forced-colors: active)", "print"];

/**
 * Calls back whenever the colours on the page change: the switch was used, the system's theme turned, or the page is
 * printed, and when it was.
 *
 * @param {Document} document
 * @param {() => void} listener
 * @param {{signal?: AbortSignal}} [options]
 */
export function onThemeChange(document, listener, { signal } = {}) {
  document.addEventListener("themechange", listener, { signal });
  const window = document.defaultView;
  for (const query of QUERIES) window?.matchMedia(query).addEventListener("change", listener, { signal });
  for (const type of ["beforeprint", "afterprint"]) window?.addEventListener(type, listener, { signal });
}

/**
 * Whether the page is about to be printed: it has the colours of paper, and no further frame comes before it.
 *
 * @param {Document} document
 */
export function isPrinted(document) {
  return document.documentElement.dataset.printed !== undefined;
}

/**
 * @param {Document} document
 * @returns {Theme}
 */
function current(document) {
  const theme = document.documentElement.dataset.theme;
  return theme === "light" || theme === "dark" ? theme : "auto";
}

/**
 * @param {Document} document
 * @param {Theme} theme
 */
function choose(document, theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem("theme", theme);
  } catch {
    // Storage is forbidden here: the choice lasts as long as the page.
  }
  document.dispatchEvent(new Event("themechange"));
}

/**
 * @param {HTMLButtonElement} button
 * @param {{signal?: AbortSignal}} [options]
 */
export function mountThemeSwitch(button, { signal } = {}) {
  const document = button.ownerDocument;
  const name = button.querySelector(".theme-switch-name");
  const show = () => {
    const theme = current(document);
    if (name) name.textContent = theme[0].toUpperCase() + theme.slice(1);
    button.setAttribute("aria-label", `Colour theme: ${theme}. Change it`);
    button.title = `Colour theme: ${theme}`;
    button.hidden = false;
  };
  button.addEventListener("click", () => choose(document, ORDER[(ORDER.indexOf(current(document)) + 1) % ORDER.length]), { signal });
  onThemeChange(document, show, { signal });
  document.defaultView?.addEventListener("storage", ({ key, newValue }) => {
    if (key === "theme") choose(document, newValue === "light" || newValue === "dark" ? newValue : "auto"); // in another tab
  }, { signal });
  show();
}
