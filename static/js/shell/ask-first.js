// A question before something is done that somebody may not have meant.

import { element } from "./element.js";

/**
 * The dialog stands apart from what it is about, which may be shown anew meanwhile.
 *
 * @param {{label: string, words: string, yes: HTMLButtonElement, no: HTMLButtonElement, onYes: () => void}} options
 */
export function askFirst({ label, words, yes, no, onYes }) {
  const dialog = element("dialog", "", element("p", "", words), element("div", "row", no, yes));
  dialog.setAttribute("aria-label", label);
  dialog.addEventListener("close", () => dialog.remove());
  no.addEventListener("click", () => dialog.close());
  yes.addEventListener("click", () => {
    dialog.close();
    onYes();
  });
  document.body.append(dialog);
  dialog.showModal();
}
