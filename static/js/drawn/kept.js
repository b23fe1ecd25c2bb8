// Below the drawing: what is kept of drawings in this browser, and how the chosen model reads it.

/** @import { Drawing } from "../ink/drawing.js" */
/** @import { Kept, Label } from "../ink/kept-drawings.js" */
/** @import { Who } from "../ink/kept-verdicts.js" */
/** @import { Toasts } from "../shell/toasts.js" */
import { fromLines, MOST_BYTES, NoLines, toLines } from "../ink/drawing-lines.js";
import { addedWords, compared, KeptDrawings, labelWords, MOST, NotKept } from "../ink/kept-drawings.js";
import { KeptVerdicts, scoreWords } from "../ink/kept-verdicts.js";
import { button, element, uniqueId } from "../shell/element.js";
import { count, quoted } from "../shell/format.js";
import { ProblemError } from "../shell/problem.js";
import { saveFile } from "../shell/save-file.js";
import { watchSight } from "../shell/sight.js";
import { mountOutcome } from "../shell/outcome.js";
import { mountKeepAs } from "./keep-as.js";
import { mountKeptGrid } from "./kept-grid.js";
import { mountServerDrawings } from "./server-drawings.js";

const ABOUT = `Keep what you draw with what it is, and see how many of your own a model reads as you do. They stay in this browser, at most ${MOST}, unless you tell it otherwise; every page of a run says how it reads them.`;

/** @type {readonly Label[]} */
const LABELS = [3, 7, null];

/**
 * Nothing is read while the section is not on the screen.
 *
 * @param {HTMLElement} root gets its contents
 * @param {object} context
 * @param {HTMLElement} context.beside gets the buttons that keep what is on the pad
 * @param {HTMLElement} context.pad comes into sight when something is put on it
 * @param {Drawing} context.drawing
 * @param {(run: string) => string} context.nameOf
 * @param {import("../shell/access.js").Access} context.access
 * @param {Toasts} context.toasts
 * @param {import("../shell/shortcuts.js").Shortcuts} context.shortcuts
 * @param {{ signal: AbortSignal }} life
 */
export function mountKept(root, { beside, pad, drawing, nameOf, access, toasts, shortcuts }, { signal }) {
  const kept = new KeptDrawings(window, { signal });
  const verdicts = new KeptVerdicts(kept, { signal });
  mountKeepAs(beside, { drawing, kept, shortcuts }, { signal });

  const score = element("p", "kept-score");
  score.setAttribute("role", "status");
  const boxes = element("div", "");
  const put = button("Put it on the pad", "small", () => grid.chosen && putBack(grid.chosen), { signal });
  const name = uniqueId("kept-label");
  const radios = LABELS.map((label) => {
    const radio = element("input", "");
    Object.assign(radio, { type: "radio", name });
    radio.addEventListener("change", () => grid.chosen && relabel(grid.chosen, label), { signal });
    return radio;
  });
  const labels = radios.map((radio, i) => element("label", "", radio, element("span", "", LABELS[i] === null ? "something else" : String(LABELS[i]))));
  const choice = element("fieldset", "segments", element("legend", "visually-hidden", "What it is"), ...labels);
  const away = button("Delete it", "small", () => grid.chosen && remove([grid.chosen]), { signal });
  const one = element("div", "kept-one row", put, choice, away);

  const download = button("Download all", "small", () => saveFile(new Blob([toLines(kept.all)], { type: "application/jsonl" }), "threeseven-drawings.jsonl"), { signal });
  const file = element("input", "visually-hidden");
  Object.assign(file, { type: "file", accept: ".jsonl,.ndjson,.json,.txt,application/jsonl" });
  const upload = element("label", "button small file-button", file, "Add from a file");
  const none = button("Delete all", "small", () => remove(kept.all), { signal });
  const all = element("div", "kept-all row", download, upload, none);
  const onServer = element("div", "kept-server");
  root.append(element("p", "drawn-sentence", ABOUT), score, boxes, one);
  const ofOne = mountOutcome(root);
  root.append(all);
  const ofAll = mountOutcome(root);
  root.append(onServer);
  mountServerDrawings(onServer, { kept, access }, { signal });

  const grid = mountKeptGrid(boxes, {
    kept, verdicts,
    onPut: putBack,
    onDelete: (each) => remove([each]),
    onLabel: relabel,
    onChosen: () => showChosen(),
  }, { signal });

  /** @param {Kept} each */
  function putBack({ strokes, pixels, label }) {
    if (strokes.length) drawing.setStrokes(strokes);
    else drawing.setPicture({ kind: "pixels", label: `${labelWords(label)} that was kept`, pixels: [...pixels] });
    pad.scrollIntoView({ block: "center" });
  }

  /** @param {Kept} each @param {Label} label */
  function relabel(each, label) {
    reporting(ofOne, "Its label stays", () => kept.label(each.id, label));
  }

  /** @param {readonly Kept[]} drawings */
  function remove(drawings) {
    const gone = [...drawings];
    kept.remove(gone);
    const back = button("Undo", "small", () => {
      toasts.close("kept");
      reporting(ofAll, "They cannot be brought back", () => kept.restore(gone));
    });
    toasts.show([`${gone.length === 1 ? "One drawing is" : `${count(gone.length)} drawings are`} deleted. `, back], { key: "kept" });
  }

  /** @param {File} from */
  async function add(from) {
    if (from.size > MOST_BYTES) throw new NoLines(`It has more than ${MOST_BYTES / 1e6} MB.`);
    const found = fromLines(await from.text());
    const { fresh, ...others } = compared(kept.all, found);
    const added = kept.keep(fresh);
    const back = button("Undo", "small", () => {
      toasts.close("kept");
      kept.remove(added);
    });
    toasts.show([`${addedWords(added.length, "in the file", others)} `, ...(added.length ? [back] : [])], { key: "kept" });
  }

  /**
   * @param {ReturnType<typeof mountOutcome>} outcome shows what goes wrong
   * @param {string} title
   * @param {() => void | Promise<void>} work
   */
  async function reporting(outcome, title, work) {
    outcome.show();
    try {
      await work();
    } catch (error) {
      if (!(error instanceof NotKept || error instanceof NoLines)) throw error;
      outcome.fail(new ProblemError(422, title, error.message));
    }
  }

  function show() {
    const { length } = kept.all;
    const { problem } = verdicts;
    const { right, read, run, step } = verdicts.score;
    const who = () => (run === "built-in" ? "the built-in network" : `${quoted(nameOf(run))} at step ${count(step)}`);
    const words = !length
      ? "None is kept yet: draw a digit, and press what it is beside the pad."
      : read ? `${scoreWords({ right, read })}, by ${who()}.` : problem ? `${problem.title}. ${problem.detail}` : `${count(length)} kept.`;
    if (score.textContent !== words) score.textContent = words;
    boxes.hidden = !length;
    download.disabled = none.disabled = !length;
    showChosen();
  }

  function showChosen() {
    const { chosen } = grid;
    one.hidden = !chosen;
    if (chosen) radios.forEach((radio, i) => (radio.checked = LABELS[i] === chosen.label));
  }

  file.addEventListener("change", () => {
    const [from] = file.files ?? [];
    if (from) void reporting(ofAll, "The file is not taken", () => add(from));
    file.value = "";
  }, { signal });
  watchSight(root, (near) => near && grid.open(), { signal, margin: "100% 0px" }); // before one could miss what it moves
  watchSight(root, (seen) => (verdicts.shown = seen), { signal });
  const ends = [kept.subscribe(show), verdicts.subscribe(show)];
  signal.addEventListener("abort", () => {
    for (const end of ends) end();
  });
  show();

  return {
    /** @param {Who} model who reads */
    follow: (model) => (verdicts.model = model),
    /** The one that reads has learned. */
    grow: () => verdicts.grow(),
  };
}
