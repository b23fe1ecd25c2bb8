// Which entries of the board this browser has submitted.

const STORE = "threeseven.entries";
const MOST = 100;

/** @returns {string[]} ids, the newest last */
export function ownEntries() {
  try {
    const found = JSON.parse(localStorage.getItem(STORE) ?? "[]");
    return Array.isArray(found) ? found.filter((id) => typeof id === "string") : [];
  } catch {
    return [];
  }
}

/** @param {string} id */
export function rememberEntry(id) {
  try {
    localStorage.setItem(STORE, JSON.stringify([...ownEntries().filter((other) => other !== id), id].slice(-MOST)));
  } catch {
    // Storage is forbidden: which ones are whose is forgotten with the page.
  }
}
