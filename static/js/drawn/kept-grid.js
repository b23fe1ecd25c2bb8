// The drawings that are kept, as small images of which one is chosen, by pointer or keys.

/** @import { Kept, KeptDrawings, Label } from "../ink/kept-drawings.js" */
/** @import { KeptVerdicts } from "../ink/kept-verdicts.js" */
import { labelWords } from "../ink/kept-drawings.js";
import { isRight } from "../ink/kept-verdicts.js";
import { element, uniqueId } from "../shell/element.js";
import { colour } from "../shell/palette.js";
import { onThemeChange } from "../shell/theme.js";

const SIDE = 28;
/** @type {Record<string, Label>} */
const LABELS = { 3: 3, 7: 7, 0: null };

/** @typedef {{ root: HTMLElement, canvas: HTMLCanvasElement, words: HTMLElement, drawing: Kept }} Option */

/**
 * A list box of one option for each drawing.
 *
 * @param {HTMLElement} root is filled
 * @param {object} context
 * @param {KeptDrawings} context.kept
 * @param {KeptVerdicts} context.verdicts
 * @param {(drawing: Kept) => void} context.onPut Enter, or a double press
 * @param {(drawing: Kept) => void} context.onDelete
 * @param {(drawing: Kept, label: Label) => void} context.onLabel
 * @param {() => void} context.onChosen another one is, or none
 * @param {{ signal: AbortSignal }} life
 */
export function mountKeptGrid(root, { kept, verdicts, onPut, onDelete, onLabel, onChosen }, { signal }) {
  root.classList.add("kept-grid");
  root.setAttribute("role", "listbox");
  root.setAttribute("aria-label", "Kept drawings. Enter puts one back on the pad, Delete deletes it; 3, 7 and 0 say what it is.");
  /** By id. @type {Map<string, Option>} */
  const options = new Map();
  let chosen = "";
  let ink = colour(document, "--ink");
  const image = new ImageData(SIDE, SIDE);
  const image32 = new Uint32Array(image.data.buffer);
  let open = false;

  /** @param {Option} option */
  function paint({ canvas, drawing }) {
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    const plain = ink[0] | (ink[1] << 8) | (ink[2] << 16);
    for (let i = 0; i < SIDE * SIDE; i++) image32[i] = plain | (drawing.pixels[i] << 24);
    context.putImageData(image, 0, 0);
  }

  /** @param {Kept} drawing @returns {Option} */
  function made(drawing) {
    const canvas = element("canvas", "kept-image");
    canvas.width = canvas.height = SIDE;
    const words = element("span", "kept-words");
    const option = element("div", "kept-option", canvas, words);
    option.id = uniqueId("kept");
    option.dataset.kept = drawing.id;
    option.setAttribute("role", "option");
    return { root: option, canvas, words, drawing };
  }

  /** @param {Option} option */
  function describe({ root: place, words, drawing }) {
    const read = verdicts.of(drawing.id);
    const right = read ? isRight(drawing, read) : null;
    const name = drawing.label === null ? "other" : String(drawing.label);
    const seen = read && (read.digit ?? "neither");
    const text = right === null ? name : right ? `${name} ✓` : `${name} ✗ ${seen}`;
    if (words.textContent !== text) words.textContent = text;
    place.dataset.right = String(right ?? "unread");
    const said = read ? `read as ${read.digit === null ? "neither" : `a ${read.digit}`}: ${right ? "as labelled" : "not as labelled"}` : "not read yet";
    place.setAttribute("aria-label", `${text}: ${labelWords(drawing.label)}, ${said}`); // begins with what one sees
  }

  function show() {
    if (!open) return;
    const held = root.contains(document.activeElement);
    const at = [...options.keys()].indexOf(chosen);
    const there = new Set(kept.all.map(({ id }) => id));
    for (const [id, { root: place }] of options) {
      if (there.has(id)) continue;
      place.remove();
      options.delete(id);
    }
    kept.all.forEach((drawing, i) => {
      const known = options.get(drawing.id) ?? made(drawing);
      if (!options.has(drawing.id)) {
        options.set(drawing.id, known);
        paint(known);
      }
      known.drawing = drawing;
      describe(known);
      if (root.children[i] !== known.root) root.insertBefore(known.root, root.children[i] ?? null);
    });
    if (!options.has(chosen)) {
      const ids = kept.all.map(({ id }) => id);
      choose(at < 0 ? "" : (ids[Math.min(at, ids.length - 1)] ?? ""));
      if (held) options.get(chosen)?.root.focus();
    } else choose(chosen);
  }

  /** @param {string} id empty: none */
  function choose(id) {
    const another = id !== chosen;
    chosen = id;
    const first = kept.all[0]?.id;
    for (const [each, { root: place }] of options) {
      place.setAttribute("aria-selected", String(each === chosen));
      place.tabIndex = each === (chosen || first) ? 0 : -1; // one stop for the Tab key
    }
    if (another) onChosen();
  }

  /** @param {string} id */
  function go(id) {
    choose(id);
    options.get(id)?.root.focus();
  }

  root.addEventListener("click", ({ target }) => {
    const option = target instanceof Element ? target.closest(".kept-option") : null;
    if (option instanceof HTMLElement) go(option.dataset.kept ?? "");
  }, { signal });
  root.addEventListener("dblclick", () => current() && onPut(/** @type {Kept} */ (current())), { signal });
  root.addEventListener("focusin", ({ target }) => {
    if (target instanceof HTMLElement && target.dataset.kept && !chosen) choose(target.dataset.kept);
  }, { signal });
  root.addEventListener("keydown", (event) => {
    const drawing = current();
    if (!drawing || event.ctrlKey || event.metaKey || event.altKey) return;
    const ids = kept.all.map(({ id }) => id);
    const at = ids.indexOf(chosen);
    const wide = Math.max(1, [...root.children].findIndex((each, i) => i > 0 && /** @type {HTMLElement} */ (each).offsetTop > /** @type {HTMLElement} */ (root.children[0]).offsetTop));
    /** @type {Record<string, number>} */
    const moves = { ArrowRight: at + 1, ArrowLeft: at - 1, ArrowDown: at + wide, ArrowUp: at - wide, Home: 0, End: ids.length - 1 };
    if (event.key in moves) {
      const to = ids[moves[event.key]];
      if (to !== undefined) go(to);
    } else if (event.key === "Enter" || event.key === " ") onPut(drawing);
    else if (event.key === "Delete" || event.key === "Backspace") onDelete(drawing);
    else if (event.key in LABELS) onLabel(drawing, LABELS[event.key]);
    else return;
    event.preventDefault(); // the pad's own keys are others here
  }, { signal });

  function current() {
    return options.get(chosen)?.drawing ?? null;
  }

  onThemeChange(document, () => {
    ink = colour(document, "--ink");
    for (const option of options.values()) paint(option);
  }, { signal });
  const ends = [kept.subscribe(show), verdicts.subscribe(() => options.forEach(describe))];
  signal.addEventListener("abort", () => {
    for (const end of ends) end();
    root.replaceChildren();
  });
  return {
    /** From now on it shows them: hundreds of images take a while, which a page that is never scrolled to does without. */
    open() {
      if (open) return;
      open = true;
      show();
    },
    /** @returns {Kept | null} */
    get chosen() {
      return current();
    },
    /** @param {string} id */
    choose,
  };
}
