// When to paint: at most once a frame, only what is out of date, and never in a hidden tab. Before the page is printed: at
// once.

import { isPrinted } from "./theme.js";

const ROUNDS = 3; // before paper: what is painted may ask for more, and what moves would do so for ever
const FRAME = 17; // milliseconds, nearly: what is due within two is waited for by frames, which come in time

/** @typedef {{paint: () => void, every: number, last: number}} Work */

export class Painter {
  #window;
  /** @type {Set<Work>} */
  #due = new Set();
  #frame = 0;
  #timer = 0;
  #painting = false;
  #pause;
  #ended;

  /**
   * @param {Window} window
   * @param {() => number} [pause] milliseconds between two paintings at least, of anything: more than 0 while there is
   *   other work to be done. Asked before each, and whenever something goes out of date: where it is over before its
   *   time, what waits is painted with the next such thing.
   * @param {{signal?: AbortSignal}} [options] nothing is painted any more once the signal is aborted
   */
  constructor(window, pause = () => 0, { signal } = {}) {
    this.#window = window;
    this.#pause = pause;
    this.#ended = () => signal?.aborted ?? false;
    window.document.addEventListener("visibilitychange", () => this.#schedule(), { signal });
    signal?.addEventListener("abort", () => {
      this.#due.clear();
      window.cancelAnimationFrame(this.#frame);
      window.clearTimeout(this.#timer);
    });
  }

  /**
   * @param {() => void} paint
   * @param {number} [every] milliseconds between two paintings at least; each frame without
   * @returns {() => void} says that what `paint` paints is out of date
   */
  add(paint, every = 0) {
    const work = { paint, every, last: -Infinity };
    return () => {
      if (this.#ended()) return;
      this.#due.add(work);
      this.#schedule();
    };
  }

  #schedule() {
    if (this.#due.size && !this.#painting && isPrinted(this.#window.document)) return this.#paintNow();
    if (this.#timer) this.#window.clearTimeout(this.#timer);
    this.#timer = 0;
    if (this.#frame || !this.#due.size || this.#window.document.hidden) return;
    // A frame costs the browser a millisecond or two though nothing is painted in it.
    const left = this.#left();
    if (left > 2 * FRAME) {
      this.#timer = this.#window.setTimeout(() => this.#schedule(), left - FRAME);
      return;
    }
    this.#frame = this.#window.requestAnimationFrame((now) => {
      this.#frame = 0;
      const pause = this.#pause();
      for (const work of [...this.#due]) {
        if (now - work.last < Math.max(work.every, pause)) continue;
        this.#due.delete(work);
        work.last = now;
        work.paint();
      }
      this.#schedule();
    });
  }

  /** Milliseconds until the first is to be painted; not above 0 where one is already. */
  #left() {
    const [now, pause] = [this.#window.performance.now(), this.#pause()];
    let left = Infinity;
    for (const { last, every } of this.#due) left = Math.min(left, last + Math.max(every, pause) - now);
    return left;
  }

  #paintNow() {
    this.#painting = true;
    for (let round = 0; round < ROUNDS && this.#due.size; round++) {
      const due = [...this.#due];
      this.#due.clear();
      for (const { paint } of due) paint();
    }
    this.#painting = false;
  }
}
