// A run's log as far as it was there when the page was made: what it says on the way is history, not news.

export class KnownLog {
  #run;
  #seq;
  #come = 0;

  /**
   * @param {string} run empty: there was none
   * @param {number} seq of its last event
   */
  constructor(run, seq) {
    this.#run = run;
    this.#seq = seq;
  }

  /** Whether all of it has come. */
  get complete() {
    return this.#seq === 0;
  }

  /** Of its events so far, in per cent. */
  get share() {
    return this.complete ? 100 : Math.floor((100 * this.#come) / this.#seq);
  }

  /** @param {import("../wire.js").RunEvent} event */
  take(event) {
    const another = event.run && event.run !== this.#run; // a newer one has taken its place
    this.#come = event.seq;
    if (another || event.seq >= this.#seq) this.#seq = 0;
  }
}
