// What is read aloud of something that changes on the screen: once it has stood a while, so that it does not chatter.

/** Milliseconds. */
const SETTLED = 900;

/**
 * Words are spoken once they have stood, however often they are announced anew meanwhile; the figure beside them is then
 * spoken as it is at that moment, and again once it has stood too: of a run that learns it is another at each reading.
 */
export class Spoken {
  #speak;
  #clock;
  #signal;
  #words = "";
  #figure = "";
  /** The words that stand, or are waited for. */
  #standing = "";
  #spoken = "";
  #looks = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  /** Whether the words themselves are waited for, rather than their figure. */
  #wordsDue = false;

  /**
   * @param {(words: string) => void} speak
   * @param {{ clock?: Pick<typeof globalThis, "setTimeout" | "clearTimeout">, signal?: AbortSignal }} [options]
   */
  constructor(speak, { clock = globalThis, signal } = {}) {
    this.#speak = speak;
    this.#clock = clock;
    this.#signal = signal;
    signal?.addEventListener("abort", () => clock.clearTimeout(this.#timer));
  }

  /**
   * Of what is announced in one go the last counts.
   *
   * @param {string} words
   * @param {string} [figure]
   */
  announce(words, figure = "") {
    this.#words = words;
    this.#figure = figure;
    if (this.#looks) return;
    this.#looks = true;
    queueMicrotask(() => {
      this.#looks = false;
      if (!this.#signal?.aborted) this.#look();
    });
  }

  get #sentence() {
    return this.#figure ? `${this.#words}, ${this.#figure}` : this.#words;
  }

  #look() {
    if (this.#words === this.#standing && (this.#wordsDue || this.#sentence === this.#spoken)) return;
    this.#wordsDue = this.#wordsDue || this.#words !== this.#standing;
    this.#standing = this.#words;
    this.#clock.clearTimeout(this.#timer);
    this.#timer = this.#clock.setTimeout(() => {
      this.#wordsDue = false;
      if (this.#sentence === this.#spoken) return;
      this.#spoken = this.#sentence;
      this.#speak(this.#spoken);
    }, SETTLED);
  }
}
