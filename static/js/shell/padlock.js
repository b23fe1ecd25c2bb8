// Sign-in: a padlock in the header, and the dialog behind it.

import { button, element, field } from "./element.js";
import { icon } from "./icon.js";
import { ProblemError } from "./problem.js";

/** @typedef {import("./access.js").Access} Access */

const BODY = "M5 11h14v9H5z";
const SHUT = `${BODY}M8 11V8a4 4 0 0 1 8 0v3`;
const OPEN = `${BODY}M8 11V7a4 4 0 0 1 7.7-1.5`;

/**
 * @param {HTMLButtonElement} opener is filled, and shown once the server has said how things stand
 * @param {{access: Access}} context
 * @param {{signal?: AbortSignal}} [options]
 */
export function mountPadlock(opener, { access }, { signal } = {}) {
  /** @type {HTMLDialogElement | null} */
  let dialog = null;
  const show = () => {
    const { label, words } = standing(access);
    opener.replaceChildren(icon(access.allowed ? OPEN : SHUT), element("span", "header-words", label));
    opener.setAttribute("aria-label", `${label}. ${words}`);
    opener.title = words;
    opener.dataset.state = !access.tokenNeeded ? "open" : access.allowed ? "signed-in" : "locked";
    opener.hidden = false;
    dialog?.close();
  };
  access.onChange(show, { signal });
  opener.addEventListener("click", () => {
    dialog = accessDialog(access);
    dialog.addEventListener("close", () => {
      dialog?.remove();
      dialog = null;
    });
    document.body.append(dialog);
    dialog.showModal();
  }, { signal });
  signal?.addEventListener("abort", () => dialog?.close());
}

/** @param {Access} access */
function standing({ allowed, tokenNeeded }) {
  if (!tokenNeeded) return { label: "Open", words: "Anyone who reaches this server may start and steer runs." };
  if (allowed) return { label: "Signed in", words: "You may start and steer runs." };
  return { label: "Sign in", words: "You are watching. With the server’s token you may start and steer runs." };
}

/** @param {Access} access */
function accessDialog(access) {
  const dialog = element("dialog", "access-dialog");
  const close = button("Close", "quiet", () => dialog.close());
  const { label, words } = standing(access);
  dialog.setAttribute("aria-label", label);
  if (access.tokenNeeded && !access.allowed) dialog.append(tokenForm(access, words, close));
  else if (access.tokenNeeded) dialog.append(element("h2", "", label), element("p", "", words), signOut(access, close));
  else {
    const how = element("p", "caption", "To have it ask for a token, start it with ", element("code", "", "--token SECRET"), ".");
    dialog.append(element("h2", "", "Open to all"), element("p", "", words), how, element("div", "row", close));
  }
  return dialog;
}

/**
 * @param {Access} access
 * @param {string} words
 * @param {HTMLButtonElement} close
 */
function tokenForm(access, words, close) {
  const token = element("input", "");
  Object.assign(token, { type: "password", required: true, autocomplete: "current-password" });
  const { root, setProblem } = field("Token", token);
  const form = element("form", "access-form", element("h2", "", "Sign in"), element("p", "", words), root);
  form.append(element("div", "row", element("button", "button primary", "Unlock"), close));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await access.signIn(token.value);
    } catch (problem) {
      if (!(problem instanceof ProblemError)) throw problem;
      setProblem([`${problem.title}.`, problem.detail].join(" ").trim());
      token.select();
    }
  });
  return form;
}

/**
 * @param {Access} access
 * @param {HTMLButtonElement} close
 */
function signOut(access, close) {
  const problem = element("p", "problem-text");
  problem.setAttribute("role", "alert");
  const leave = button("Sign out", "", async () => {
    try {
      await access.signOut();
    } catch (reason) {
      if (!(reason instanceof ProblemError)) throw reason;
      problem.textContent = `${reason.title}. ${reason.detail}`;
    }
  });
  return element("div", "", problem, element("div", "row", leave, close));
}
