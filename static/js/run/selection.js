// Which runs of a list are selected, as lists on desktops have it.

export class Selection {
  /** @type {Set<string>} */
  #ids = new Set();
  /** Where a range begins. @type {string | null} */
  #anchor = null;

  get size() {
    return this.#ids.size;
  }

  get ids() {
    return [...this.#ids];
  }

  /** @param {string} id */
  has(id) {
    return this.#ids.has(id);
  }

  /** @param {string} id */
  only(id) {
    this.#ids = new Set([id]);
    this.#anchor = id;
  }

  /** @param {string} id */
  toggle(id) {
    if (!this.#ids.delete(id)) this.#ids.add(id);
    this.#anchor = id;
  }

  /**
   * Select what lies from where the range began to `id`, both included; what was selected beside it stays with `add`.
   *
   * @param {string} id
   * @param {string[]} order all that are shown
   * @param {boolean} [add]
   */
  extend(id, order, add = false) {
    const from = this.#anchor === null ? -1 : order.indexOf(this.#anchor);
    const to = order.indexOf(id);
    if (to < 0) return;
    if (from < 0) return add ? this.toggle(id) : this.only(id);
    if (!add) this.#ids.clear();
    for (const each of order.slice(Math.min(from, to), Math.max(from, to) + 1)) this.#ids.add(each);
  }

  /** @param {string[]} order */
  all(order) {
    this.#ids = new Set(order);
    this.#anchor = order[0] ?? null;
  }

  clear() {
    this.#ids.clear();
    this.#anchor = null;
  }

  /**
   * Forget what is not shown any more: nothing is done to a run that nobody sees.
   *
   * @param {Set<string>} shown
   */
  keep(shown) {
    for (const id of this.#ids) if (!shown.has(id)) this.#ids.delete(id);
  }
}
