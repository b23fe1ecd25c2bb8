// Undo, redo and clear: as buttons beside a drawing, and as keys, which the page binds.

/** @import { Drawing } from "./drawing.js" */
import { button, element } from "../shell/element.js";
import { icon } from "../shell/icon.js";

/** @type {Record<"undo" | "redo" | "clear", { name: string, path: string }>} */
const TOOLS = {
  undo: { name: "Undo", path: "M9 14 4 9l5-5M4 9h10a6 6 0 0 1 0 12h-3" },
  redo: { name: "Redo", path: "m15 14 5-5-5-5M20 9H10a6 6 0 0 0 0 12h3" },
  clear: { name: "Clear", path: "M4 7h16M9 7V4h6v3M6.5 7l1 13h9l1-13" },
};

/**
 * Three buttons, of icons and words; where there is little room CSS leaves the icons.
 *
 * @param {HTMLElement} root is filled
 * @param {Drawing} drawing
 * @param {{ signal?: AbortSignal }} [options]
 */
export function mountInkTools(root, drawing, { signal } = {}) {
  const tool = (/** @type {keyof typeof TOOLS} */ what) => {
    const { name, path } = TOOLS[what];
    const made = button(icon(path), "small ink-tool", () => drawing[what](), { signal });
    made.append(element("span", "ink-tool-name", name));
    made.title = name;
    root.append(made);
    return made;
  };
  const [undo, redo, clear] = [tool("undo"), tool("redo"), tool("clear")];
  const show = () => {
    const steered = root.contains(document.activeElement) ? document.activeElement : null;
    undo.disabled = !drawing.canUndo;
    redo.disabled = !drawing.canRedo;
    clear.disabled = drawing.blank;
    // A button that is disabled under the focus would lose it, and with it the keyboard's place on the page.
    if (steered instanceof HTMLButtonElement && steered.disabled) [undo, redo, clear].find(({ disabled }) => !disabled)?.focus();
  };
  const unsubscribe = drawing.subscribe(({ type }) => type === "Read" || show());
  signal?.addEventListener("abort", unsubscribe);
  show();
}

/**
 * The keys of a drawing, by where they lie, so that they are the same on every layout. A page adds them to its own.
 *
 * @param {import("../shell/shortcuts.js").Shortcuts} shortcuts
 * @param {Drawing} drawing
 * @param {{ signal?: AbortSignal }} [options]
 */
export function addInkShortcuts(shortcuts, drawing, options) {
  shortcuts.add({ code: "KeyZ", control: true, words: "Take the last stroke back", repeats: true, act: () => drawing.undo() }, options);
  shortcuts.add({ code: "KeyZ", control: true, shift: true, words: "Bring the stroke back", repeats: true, act: () => drawing.redo() }, options);
  shortcuts.add({ code: "KeyY", control: true, words: "Bring the stroke back", repeats: true, act: () => drawing.redo() }, options);
  shortcuts.add({ code: "Delete", words: "Clear the drawing", act: () => drawing.clear() }, options);
  shortcuts.add({ code: "Backspace", words: "Clear the drawing", act: () => drawing.clear() }, options);
}
