// What all runs take, what the server removed by itself, and deleted runs that can still be restored.

import { element } from "./element.js";
import { ProblemError, request } from "./problem.js";

/** @typedef {import("./wire.js").Storage} Storage */

const SHOWN = 5; // of each kind, the newest: a list of its own would be in the way

export class StorageView {
  #root;
  #onRestored;
  #onProblem;
  #allowed = false;
  /** @type {Storage | null} */
  #storage = null;

  /**
   * @param {HTMLElement} root is filled
   * @param {{onRestored: () => Promise<void>, onProblem: (problem: ProblemError | null) => void}} options
   */
  constructor(root, { onRestored, onProblem }) {
    this.#root = root;
    this.#onRestored = onRestored;
    this.#onProblem = onProblem;
  }

  /** @param {boolean} allowed whether this viewer may restore */
  setAllowed(allowed) {
    this.#allowed = allowed;
    this.#show();
  }

  /** @throws {ProblemError} */
  async refresh() {
    this.#storage = await request("GET", "/api/storage");
    this.#show();
  }

  #show() {
    if (!this.#storage) return;
    const { bytes, keep_bytes, full, removed, deleted } = this.#storage;
    const limit = keep_bytes === null ? "" : ` of ${megabytes(keep_bytes)} that they may`;
    const words = [`All runs take ${megabytes(bytes)}${limit}.`];
    if (full) words.push("The disk is full: nothing can be started, and what is deleted is gone at once.");
    for (const { name, what } of removed.slice(0, SHOWN)) {
      words.push(`To stay within the limit, ${what === "run" ? "" : "the models of "}“${name}” ${what === "run" ? "was" : "were"} removed.`);
    }
    const undo = this.#allowed ? deleted.slice(0, SHOWN).map((run) => this.#undo(run)) : [];
    this.#root.replaceChildren(element("p", "caption", words.join(" ")), ...undo);
  }

  /** @param {{id: string, name: string}} run */
  #undo({ id, name }) {
    const button = element("button", "button small", "Undo");
    button.type = "button";
    button.setAttribute("aria-label", `Restore “${name}”`);
    button.addEventListener("click", async () => {
      try {
        await request("POST", `/api/runs/${encodeURIComponent(id)}/restore`);
        this.#onProblem(null);
        await this.#onRestored();
      } catch (problem) {
        if (!(problem instanceof ProblemError)) throw problem;
        this.#onProblem(problem);
      }
    });
    return element("p", "row", element("span", "", `“${name}” is deleted.`), button);
  }
}

/** @param {number} bytes */
function megabytes(bytes) {
  return `${(bytes / 1e6).toLocaleString(undefined, { maximumFractionDigits: 1 })} MB`;
}
