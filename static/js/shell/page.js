// What every page has: its one connection, its keys, its messages, who may steer, and the header that shows them.

import { Access } from "./access.js";
import { ConnectionView } from "./connection.js";
import { part } from "./element.js";
import { mountKeysDialog } from "./keys-dialog.js";
import { mountLivePill } from "./live-pill.js";
import { mountPadlock } from "./padlock.js";
import { mountPresentation } from "./present.js";
import { Shortcuts } from "./shortcuts.js";
import { Stream } from "../run/stream.js";
import { mountClassBar } from "../classroom/class-bar.js";
import { Classroom } from "../classroom/classroom.js";
import { mountThemeSwitch } from "./theme.js";
import { Toasts } from "./toasts.js";

/**
 * @typedef {object} Page
 * @property {Stream} stream begins to connect; it opens once the page's script has run, so what that watches is asked first
 * @property {Shortcuts} shortcuts
 * @property {Toasts} toasts
 * @property {Access} access
 * @property {Classroom} classroom
 */

/**
 * Fills in the header. While the connection is lost `<main>` has `data-stale`: what it shows may be long over. Why nothing
 * can be stored, or no connection opens, is said for as long as it holds.
 *
 * @param {Window & typeof globalThis} window
 * @param {{signal: AbortSignal, stream?: Stream}} options `signal`: of all that the page has, its connection too; `stream`:
 *   the page's own, where it needs one of its making
 * @returns {Page}
 */
export function openPage(window, { stream = new Stream(window), signal }) {
  const { document } = window;
  signal.addEventListener("abort", () => stream.stop());
  stream.start(); // first of all: the server greets it while the page is put together
  const shortcuts = new Shortcuts(document, { signal });
  const toasts = new Toasts(document, { signal });
  const endTrouble = stream.watchTrouble({
    onTrouble: (reason) => toasts.showLasting("trouble", "Nothing can be stored now", reason && `${reason} Runs wait meanwhile.`),
    onBlocked: (reason) => toasts.showLasting("blocked", "This page gets no live data", reason),
  });
  signal.addEventListener("abort", endTrouble);
  const access = new Access();
  mountThemeSwitch(part("theme-switch", HTMLButtonElement), { signal });
  mountKeysDialog(part("keys-button", HTMLButtonElement), { shortcuts }, { signal });
  mountPresentation(part("present"), { opener: part("present-button", HTMLButtonElement), shortcuts }, { signal });
  mountPadlock(part("padlock", HTMLButtonElement), { access }, { signal });
  mountLivePill(part("live-pill", HTMLAnchorElement), { stream }, { signal });
  const classroom = new Classroom(window, { stream, toasts }, { signal });
  mountClassBar(part("class-bar"), { classroom, stream }, { signal });
  const connection = new ConnectionView(part("connection"), { signal });
  let lost = false;
  const end = stream.watchState((state, retryAt) => {
    connection.show(state, retryAt);
    part("main").toggleAttribute("data-stale", state === "reconnecting");
    if (state === "live") toasts.forgetOutage();
    if (lost && state !== "reconnecting") access.refresh(); // a server that was started again may ask for another token
    lost = state === "reconnecting";
  });
  signal.addEventListener("abort", end);
  // Signed in, or out, in another tab.
  document.addEventListener("visibilitychange", () => document.hidden || access.refresh(), { signal });
  access.refresh();
  return { stream, shortcuts, toasts, access, classroom };
}
