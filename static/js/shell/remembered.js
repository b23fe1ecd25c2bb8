/**
 * A value that outlives a reload in this tab and is seen by nobody else.
 *
 * @template Value
 */
export class Remembered {
  /** @param {string} key */
  constructor(key) {
    this.key = key;
  }

  /** @returns {Value | null} null: nothing kept, or storage is forbidden here */
  get() {
    try {
      return JSON.parse(sessionStorage.getItem(this.key) ?? "null");
    } catch {
      return null;
    }
  }

  /** @param {Value} value */
  set(value) {
    try {
      sessionStorage.setItem(this.key, JSON.stringify(value));
    } catch {
      // Storage is forbidden or full: what is on the page stays there until it is left.
    }
  }
}
