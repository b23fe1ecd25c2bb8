// A question before something is done that somebody may not have meant.

import { element } from "./element.js";

/**
 * @param {HTMLElement} near the dialog is a part of it while it is open
 * @param {{label: string, words: string, yes: HTMLButtonElement, no: HTMLButtonElement, onYes: () => void}} options
 */
export function askFirst(near, { label, words, yes, no, onYes }) {
  const dialog = element("dialog", "", element("p", "", words), element("div", "row", no, yes));
  dialog.setAttribute("aria-label", label);
  dialog.addEventListener("close", () => dialog.remove());
  no.addEventListener("click", () => dialog.close());
  yes.addEventListener("click", () => {
    dialog.close();
    onYes();
  });
  near.append(dialog);
  dialog.showModal();
}
