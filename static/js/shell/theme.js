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
  for (const query of QUERIES) document.defaultView?.matchMedia(query).addEventListener("change", listener, { signal });
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
 * @param {Document} document
 * @param {HTMLButtonElement} button
 */
function bind(document, button) {
  const name = button.querySelector(".theme-switch-name");
  const show = () => {
    const theme = current(document);
    if (name) name.textContent = theme[0].toUpperCase() + theme.slice(1);
    button.setAttribute("aria-label", `Colour theme: ${theme}. Change it`);
    button.hidden = false;
  };
  button.addEventListener("click", () => {
    choose(document, ORDER[(ORDER.indexOf(current(document)) + 1) % ORDER.length]);
    show();
  });
  show();
}

// The page loads this file by its digest, modules that import it by its plain name: two instances, one of which binds.
const button = document.getElementById("theme-switch");
if (button instanceof HTMLButtonElement && button.hidden) bind(document, button);
