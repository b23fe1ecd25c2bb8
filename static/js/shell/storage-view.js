// What all runs take, what the server removed by itself, damaged runs, and deleted ones that can still be brought back.

import { askFirst } from "./ask-first.js";
import { button, element } from "./element.js";
import { quoted, when } from "./format.js";
import { ProblemError, request } from "./problem.js";

/** @typedef {import("../wire.js").Storage} Storage */

const SHOWN = 5; // of what was removed or is damaged, the newest
const UNDONE = 50; // of what is deleted: as many as somebody looks through

/**
 * @typedef {object} StorageContext
 * @property {import("./access.js").Access} access
 * @property {import("./toasts.js").Toasts} toasts
 * @property {(ids: string[]) => Promise<void>} restore
 * @property {(storage: Storage) => void} [onStorage] what the server has just said
 */

export class StorageView {
  #root;
  #context;
  #summary = element("summary", "");
  #content = element("div", "storage-content");
  #details = element("details", "storage", this.#summary, this.#content);
  /** @type {Storage | null} */
  #storage = null;
  #shown = "";

  /**
   * @param {HTMLElement} root is filled
   * @param {StorageContext} context
   * @param {{signal: AbortSignal}} options
   */
  constructor(root, context, { signal }) {
    this.#root = root;
    this.#context = context;
    this.#details.hidden = true;
    root.append(this.#details);
    context.access.onChange(() => this.#show(), { signal });
    const outside = (/** @type {Event} */ { target }) => {
      if (!(target instanceof Element) || root.contains(target) || target.closest("dialog, .toasts")) return;
      this.#details.open = false;
    };
    document.addEventListener("pointerdown", outside, { signal });
    root.addEventListener("keydown", ({ key }) => {
      if (key !== "Escape" || !this.#details.open) return;
      this.#details.open = false;
      this.#summary.focus();
    }, { signal });
  }

  /** @throws {ProblemError} */
  async refresh() {
    this.#storage = await request("GET", "/api/storage");
    this.#show();
    if (this.#storage) this.#context.onStorage?.(this.#storage);
  }

  #show() {
    if (!this.#storage) return;
    const { bytes, keep_bytes, full, removed, deleted, damaged } = this.#storage;
    const allowed = this.#context.access.allowed ?? false;
    const shown = JSON.stringify([Math.round(bytes / 1e5), keep_bytes, full, removed, deleted, damaged, allowed]);
    if (shown === this.#shown) return; // what somebody is about to press stays
    this.#shown = shown;
    const limit = keep_bytes === null ? "" : ` of ${megabytes(keep_bytes)}`;
    const news = [...(full ? ["disk full"] : []), ...(damaged.length ? [`${damaged.length} damaged`] : []), ...(deleted.length ? [`${deleted.length} deleted`] : [])];
    this.#summary.textContent = [`${megabytes(bytes)}${limit} stored`, ...news].join(" · ");
    this.#details.toggleAttribute("data-full", full);
    const words = [`All runs take ${megabytes(bytes)}${keep_bytes === null ? "" : ` of ${megabytes(keep_bytes)} that they may`}.`];
    if (full) words.push("The disk is full: nothing can be started, and what is deleted is gone at once.");
    for (const { name, what } of removed.slice(0, SHOWN)) {
      words.push(`To stay within the limit, ${what === "run" ? "" : "the models of "}${quoted(name)} ${what === "run" ? "was" : "were"} removed.`);
    }
    const broken = damaged.slice(0, SHOWN).map((id) => this.#broken(id, allowed));
    if (damaged.length > SHOWN) broken.push(element("p", "", `${damaged.length - SHOWN} more runs are damaged.`));
    const undo = allowed && deleted.length ? [this.#deleted(deleted)] : [];
    const focused = this.#content.contains(document.activeElement);
    this.#content.replaceChildren(element("p", "caption", words.join(" ")), ...broken, ...undo);
    if (focused) this.#summary.focus(); // what had it is gone
    this.#details.hidden = false;
    this.#root.toggleAttribute("data-deleted", deleted.length > 0);
  }

  /** @param {Storage["deleted"]} deleted newest first */
  #deleted(deleted) {
    const rows = deleted.slice(0, UNDONE).map(({ id, name, until }) => {
      const undo = button("Undo", "small", () => this.#restore([id]));
      undo.setAttribute("aria-label", `Undo: restore ${quoted(name)}`);
      return element("li", "row", element("bdi", "storage-name", name), element("span", "caption", `until ${when(until)}`), undo);
    });
    const all = deleted.length > 1 ? [button(`Restore all ${deleted.length}`, "small", () => this.#restore(deleted.map(({ id }) => id)))] : [];
    return element("section", "", element("h2", "storage-title", "Deleted"), element("ul", "storage-deleted", ...rows), ...all);
  }

  /** @param {string[]} ids */
  async #restore(ids) {
    await this.#context.restore(ids);
    await this.refresh().catch(() => null); // the list of runs tells of a server that does not answer
  }

  /** A run that is in no list. @param {string} id @param {boolean} allowed */
  #broken(id, allowed) {
    const row = element("div", "row", element("span", "", `Run ${id} is damaged: what is kept of it cannot be read.`));
    if (!allowed) return row;
    const remove = button("Delete", "small", () => {
      const words = `Delete what is left of run ${id}? Nobody can see any of it.`;
      const yes = button("Delete", "small danger");
      askFirst({ label: "Delete a run", words, yes, no: button("Keep", "small"), onYes: () => this.#deleteBroken(id) });
    });
    remove.setAttribute("aria-label", `Delete damaged run ${id}`);
    row.append(remove);
    return row;
  }

  /** @param {string} id */
  async #deleteBroken(id) {
    try {
      await request("DELETE", `/api/runs/${encodeURIComponent(id)}`);
      this.#context.toasts.showProblem(null);
    } catch (problem) {
      if (!(problem instanceof ProblemError)) throw problem;
      this.#context.toasts.showProblem(problem);
    }
    await this.refresh().catch(() => null); // a damaged run is there again, though it cannot be answered
  }
}

/** @param {number} bytes */
function megabytes(bytes) {
  return `${(bytes / 1e6).toLocaleString(undefined, { maximumFractionDigits: 1 })} MB`;
}
