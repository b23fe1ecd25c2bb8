// What all runs take, what the server removed by itself, damaged runs, and deleted ones that can still be restored.

import { askFirst } from "./ask-first.js";
import { element } from "./element.js";
import { ProblemError, request } from "./problem.js";

/** @typedef {import("../wire.js").Storage} Storage */

const SHOWN = 5; // of each kind, the newest: a list of its own would be in the way

export class StorageView {
  #root;
  #onChanged;
  #onProblem;
  #allowed = false;
  /** @type {Storage | null} */
  #storage = null;

  /**
   * @param {HTMLElement} root is filled
   * @param {{onChanged: () => Promise<void>, onProblem: (problem: ProblemError | null) => void}} options
   */
  constructor(root, { onChanged, onProblem }) {
    this.#root = root;
    this.#onChanged = onChanged;
    this.#onProblem = onProblem;
  }

  /** @param {boolean} allowed whether this viewer may restore and delete */
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
    const { bytes, keep_bytes, full, removed, deleted, damaged } = this.#storage;
    const limit = keep_bytes === null ? "" : ` of ${megabytes(keep_bytes)} that they may`;
    const words = [`All runs take ${megabytes(bytes)}${limit}.`];
    if (full) words.push("The disk is full: nothing can be started, and what is deleted is gone at once.");
    for (const { name, what } of removed.slice(0, SHOWN)) {
      words.push(`To stay within the limit, ${what === "run" ? "" : "the models of "}“${name}” ${what === "run" ? "was" : "were"} removed.`);
    }
    const broken = damaged.slice(0, SHOWN).map((id) => this.#broken(id));
    if (damaged.length > SHOWN) broken.push(element("p", "", `${damaged.length - SHOWN} more runs are damaged.`));
    const undo = this.#allowed ? deleted.slice(0, SHOWN).map((run) => this.#undo(run)) : [];
    this.#root.replaceChildren(element("p", "caption", words.join(" ")), ...broken, ...undo);
  }

  /** @param {{id: string, name: string}} run */
  #undo({ id, name }) {
    const button = small("Undo");
    button.setAttribute("aria-label", `Undo: restore “${name}”`);
    button.addEventListener("click", () => this.#change("POST", `/api/runs/${encodeURIComponent(id)}/restore`));
    return element("p", "row", element("span", "", `“${name}” is deleted.`), button);
  }

  /** A run that is in no list. @param {string} id */
  #broken(id) {
    const row = element("div", "row", element("span", "", `Run ${id} is damaged: what is kept of it cannot be read.`));
    if (!this.#allowed) return row;
    const button = small("Delete");
    button.setAttribute("aria-label", `Delete damaged run ${id}`);
    button.addEventListener("click", () => {
      const yes = small("Delete");
      yes.classList.add("danger");
      const words = `Delete what is left of run ${id}? Nobody can see any of it.`;
      const onYes = () => this.#change("DELETE", `/api/runs/${encodeURIComponent(id)}`);
      askFirst({ label: "Delete a run", words, yes, no: small("Keep"), onYes });
    });
    row.append(button);
    return row;
  }

  /**
   * @param {string} method
   * @param {string} url
   */
  async #change(method, url) {
    try {
      await request(method, url);
      this.#onProblem(null);
      await this.#onChanged();
    } catch (problem) {
      if (!(problem instanceof ProblemError)) throw problem;
      this.#onProblem(problem);
      await this.refresh().catch(() => null); // a damaged run is there again, though it cannot be answered
    }
  }
}

/** @param {string} label */
function small(label) {
  const made = element("button", "button small", label);
  made.type = "button";
  return made;
}

/** @param {number} bytes */
function megabytes(bytes) {
  return `${(bytes / 1e6).toLocaleString(undefined, { maximumFractionDigits: 1 })} MB`;
}
