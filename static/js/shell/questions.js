// When the server is asked: one question at a time, so long after the one before, and none while nobody sees the answer.

/** @typedef {{ put: () => Promise<void>, from?: number }} Question `put`: asks, and shows what comes of it; `from`: not
 *   before that time, as `now` tells it */

export class Questions {
  #next;
  #every;
  #document;
  #now;
  #ended;
  #busy = false;
  #asked = -Infinity;
  #rested = -Infinity;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {() => Question | null} next what is to be asked as things stand; null: nothing. Called whenever that may be put
   * @param {{ every: number, document?: Document, now?: () => number, signal?: AbortSignal }} options `every`: milliseconds
   *   from one question to the next, at least
   */
  constructor(next, { every, document = globalThis.document, now = () => performance.now(), signal }) {
    this.#next = next;
    this.#every = every;
    this.#document = document;
    this.#now = now;
    this.#ended = () => signal?.aborted ?? false;
    document.addEventListener("visibilitychange", () => this.look(), { signal });
    signal?.addEventListener("abort", () => clearTimeout(this.#timer));
  }

  /** When the last one was put; -Infinity: none was. */
  get asked() {
    return this.#asked;
  }

  /** Asks now or as soon as it may. Call it when there may be something new to ask. */
  look() {
    clearTimeout(this.#timer);
    if (this.#busy || this.#document.hidden || this.#ended()) return;
    const question = this.#next();
    if (!question) return;
    const now = this.#now();
    const at = Math.max(this.#asked + this.#every, this.#rested, question.from ?? -Infinity);
    if (at > now) this.#timer = setTimeout(() => this.look(), at - now);
    else void this.#put(question);
  }

  /** Asks nothing for so long: the server did not answer. @param {number} milliseconds */
  rest(milliseconds) {
    this.#rested = this.#now() + milliseconds;
  }

  /** @param {Question} question */
  async #put({ put }) {
    this.#busy = true;
    this.#asked = this.#now();
    try {
      await put();
    } finally {
      this.#busy = false;
      this.look();
    }
  }
}
