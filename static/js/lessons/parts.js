// The parts of a lesson's page, one after the other by the arrow keys while it is presented.

/** Also those that a presenter's remote control presses. */
const KEYS = /** @type {const} */ ([["ArrowRight", 1], ["PageDown", 1], ["ArrowLeft", -1], ["PageUp", -1]]);

const FOUND = [
  ["prediction", "the prediction"],
  ["experiment", "the experiment"],
  ["result", "the result"],
  ["found-title", "what there is to see"],
  ["formula-title", "the formula"],
  ["code-title", "the code"],
  ["answers-title", "the questions"],
];

/** Those that this page has. */
export function partsOf(/** @type {Document} */ document) {
  return FOUND.filter(([id]) => document.getElementById(id)).map(([id, name]) => ({ id, name }));
}

/**
 * @param {Window} window
 * @param {{parts: readonly {id: string}[], shortcuts: import("../shell/shortcuts.js").Shortcuts, onMove: () => void}} context
 *   `onMove`: the address names another part
 * @param {{signal: AbortSignal}} options
 */
export function bindParts(window, { parts, shortcuts, onMove }, { signal }) {
  const { document, history, location } = window;
  const ids = ["", ...parts.map(({ id }) => id)];
  const move = (/** @type {1 | -1} */ by) => {
    const at = Math.max(0, ids.indexOf(location.hash.slice(1)));
    const id = ids[Math.min(ids.length - 1, Math.max(0, at + by))];
    const url = new URL(location.href);
    url.hash = id;
    history.replaceState(history.state, "", url);
    (document.getElementById(id) ?? document.getElementById("main"))?.scrollIntoView({ block: "start" });
    onMove();
  };
  for (const [key, by] of KEYS) {
    const words = by > 0 ? "While presenting: the next part of the lesson" : "While presenting: the part before";
    shortcuts.add({ key, words, when: () => "present" in document.documentElement.dataset, act: () => move(by) }, { signal });
  }
}
