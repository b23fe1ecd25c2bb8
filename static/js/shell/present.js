// Presentation: full screen, large, nothing to fill in, and the address that a class opens, as words and as a QR code.

import { KEPT, spoken } from "../classroom/membership.js";
import { button, element } from "./element.js";
import { ProblemError, request } from "./problem.js";
import { root as base } from "./root.js";

/** @typedef {import("./shortcuts.js").Shortcuts} Shortcuts */
/** @typedef {{address: string, reachable: boolean, would_be: string | null}} Address */

/**
 * Begins by `opener`, by F, and at once where the page was opened with `?present`. While it lasts `<html>` has
 * `data-present`, and `.not-presented` is hidden.
 *
 * @param {HTMLElement} root is filled while it lasts
 * @param {{opener: HTMLButtonElement, shortcuts: Shortcuts}} context
 * @param {{signal?: AbortSignal}} [options]
 */
export function mountPresentation(root, { opener, shortcuts }, { signal } = {}) {
  const { documentElement: html } = document;
  const presents = () => "present" in html.dataset;
  const enter = async () => {
    html.dataset.present = "";
    root.hidden = false;
    fill(root, leave);
    fillScreen();
    window.dispatchEvent(new Event("resize")); // what fits its size in scripts has another one
  };
  const leave = () => {
    if (!presents()) return;
    delete html.dataset.present;
    root.hidden = true;
    root.replaceChildren();
    if (document.fullscreenElement) document.exitFullscreen();
    forgetAddress();
    window.dispatchEvent(new Event("resize"));
  };
  const toggle = () => {
    if (!presents()) enter();
    else if (document.fullscreenEnabled && !document.fullscreenElement) fillScreen(); // opened by ?present
    else leave();
  };
  opener.addEventListener("click", enter, { signal });
  opener.hidden = false;
  shortcuts.add({ key: "f", words: "Present: full screen, large, with the address to open", act: toggle }, { signal });
  shortcuts.add({ key: "Escape", words: "End the presentation", when: presents, act: leave }, { signal });
  document.addEventListener("fullscreenchange", () => document.fullscreenElement || leave(), { signal });
  signal?.addEventListener("abort", leave);
  if (new URLSearchParams(location.search).has("present")) enter();
}

/** Where the browser can and somebody has just pressed something; elsewhere the page is as large as its window. */
function fillScreen() {
  if (navigator.userActivation?.isActive === false) return;
  document.documentElement.requestFullscreen?.().catch(() => {});
}

/** A page that is loaded again does not present by itself any more. */
function forgetAddress() {
  const url = new URL(location.href);
  url.searchParams.delete("present");
  history.replaceState(history.state, "", url);
}

/**
 * @param {HTMLElement} root
 * @param {() => void} leave
 */
async function fill(root, leave) {
  const words = element("p", "present-words");
  const end = button("Leave", "quiet small present-leave", leave);
  root.replaceChildren(words, end);
  const code = KEPT.get()?.code;
  const query = new URLSearchParams({ path: code ? `/class/${code}` : location.pathname.slice(base.length) || "/" });
  try {
    /** @type {Address} */
    const { address, reachable, would_be: wouldBe } = await request("GET", `/api/address?${query}`);
    if (!root.contains(words)) return;
    if (reachable) {
      const label = code ? `Join class ${spoken(code)} at` : location.pathname.endsWith("/draw") ? "Draw along at" : "Watch and draw at";
      words.append(element("span", "present-label", label), element("b", "present-address", readable(address)));
      root.prepend(codePicture(address, `${base}/qr.svg?${query}`));
    } else words.append(...howToOpen(wouldBe));
  } catch (problem) {
    if (!(problem instanceof ProblemError)) throw problem;
    words.textContent = `${problem.title}.`;
  }
}

/** As people type it. @param {string} address */
export function readable(address) {
  return address.replace(/^http:\/\//, "").replace(/\/$/, "");
}

/**
 * The code, small; pressed it is as large as the screen allows.
 *
 * @param {string} address
 * @param {string} source
 */
export function codePicture(address, source) {
  const open = button(picture(source, `QR code of ${address}`), "present-code", () => {
    const dialog = element("dialog", "present-dialog", picture(source, `QR code of ${address}`), element("p", "present-address", readable(address)));
    dialog.setAttribute("aria-label", "The address to open");
    dialog.append(button("Close", "primary", () => dialog.close()));
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  });
  open.title = "Enlarge the code";
  return open;
}

/**
 * @param {string} source
 * @param {string} alt
 */
function picture(source, alt) {
  const image = element("img", "");
  image.src = source;
  image.alt = alt;
  return image;
}

/** @param {string | null} wouldBe */
export function howToOpen(wouldBe) {
  const command = element("code", "", "threeseven serve --host 0.0.0.0 --token SECRET");
  const then = wouldBe ? ["; a class then opens ", element("b", "", readable(wouldBe)), "."] : [" on a machine that is in the room’s network."];
  return [element("span", "present-label", "Only this machine reaches the server."), " To open it to the room, start it with ", command, ...then];
}
