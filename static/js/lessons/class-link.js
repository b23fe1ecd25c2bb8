// A link to a lesson as it is set now, for a class: where it begins, and whether it has controls.

import { button, element, field } from "../shell/element.js";
import { ProblemError, request } from "../shell/problem.js";
import { root as base } from "../shell/root.js";

/**
 * The address of the page for others.
 *
 * @param {string} href the page's own
 * @param {{begin?: string, controls?: boolean, present?: boolean}} options `begin`: the id of the part to begin at
 */
export function linkFor(href, { begin = "", controls = true, present = false }) {
  const url = new URL(href);
  url.searchParams.delete("present");
  url.searchParams.delete("controls");
  if (!controls) url.searchParams.set("controls", "none");
  url.hash = begin;
  const query = String(url.searchParams);
  url.search = present ? `?${query}${query ? "&" : ""}present` : query;
  return url.href;
}

/**
 * @param {HTMLButtonElement} opener
 * @param {{parts: readonly {id: string, name: string}[]}} context what one can begin at
 * @param {{signal: AbortSignal}} options
 */
export function bindClassLink(opener, { parts }, { signal }) {
  opener.hidden = false;
  opener.addEventListener("click", () => {
    const dialog = linkDialog(parts);
    document.body.append(dialog);
    dialog.addEventListener("close", () => dialog.remove());
    dialog.showModal();
  }, { signal });
}

/** @param {readonly {id: string, name: string}[]} parts */
function linkDialog(parts) {
  const begin = element("select", "", new Option("its top", ""), ...parts.map(({ id, name }) => new Option(name, id)));
  const hidden = checkbox("Without the controls of the experiment");
  const present = checkbox("Large, for a projector");
  const link = element("input", "link-address");
  Object.assign(link, { type: "text", readOnly: true });
  const place = field("Begin at", begin);
  const address = field("The link", link);
  const said = element("p", "caption");
  said.setAttribute("role", "status");
  let asked = 0;

  const show = async () => {
    const mine = ++asked;
    const made = linkFor(location.href, { begin: begin.value, controls: !hidden.input.checked, present: present.input.checked });
    link.value = made;
    said.textContent = "";
    copy.disabled = true; // until it is known what to copy
    const found = await forOthers(made);
    if (mine !== asked) return;
    link.value = found.address;
    copy.disabled = false;
    said.textContent = found.reachable ? "" : "Only this machine reaches the server: the link is of no use to others.";
  };
  const copy = button("Copy the link", "primary", async () => {
    link.select();
    try {
      await navigator.clipboard.writeText(link.value);
    } catch {
      document.execCommand("copy"); // a page without https may not use the clipboard otherwise
    }
    said.textContent = "Copied.";
  });
  for (const control of [begin, hidden.input, present.input]) control.addEventListener("change", show);
  show();
  const dialog = element("dialog", "link-dialog");
  dialog.setAttribute("aria-label", "A link for the class");
  dialog.append(
    element("h2", "", "A link for the class"),
    element("p", "caption", "It shows this lesson as it is set now."),
    place.root, hidden.root, present.root, address.root, said,
    element("div", "row", copy, button("Close", "quiet", () => dialog.close())),
  );
  return dialog;
}

/**
 * By the name that other devices reach the server by.
 *
 * @param {string} href
 * @returns {Promise<{address: string, reachable: boolean}>}
 */
async function forOthers(href) {
  const { pathname, search, hash } = new URL(href);
  try {
    const query = new URLSearchParams({ path: pathname.slice(base.length) + search + hash });
    const { address, reachable } = await request("GET", `/api/address?${query}`);
    return { address: reachable ? address : href, reachable };
  } catch (problem) {
    if (!(problem instanceof ProblemError)) throw problem;
    return { address: href, reachable: true }; // too long for a QR code, which a link may be
  }
}

/** @param {string} words */
function checkbox(words) {
  const input = element("input", "");
  input.type = "checkbox";
  return { input, root: element("label", "link-choice", input, words) };
}
