// The address of the page that compares runs.

import { SERIES } from "../plot/series-look.js";
import { root } from "../shell/root.js";

/** More runs than that cannot be told apart. */
export const MOST_COMPARED = SERIES;

/** @param {readonly string[]} ids of runs */
export function comparePath(ids) {
  return `${root}/compare${ids.length ? `?runs=${ids.map(encodeURIComponent).join(",")}` : ""}`;
}

/**
 * @param {string} search of the page's address
 * @returns {{ids: string[], beyond: number}} each id once; `beyond`: how many are left out
 */
export function readCompared(search) {
  const asked = new Set((new URLSearchParams(search).get("runs") ?? "").split(",").map((id) => id.trim()).filter(Boolean));
  return { ids: [...asked].slice(0, MOST_COMPARED), beyond: Math.max(0, asked.size - MOST_COMPARED) };
}
