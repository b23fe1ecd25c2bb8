// Keeps the drawing on the pad, under what it is.

/** @import { Drawing } from "../ink/drawing.js" */
/** @import { Kept, KeptDrawings, Label } from "../ink/kept-drawings.js" */
import { bytesOf } from "../ink/drawing.js";
import { drawnPixels } from "../ink/drawn-pixels.js";
import { ByInk, labelWords, NotKept } from "../ink/kept-drawings.js";
import { button, element, uniqueId } from "../shell/element.js";
import { count } from "../shell/format.js";
import { ProblemError } from "../shell/problem.js";
import { mountOutcome } from "../shell/outcome.js";

/** @type {readonly { label: Label, name: string, key: string }[]} */
const CHOICES = [
  { label: 3, name: "3", key: "3" },
  { label: 7, name: "7", key: "7" },
  { label: null, name: "something else", key: "0" },
];

/**
 * Three buttons, one for each label, and what came of the last one pressed, beside them: it covers none.
 *
 * @param {HTMLElement} root gets them
 * @param {object} context
 * @param {Drawing} context.drawing
 * @param {KeptDrawings} context.kept
 * @param {import("../shell/shortcuts.js").Shortcuts} context.shortcuts
 * @param {{ signal: AbortSignal }} life
 */
export function mountKeepAs(root, { drawing, kept, shortcuts }, { signal }) {
  const words = element("span", "keep-as-words", "Keep it as");
  words.id = uniqueId("keep-as");
  const buttons = CHOICES.map(({ label, name }) => button(name, "small", () => keep(label), { signal }));
  const group = element("div", "keep-as row", words, ...buttons);
  group.setAttribute("role", "group");
  group.setAttribute("aria-labelledby", words.id);
  group.title = "Keeps the drawing in this browser (K, then 3, 7 or 0)";
  root.append(group);
  const outcome = mountOutcome(root, "keep-as-outcome caption");

  /** @param {Label} label */
  function keep(label) {
    const { content, seen } = drawing;
    const ink = seen?.content === content ? bytesOf(seen.image) : drawnPixels(drawing); // the server may have seen less
    if (!ink || drawing.blank) return;
    const found = { strokes: content.strokes, pixels: Uint8Array.from(ink) };
    try {
      const before = /** @type {Kept | null} */ (new ByInk(kept.all).find(found));
      if (before?.label === label) return showOutcome(`Kept already, as ${labelWords(label)}.`);
      if (before) {
        kept.label(before.id, label);
        return showOutcome(`Kept as ${labelWords(label)}, no longer as ${labelWords(before.label)}.`, `Back to ${labelWords(before.label)}`, () => kept.label(before.id, before.label));
      }
      const added = kept.keep([{ label, ...found }]);
      showOutcome(`Kept as ${labelWords(label)}: ${count(kept.all.length)} now.`, "Do not keep it", () => kept.remove(added));
    } catch (error) {
      if (!(error instanceof NotKept)) throw error;
      outcome.fail(new ProblemError(507, "It is not kept", error.message));
    }
  }

  /** @param {string} words @param {string} [undoing] @param {() => void} [undo] */
  function showOutcome(words, undoing, undo) {
    if (!undoing || !undo) return outcome.show(words);
    outcome.show(words, " ", button(undoing, "small", () => {
      undo();
      outcome.show();
      buttons[0].focus();
    }, { signal }));
  }

  const show = () => {
    for (const each of buttons) each.disabled = drawing.blank || (!drawing.image && drawing.picture?.kind === "file");
  };
  group.addEventListener("keydown", (event) => {
    const choice = CHOICES.find(({ key }) => key === event.key);
    if (!choice || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    keep(choice.label);
  }, { signal });
  shortcuts.add({
    key: "k", words: "Keep the drawing: then 3, 7, or 0 for something else",
    when: () => !buttons[0].disabled,
    act: () => buttons[0].focus(),
  }, { signal });
  signal.addEventListener("abort", drawing.subscribe(({ type }) => type === "Growing" || show()));
  signal.addEventListener("abort", () => root.replaceChildren());
  show();
}
