// Which lessons this browser has opened, and how far.

const STORE = "threeseven.lessons";

/** @typedef {"opened" | "done"} Progress */

/** @returns {Record<string, Progress>} by slug */
export function progress() {
  try {
    const found = JSON.parse(localStorage.getItem(STORE) ?? "{}");
    return found && typeof found === "object" ? found : {};
  } catch {
    return {};
  }
}

/** @param {string} slug @param {Progress} [how] a lesson that is done stays so */
export function markSeen(slug, how = "opened") {
  const all = progress();
  if (all[slug] === "done" || all[slug] === how) return;
  try {
    localStorage.setItem(STORE, JSON.stringify({ ...all, [slug]: how }));
  } catch {
    // Storage is forbidden: nothing is remembered.
  }
}
