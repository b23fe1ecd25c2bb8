/** @import { FilePicture } from "./drawing.js" */
/** @import { ProblemError } from "../shell/problem.js" */
import { pictureFrom } from "./picture-file.js";

/**
 * Pictures come by file inputs, by dropping them anywhere on the page, and by pasting.
 *
 * @param {object} options
 * @param {HTMLInputElement[]} options.inputs of type file
 * @param {HTMLElement} options.target shows by `data-dropping` that a picture may be let go
 * @param {(picture: FilePicture) => void} options.onPicture
 * @param {(problem: ProblemError) => void} options.onProblem
 */
export function takePictures({ inputs, target, onPicture, onProblem }) {
  /** @param {File | null | undefined} file */
  async function take(file) {
    if (!file) return;
    try {
      onPicture(await pictureFrom(file, file.name || "the picture"));
    } catch (error) {
      onProblem(/** @type {ProblemError} */ (error));
    }
  }

  for (const input of inputs) {
    input.addEventListener("change", () => {
      take(input.files?.[0]);
      input.value = ""; // so that choosing the same file once more is a change again
    });
  }
  document.addEventListener("paste", (event) => {
    const file = event.clipboardData?.files[0];
    if (file) event.preventDefault();
    take(file);
  });
  document.addEventListener("dragover", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    target.toggleAttribute("data-dropping", true);
  });
  document.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) target.removeAttribute("data-dropping"); // it left the window
  });
  document.addEventListener("drop", (event) => {
    target.removeAttribute("data-dropping");
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    take(event.dataTransfer.files[0]);
  });
}
