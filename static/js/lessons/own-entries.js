// Which entries of the board this browser has submitted, and which recipe's score it has predicted.

const STORE = "threeseven.entries";
const PREDICTED = "threeseven.predicted";
const MOST = 100;

/** Of which recipe this browser has predicted the score, by its key; empty: of none that is known. */
export function predictedRecipe() {
  try {
    return localStorage.getItem(PREDICTED) ?? "";
  } catch {
    return "";
  }
}

/** @param {string} key */
export function rememberPredicted(key) {
  try {
    localStorage.setItem(PREDICTED, key);
  } catch {
    // Storage is forbidden: it has to be predicted again when the page has been left.
  }
}

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
