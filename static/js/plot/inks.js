// The colours of a plot, read from the page's tokens for what it is painted on.

import { css, resolved } from "../shell/palette.js";
import { isPrinted, onThemeChange } from "../shell/theme.js";

/** @typedef {(token: string) => string} Inks the CSS colour of a token such as "--ink" */

/**
 * The user's own colours, where the system forces them: all else is its text. Curves that share one are told apart by
 * their dashes. Runs that are compared keep theirs, as pictures do: there are not as many of the system's.
 *
 * @type {Record<string, string>}
 */
const FORCED = {
  "--paper": "Canvas",
  "--three": "LinkText",
  "--seven": "LinkText",
  ...Object.fromEntries(["--series-2", "--series-3", "--series-4"].map((token) => [token, `var(${token})`])),
};
/**
 * Alpha, for what would hide the curves in the text's full colour: the grid, and the restless curve beneath them.
 *
 * @type {Record<string, number>}
 */
const FORCED_ALPHA = { "--line": 0.25, "--line-strong": 0.6 };

/**
 * @param {Document} document
 * @param {"page" | "paper"} ground the page in its theme, or white paper
 * @returns {Inks} for as long as the theme stays
 */
export function inksOn(document, ground) {
  const forced = ground === "page" && document.defaultView?.matchMedia("(forced-colors: active)").matches;
  /** @type {Map<string, string>} */
  const known = new Map();
  return (token) => {
    let ink = known.get(token);
    if (ink === undefined) {
      const value = forced ? (FORCED[token] ?? "CanvasText") : `var(${token})`;
      const alpha = forced ? (FORCED_ALPHA[token] ?? 1) : 1;
      ink = css(resolved(document, value, ground === "paper" ? "light" : undefined), alpha);
      known.set(token, ink);
    }
    return ink;
  };
}

/**
 * Calls back when the page's colours have changed: by the theme's switch, by the system, or because it is printed. At
 * once, not in a frame to come: paper is not waited for.
 *
 * @param {Document} document
 * @param {(printed: boolean) => void} listener
 * @param {AbortSignal} signal ends it
 */
export function onInksChange(document, listener, signal) {
  const print = document.defaultView?.matchMedia("print");
  onThemeChange(document, () => listener(isPrinted(document) || print?.matches === true), { signal });
}
