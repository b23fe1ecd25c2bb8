// Kept drawings on the server, only when it is told to: for who controls it.

/** @import { KeptDrawings } from "../ink/kept-drawings.js" */
/** @import { Access } from "../shell/access.js" */
import { addedWords, compared, NotKept } from "../ink/kept-drawings.js";
import { askFirst } from "../shell/ask-first.js";
import { button, element } from "../shell/element.js";
import { count, when } from "../shell/format.js";
import { ProblemError, request } from "../shell/problem.js";
import { watchSight } from "../shell/sight.js";
import { mountOutcome } from "../shell/outcome.js";

const ADDRESS = "/api/drawings";
const AT_ONCE = 20; // of one request, as the server takes them
const PAGE = 100;

/**
 * @param {HTMLElement} root gets its contents
 * @param {object} context
 * @param {KeptDrawings} context.kept
 * @param {Access} context.access
 * @param {{ signal: AbortSignal }} life
 */
export function mountServerDrawings(root, { kept, access }, { signal }) {
  const words = element("p", "caption kept-there");
  const keep = button("Keep them on this server", "small", () => during(keep, "They are not kept on the server", send), { signal });
  const add = button("Add those on it", "small", () => during(add, "They are not added", bring), { signal });
  const none = button("Delete those on it", "small", askToDelete, { signal });
  const tools = element("div", "row", keep, add, none);
  const gone = element("span", "");
  const back = button("Bring them back", "small", () => during(back, "They are not brought back", restore), { signal });
  const deleted = element("p", "caption kept-gone row", gone, back);
  root.append(words, tools);
  const outcome = mountOutcome(root, "caption");
  root.append(deleted);
  let seen = false;
  /** How many there are; null: not known. @type {number | null} */
  let there = null;
  /** How many can be brought back, and until when the first of them, Unix time. @type {{ deleted: number, until: number | null }} */
  let bin = { deleted: 0, until: null };
  let forgetting = 0;

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
    const returns = allowed && bin.until !== null && bin.deleted > 0;
    const held = deleted.contains(document.activeElement);
    deleted.hidden = !returns;
    if (held && !returns) (none.disabled ? keep : none).focus(); // it would be lost with the button that had it
    if (!returns) return;
    back.textContent = bin.deleted === 1 ? "Bring it back" : "Bring them back";
    gone.textContent = `${bin.deleted === 1 ? "One that was deleted" : `${count(bin.deleted)} that were deleted`} can be brought back, until ${when(bin.until)}.`;
  }

  async function look() {
    if (!seen || !access.allowed || there !== null) return;
    await ask();
    show();
  }

  async function ask() {
    const answer = await request("GET", `${ADDRESS}?limit=1`, undefined, { signal });
    there = answer.count;
    remember(answer);
  }

  /** @param {{ deleted: number, until: number | null }} answer */
  function remember({ deleted, until }) {
    bin = { deleted, until };
    window.clearTimeout(forgetting);
    if (until !== null) forgetting = window.setTimeout(() => void ask().then(show).catch(() => {}), Math.max(1000, 1000 * until - Date.now() + 1000));
  }

  /**
   * @param {HTMLButtonElement} pressed
   * @param {string} title
   * @param {() => Promise<void>} work
   */
  async function during(pressed, title, work) {
    if (pressed.getAttribute("aria-busy")) return;
    pressed.setAttribute("aria-busy", "true");
    outcome.show();
    try {
      await work();
    } catch (error) {
      if (error instanceof NotKept) outcome.fail(new ProblemError(422, title, error.message));
      else if (error instanceof ProblemError) outcome.fail(error);
      else throw error;
    } finally {
      pressed.removeAttribute("aria-busy");
      show();
    }
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
    if (bin.deleted) await ask(); // some of them may have been among those
    outcome.show(`${count(added)} kept on this server${before ? `; ${count(before)} there already` : ""}${relabelled ? `; ${count(relabelled)} there under another label, which is now yours` : ""}.`);
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
    outcome.show(addedWords(kept.keep(fresh).length, "on the server", others));
  }

  async function restore() {
    const { restored, count: now } = await request("POST", `${ADDRESS}/restore`, {}, { signal });
    there = now;
    remember({ deleted: 0, until: null });
    if (!restored) throw new ProblemError(404, "They are gone for good", "The time in which they could be brought back is over.");
    outcome.show(`${count(restored)} brought back.`);
  }

  function askToDelete() {
    askFirst({
      label: "Delete drawings",
      words: `Delete ${there === 1 ? "the drawing" : `the ${count(there)} drawings`} on this server? Those in this browser stay.`,
      yes: button("Delete", "small danger"),
      no: button("Keep", "small quiet"),
      onYes: () => void during(none, "They are not deleted", async () => {
        const { deleted: number, until } = await request("DELETE", ADDRESS, undefined, { signal });
        await ask();
        outcome.show(until === null ? `${count(number)} deleted for good.` : `${count(number)} deleted.`);
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
    window.clearTimeout(forgetting);
    root.replaceChildren();
  });
  show();
}
