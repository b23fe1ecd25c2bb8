// Something that keeps the page from its work, for as long as it lasts.

import { element } from "./element.js";

export class TroubleView {
  #root;
  #title;
  #consequence;
  /** @type {string | null} */
  #shown = null;

  /**
   * @param {HTMLElement} root is filled
   * @param {string} title
   * @param {string} [consequence] follows each reason
   */
  constructor(root, title, consequence = "") {
    this.#root = root;
    this.#title = title;
    this.#consequence = consequence;
    root.setAttribute("role", "alert");
  }

  /** @param {string | null} reason null: there is none */
  show(reason) {
    if (reason === this.#shown) return; // it would be read out again
    this.#shown = reason;
    const words = reason && element("p", "message problem", element("strong", "", this.#title), ` ${reason} ${this.#consequence}`.trimEnd());
    this.#root.replaceChildren(...(words ? [words] : []));
  }
}
