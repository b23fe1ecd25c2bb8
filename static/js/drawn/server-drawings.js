// Kept drawings on the server, only when it is told to: for who controls it.

/** @import { KeptDrawings } from "../ink/kept-drawings.js" */
/** @import { Access } from "../shell/access.js" */
/** @import { Toasts } from "../shell/toasts.js" */
import { addedWords, compared } from "../ink/kept-drawings.js";
import { askFirst } from "../shell/ask-first.js";
import { button, element } from "../shell/element.js";
import { count } from "../shell/format.js";
import { request } from "../shell/problem.js";
import { watchSight } from "../shell/sight.js";

const ADDRESS = "/api/drawings";
const AT_ONCE = 20; // of one request, as the server takes them
const PAGE = 100;

/**
 * @param {HTMLElement} root gets its contents
 * @param {object} context
 * @param {KeptDrawings} context.kept
 * @param {Access} context.access
 * @param {Toasts} context.toasts
 * @param {(title: string, work: () => Promise<void>) => Promise<void>} context.reporting says what goes wrong
 * @param {{ signal: AbortSignal }} life
 */
export function mountServerDrawings(root, { kept, access, toasts, reporting }, { signal }) {
  const words = element("p", "caption kept-there");
  const keep = button("Keep them on this server", "small", () => during(keep, "They are not kept on the server", send), { signal });
  const add = button("Add those on it", "small", () => during(add, "They are not added", bring), { signal });
  const none = button("Delete those on it", "small", askToDelete, { signal });
  const tools = element("div", "row", keep, add, none);
  root.append(words, tools);
  let seen = false;
  /** How many there are; null: not known. @type {number | null} */
  let there = null;

  function show() {
    const { allowed } = access;
    root.hidden = allowed === null;
    tools.hidden = !allowed;
    const said = !allowed
      ? "Sign in, behind the padlock at the top, to keep them on this server, too."
      : there === null ? "" : there ? `${count(there)} on this server, for whoever controls it.` : "None is on this server.";
    if (words.textContent !== said) words.textContent = said;
    keep.disabled = !kept.all.length;
    add.disabled = none.disabled = !there;
  }

  async function look() {
    if (!seen || !access.allowed || there !== null) return;
    there = (await request("GET", `${ADDRESS}?limit=1`, undefined, { signal })).count;
    show();
  }

  /**
   * @param {HTMLButtonElement} pressed
   * @param {string} title
   * @param {() => Promise<void>} work
   */
  async function during(pressed, title, work) {
    if (pressed.getAttribute("aria-busy")) return;
    pressed.setAttribute("aria-busy", "true");
    await reporting(title, work);
    pressed.removeAttribute("aria-busy");
    show();
  }

  async function send() {
    const drawings = kept.all.map(({ label, strokes, pixels }) => ({ label, strokes: strokes.map((stroke) => stroke.map((point) => point.map((at) => Number(at.toFixed(4))))), pixels: [...pixels] }));
    let [added, relabelled] = [0, 0];
    for (let at = 0; at < drawings.length; at += AT_ONCE) {
      const answer = await request("POST", ADDRESS, { drawings: drawings.slice(at, at + AT_ONCE) }, { signal });
      added += answer.added;
      relabelled += answer.relabelled;
      there = answer.count;
    }
    const before = drawings.length - added - relabelled;
    toasts.show(`${count(added)} kept on this server${before ? `; ${count(before)} there already` : ""}${relabelled ? `; ${count(relabelled)} there under another label, which is now yours` : ""}.`, { key: "kept" });
  }

  async function bring() {
    /** @type {import("../ink/kept-drawings.js").New[]} */
    const found = [];
    for (let cursor = 0; cursor !== null; ) {
      const page = await request("GET", `${ADDRESS}?limit=${PAGE}&cursor=${cursor}`, undefined, { signal });
      for (const { label, strokes, pixels } of page.drawings) found.push({ label, strokes, pixels: Uint8Array.from(pixels) });
      there = page.count;
      cursor = page.next;
    }
    const { fresh, ...others } = compared(kept.all, found);
    toasts.show(addedWords(kept.keep(fresh).length, "on the server", others), { key: "kept" });
  }

  function askToDelete() {
    askFirst({
      label: "Delete drawings",
      words: `Delete ${there === 1 ? "the drawing" : `the ${count(there)} drawings`} on this server? Those in this browser stay.`,
      yes: button("Delete", "small danger"),
      no: button("Keep", "small quiet"),
      onYes: () => void during(none, "They are not deleted", async () => {
        await request("DELETE", ADDRESS, undefined, { signal });
        there = 0;
      }),
    });
  }

  watchSight(root.parentElement ?? root, (now) => {
    seen ||= now;
    void look().catch(() => {}); // asked again when it is seen again
  }, { signal });
  access.onChange(() => {
    there = null;
    show();
    void look().catch(() => {});
  }, { signal });
  const end = kept.subscribe(show);
  signal.addEventListener("abort", () => {
    end();
    root.replaceChildren();
  });
  show();
}
