/** @import { Drawing } from "./drawing.js" */
import { ProblemError } from "../shell/problem.js";
import { pictureFrom } from "./picture-file.js";

/**
 * Pictures come by dropping them anywhere on a page, by pasting, and by file inputs.
 *
 * @param {Document} document
 * @param {object} to
 * @param {Drawing} to.drawing shows the picture
 * @param {(problem: ProblemError | null) => void} to.onProblem why none is shown; null: one is
 * @param {readonly HTMLInputElement[]} [to.inputs] of type file
 * @param {{ signal?: AbortSignal }} [options]
 */
export function bindPictures(document, { drawing, onProblem, inputs = [] }, { signal } = {}) {
  /** @param {readonly File[]} files */
  async function take(files) {
    const file = files.find(({ type }) => type.startsWith("image/")) ?? files[0];
    if (!file) return;
    try {
      const picture = await pictureFrom(file, file.name || "What you pasted");
      if (signal?.aborted) return;
      drawing.setPicture(picture);
      onProblem(null);
    } catch (error) {
      onProblem(/** @type {ProblemError} */ (error));
    }
  }

  /** Each paper on the page shows that a picture may be let go. @param {boolean} dropping */
  function show(dropping) {
    for (const paper of document.querySelectorAll(".ink-paper")) paper.toggleAttribute("data-dropping", dropping);
  }

  for (const input of inputs) {
    input.addEventListener("change", () => {
      take([...(input.files ?? [])]);
      input.value = ""; // so that choosing the same file once more is a change again
    }, { signal });
  }
  document.addEventListener("paste", (event) => {
    if (isField(event.target)) return;
    const files = [...(event.clipboardData?.files ?? [])];
    event.preventDefault();
    if (files.length) take(files);
    else onProblem(new ProblemError(415, "No picture was pasted", "Copy the picture itself, not its address or a text, and paste again."));
  }, { signal });
  document.addEventListener("dragover", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    show(true);
  }, { signal });
  document.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) show(false); // it left the window
  }, { signal });
  document.addEventListener("drop", (event) => {
    show(false);
    const files = [...(event.dataTransfer?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    take(files);
  }, { signal });
}

/** What is pasted into a field is the field's: spreadsheets put a picture beside their text. @param {EventTarget | null} target */
function isField(target) {
  return target instanceof Element && target.closest("input, textarea, select, [contenteditable]") !== null;
}
