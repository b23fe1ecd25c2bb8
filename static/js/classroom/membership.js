// What a tab remembers of the class that it is in, and what follows from it.

import { Remembered } from "../shell/remembered.js";

/**
 * @typedef {object} Membership
 * @property {string} code
 * @property {string} id a random string by which the server counts this tab, and lets it replace its own answers
 * @property {"member" | "teacher"} role
 * @property {boolean} follows a member goes along; a teacher's pages are shown
 * @property {string | null} sent the page that it was taken to last
 * @property {Record<string, string>} answered by lesson, the answers that the class has
 * @property {string | null} done the page that it is done with
 */

const ALPHABET = /^[CDFGHJKMNPQRTVWXY34679]{6}$/;

/** @type {Remembered<Membership | null>} */
export const KEPT = new Remembered("threeseven.class");

/** @param {string} code @param {Membership["role"]} role @returns {Membership} */
export function newMembership(code, role) {
  const id = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return { code, id, role, follows: true, sent: null, answered: {}, done: null };
}

/** As people read a code. @param {string} code */
export function spoken(code) {
  return `${code.slice(0, 3)} ${code.slice(3)}`;
}

/** The code as it is kept, however it was typed; null where it can be none. @param {string} typed */
export function readCode(typed) {
  const code = typed.toUpperCase().replace(/[\s-]/g, "");
  return ALPHABET.test(code) ? code : null;
}

/**
 * What a class can be shown of this address: a path of this server with its query and fragment; null where it is not for
 * others.
 *
 * @param {{pathname: string, search: string, hash: string}} location
 * @param {string} root
 * @returns {string | null}
 */
export function pageAt({ pathname, search, hash }, root) {
  const path = pathname.slice(root.length) || "/";
  if (!/^\/(?:draw|compare|lessons(?:\/[a-z0-9-]+)?|runs(?:\/[\w-]+)?)?$/.test(path)) return null;
  const query = new URLSearchParams(search);
  query.delete("present");
  const said = String(query);
  return `${path}${said ? `?${said}` : ""}${/^#[\w-]*$/.test(hash) ? hash : ""}`;
}

/** @param {string} page */
export function pathOf(page) {
  return page.split(/[?#]/, 1)[0];
}

/**
 * What a member's tab does that is told what the class is shown: `go` there, `stay`, or, where it has gone elsewhere by
 * itself since it was taken there, count as `freed`.
 *
 * @param {{follows: boolean, sent: string | null}} membership
 * @param {string | null} shown
 * @param {string | null} here as `pageAt` has it
 * @returns {"go" | "stay" | "freed"}
 */
export function decide({ follows, sent }, shown, here) {
  if (!follows || shown === null || shown === here) return "stay";
  if (shown !== sent) return "go";
  return here !== null && pathOf(here) === pathOf(shown) ? "stay" : "freed";
}
