// How a run stands, on the tab: title and icon; and, where a person asked for it, a notification when it ends.

import { isolated, percent, quoted } from "./format.js";
import { icon } from "./icon.js";

/** @typedef {import("./painter.js").Painter} Painter */

/**
 * @typedef {object} Run what is needed of a run
 * @property {string} run
 * @property {string} name
 * @property {string} state
 * @property {boolean} active
 * @property {{valid_accuracy: {at: (index: number) => number | undefined}}} epochs
 * @property {(listener: (event: {type: string}) => void) => (() => void)} subscribe
 */

const STALE = "?"; // nobody knows how the run stands
const SIGNS = /** @type {Record<string, string>} */ ({ queued: "…", paused: "‖", finished: "✓", stopped: "■", failed: "✗", interrupted: "✗" });
const ENDS = /** @type {Record<string, string>} */ ({ finished: "has finished", stopped: "was stopped", failed: "has failed", interrupted: "was interrupted" });
const TELL = "tell"; // in localStorage: a notification is wanted
const BELL = "M6 17V11a6 6 0 0 1 12 0v6l1.5 1.5h-15zM10.5 21h3";

/**
 * Title and icon are as they were once the signal is aborted.
 *
 * @param {{run: Run, painter: Painter, stream: {state: string, watchState: (listener: () => void) => (() => void)}}} context
 * @param {{signal?: AbortSignal}} [options]
 */
export function mountTabStatus({ run, painter, stream }, { signal } = {}) {
  const link = document.querySelector('link[rel="icon"]');
  const before = { title: document.title, icon: link?.getAttribute("href") ?? "" };
  const bell = mountBell(run, signal);
  let wasActive = false;
  let last = "";
  const paint = () => {
    const { state, name, active, epochs } = run;
    const stale = active && stream.state === "reconnecting";
    document.title = tabTitle({ state, name, accuracy: epochs.valid_accuracy.at(-1) ?? null, stale }) ?? before.title;
    if (state === last) return;
    last = state;
    link?.setAttribute("href", tabIcon(state) ?? before.icon);
    bell?.show();
    if (wasActive && !active) bell?.ring(`${quoted(name)} ${ENDS[state] ?? "has ended"}`, accuracyWords(epochs.valid_accuracy.at(-1)));
    wasActive = active;
  };
  const refresh = painter.add(paint, 500);
  const show = () => (document.hidden ? paint() : refresh()); // a painter rests in a hidden tab, whose title is all that one sees of it
  const ends = [run.subscribe(({ type }) => type !== "Steps" && type !== "Weights" && show()), stream.watchState(show)];
  paint();
  signal?.addEventListener("abort", () => {
    for (const end of ends) end();
    document.title = before.title;
    link?.setAttribute("href", before.icon);
  });
}

/**
 * @param {{state: string, name: string, accuracy: number | null, stale?: boolean}} run `stale`: so it was known last
 * @returns {string | null} null: the page's own
 */
export function tabTitle({ state, name, accuracy, stale = false }) {
  if (state === "none" || !name) return null;
  const sign = [stale ? STALE : SIGNS[state], accuracy === null ? "" : percent(accuracy, 1)].filter(Boolean).join(" ");
  return `${sign}${sign ? " " : ""}${isolated(name)} – Threeseven`;
}

/** @param {number | undefined} accuracy */
function accuracyWords(accuracy) {
  return accuracy === undefined ? "" : `It reads ${percent(accuracy, 2)} of unseen digits rightly.`;
}

/** In the corner of the mark: round while it goes on, full while it trains; square once it is over. */
const BADGES = /** @type {Record<string, string>} */ ({
  running: '<circle cx="48" cy="48" r="13" fill="#1d1f23"/>',
  paused: '<path d="M42 38v20M54 38v20" stroke="#1d1f23" stroke-width="7"/>',
  queued: '<circle cx="48" cy="48" r="10" fill="#fbfaf7" stroke="#1d1f23" stroke-width="6"/>',
  finished: '<path d="m36 49 8 9 14-20" fill="none" stroke="#1d1f23" stroke-width="8"/>',
  stopped: '<path d="M37 37h22v22H37z" fill="#1d1f23"/>',
  failed: '<path d="m38 38 20 20m0-20L38 58" stroke="#a3123a" stroke-width="8"/>',
});

/**
 * @param {string} state
 * @returns {string | null} a `data:` address; null: the page's own icon
 */
export function tabIcon(state) {
  const badge = BADGES[state === "interrupted" ? "failed" : state];
  if (!badge) return null;
  const strokes = '<path stroke="#c65a08" d="M35 27 22 55"/><path stroke="#0b62a8" d="M35 27C47 27 52 34 52 41C52 50 44 55 35 55C31 55 28 54 25 52"/><path stroke="#1d1f23" d="M15 11H49L35 27"/>';
  const mark = `<rect width="64" height="64" rx="14" fill="#fbfaf7"/><g fill="none" stroke-width="9" stroke-linecap="round" stroke-linejoin="round">${strokes}</g>`;
  const corner = '<circle cx="48" cy="48" r="19" fill="#fbfaf7"/>';
  return `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">${mark}${corner}${badge}</svg>`)}`;
}

/**
 * The button that asks for a notification, where this browser can give one: over plain http from another machine it
 * cannot, and there is no button.
 *
 * @param {Run} run
 * @param {AbortSignal} [signal]
 */
function mountBell(run, signal) {
  const button = document.getElementById("bell");
  if (!button || !window.isSecureContext || !("Notification" in window)) return null;
  let wanted = remembered() && Notification.permission === "granted";
  const show = () => {
    button.hidden = !run.active || Notification.permission === "denied";
    button.setAttribute("aria-pressed", String(wanted));
    button.title = wanted ? "You are told when the run ends. Press to be left alone." : "Tell me when the run ends";
  };
  button.replaceChildren(icon(BELL));
  button.setAttribute("aria-label", "Tell me when the run ends");
  button.addEventListener("click", async () => {
    wanted = !wanted && (await Notification.requestPermission()) === "granted";
    remember(wanted);
    show();
  }, { signal });
  signal?.addEventListener("abort", () => (button.hidden = true));
  /**
   * @param {string} title
   * @param {string} body
   */
  const ring = (title, body) => {
    if (!wanted || !document.hidden) return; // on the page itself it can be seen
    try {
      const note = new Notification(title, { body, tag: run.run });
      note.addEventListener("click", () => window.focus());
    } catch {
      button.hidden = true; // phones give notifications to service workers only
    }
  };
  return { show, ring };
}

function remembered() {
  try {
    return localStorage.getItem(TELL) === "yes";
  } catch {
    return false;
  }
}

/** @param {boolean} wanted */
function remember(wanted) {
  try {
    localStorage.setItem(TELL, wanted ? "yes" : "no");
  } catch {
    // Storage is forbidden here: the choice lasts as long as the page.
  }
}
