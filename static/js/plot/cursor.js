/** @typedef {{min: number, max: number}} Range */

/**
 * Where several plots of one x axis are looked at: the place under pointer or keys, and the range that they show.
 */
export class Cursor {
  /** @type {number | null} null: nowhere */
  #x = null;
  /** @type {Range | null} */
  #zoom = null;
  /** @type {Set<() => void>} */
  #listeners = new Set();

  get x() {
    return this.#x;
  }

  /** @type {Range | null} null: all there is */
  get zoom() {
    return this.#zoom;
  }

  /** @param {number | null} x */
  moveTo(x) {
    if (x === this.#x) return;
    this.#x = x;
    this.#emit();
  }

  /** @param {Range | null} range */
  zoomTo(range) {
    if (range === this.#zoom) return;
    this.#zoom = range;
    this.#emit();
  }

  /**
   * @param {() => void} listener
   * @param {AbortSignal} signal ends it
   */
  subscribe(listener, signal) {
    if (signal.aborted) return;
    this.#listeners.add(listener);
    signal.addEventListener("abort", () => this.#listeners.delete(listener), { once: true });
  }

  #emit() {
    for (const listener of this.#listeners) listener();
  }
}
