// Why the server can store nothing at present, for as long as that lasts.

import { element } from "./element.js";

export class TroubleView {
  #root;
  /** @type {string | null} */
  #shown = null;

  /** @param {HTMLElement} root is filled */
  constructor(root) {
    this.#root = root;
    root.setAttribute("role", "alert");
  }

  /** @param {string | null} trouble null: there is none */
  show(trouble) {
    if (trouble === this.#shown) return; // it would be read out again
    this.#shown = trouble;
    const title = element("strong", "", "Nothing can be stored now.");
    const words = trouble && element("p", "message problem", title, ` ${trouble} Runs wait meanwhile.`);
    this.#root.replaceChildren(...(words ? [words] : []));
  }
}
