// The class that this tab is in: what the server tells of it, and what its member or its teacher does.

import { ProblemError, request } from "../shell/problem.js";
import { root } from "../shell/root.js";
import { decide, KEPT, newMembership, pageAt, pathOf } from "./membership.js";

/** @import { ClassState } from "../wire.js" */
/** @import { Membership } from "./membership.js" */

const SHOWN_AFTER = 500; // milliseconds without a further change until what a teacher sets is shown to the class
const RETRY = 10_000; // milliseconds until a prediction that did not get through is sent again
const STILL_THERE = 600_000; // milliseconds between two signs of life of a teacher, without which a class is closed

const OK = 200; // stands for any that says so
const REFUSED = 422;

export class Classroom {
  #window;
  #stream;
  #toasts;
  /** @type {Set<() => void>} */
  #listeners = new Set();
  /** @type {() => void} */
  #end = () => {};
  #showing = 0;
  #stillThere = 0;
  /** The prediction that is on its way, or did not get through. */
  #sending = { sent: "", until: 0 };
  /** The page that this one is being left for: until another is shown, what is told changes nothing. @type {string | null} */
  #going = null;
  /** What moves to another state of this page without loading it again. @type {((page: string) => boolean) | null} */
  #move = null;
  /** Null where this tab is in no class. @type {Membership | null} */
  membership = KEPT.get();
  /** As the server told last; null until it has. @type {ClassState | null} */
  state = null;
  /** The class is closed, or there is none of its code. */
  over = false;

  /**
   * @param {Window & typeof globalThis} window
   * @param {{stream: import("../run/stream.js").Stream, toasts: import("../shell/toasts.js").Toasts}} context
   * @param {{signal?: AbortSignal}} [options]
   */
  constructor(window, { stream, toasts }, { signal } = {}) {
    this.#window = window;
    this.#stream = stream;
    this.#toasts = toasts;
    if (this.membership) this.#watch();
    // Left for that page and come back to, as it stood.
    window.addEventListener("pageshow", ({ persisted }) => persisted && (this.#going = null), { signal });
    signal?.addEventListener("abort", () => {
      this.#end();
      window.clearTimeout(this.#showing);
      window.clearInterval(this.#stillThere);
    });
  }

  get teaches() {
    return this.membership?.role === "teacher";
  }

  /** Whether the lesson is the one that the class is shown. @param {string} slug */
  isShown(slug) {
    return !this.over && this.membership !== null && this.state?.lesson === slug;
  }

  /** Whether this member has told that it is done with what is shown. */
  get done() {
    const page = this.state?.page;
    return page != null && this.membership?.done === pathOf(page);
  }

  /** Listeners are notified of every change. @param {() => void} listener @returns {() => void} ends it */
  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** `move` is given a page with this page's path, and shows its state. @param {(page: string) => boolean} move true: done */
  onMove(move) {
    this.#move = move;
  }

  /** @param {string} code @param {Membership["role"]} [role] */
  join(code, role = "member") {
    this.#end();
    this.state = null;
    this.over = false;
    this.#keep(newMembership(code, role));
    this.#watch();
  }

  leave() {
    this.#window.clearInterval(this.#stillThere);
    this.#end();
    this.state = null;
    this.over = false;
    this.#keep(null);
  }

  /** Go along with what the class is shown, or no more; of a teacher: show one's pages, or no more. @param {boolean} follows */
  follow(follows) {
    if (!this.membership || this.membership.follows === follows) return;
    this.#keep({ ...this.membership, follows, sent: null });
    if (this.teaches) this.#showHere();
    else this.#watch(); // counted anew, and told at once where to go
  }

  /** Send a lesson's prediction, once. @param {string} lesson @param {Record<string, string>} answers */
  async answer(lesson, answers) {
    const { membership } = this;
    const sent = JSON.stringify(answers);
    if (!membership || this.teaches || !membership.follows || this.over || membership.answered[lesson] === sent) return;
    if (this.#sending.sent === sent && Date.now() < this.#sending.until) return;
    this.#sending = { sent, until: Date.now() + RETRY };
    const status = await this.#request("POST", "/predictions", { member: membership.id, lesson, answers });
    const settled = status === OK || status === REFUSED; // what is refused once is so again
    if (settled && this.membership) this.#keep({ ...this.membership, answered: { ...this.membership.answered, [lesson]: sent } });
  }

  /** @param {boolean} done */
  async sendDone(done) {
    const { membership, state } = this;
    if (!membership || !state?.page) return;
    const path = pathOf(state.page);
    const status = await this.#request("POST", "/done", { member: membership.id, done });
    if (status === OK && this.membership) this.#keep({ ...this.membership, done: done ? path : null });
  }

  /** A teacher's page has another address by now. */
  moved() {
    if (!this.teaches || !this.membership?.follows) return;
    this.#window.clearTimeout(this.#showing);
    this.#showing = this.#window.setTimeout(() => this.#showHere(), SHOWN_AFTER);
  }

  /** @param {boolean} released */
  release(released) {
    return this.#request("PATCH", "", { released });
  }

  close() {
    return this.#request("DELETE", "");
  }

  #watch() {
    this.#end();
    this.#going = null;
    const { membership } = this;
    if (!membership) return;
    const { code, id, follows } = membership;
    const seen = this.teaches ? {} : { member: id, follows };
    this.#end = this.#stream.watchClass(code, seen, {
      onState: (state) => this.#take(state),
      onOver: () => this.#close(),
    });
  }

  /** @param {ClassState} state */
  #take(state) {
    const first = this.state === null;
    this.state = state;
    const { membership } = this;
    if (membership?.done && (state.page === null || pathOf(state.page) !== membership.done)) this.#keep({ ...membership, done: null });
    if (this.teaches) {
      if (first) this.#teach();
    } else this.#follow(state.page);
    this.#emit();
  }

  /** @param {string | null} shown */
  #follow(shown) {
    const { membership } = this;
    const { location } = this.#window;
    if (!membership || shown === null || shown === this.#going) return;
    const here = pageAt(location, root);
    const leaving = this.#going !== null;
    const next = leaving && membership.follows ? "go" : decide(membership, shown, here);
    if (next === "freed") this.follow(false);
    if (next === "freed" || !membership.follows) return;
    if (membership.sent !== shown) this.#keep({ ...membership, sent: shown });
    if (next !== "go") return;
    const same = here !== null && pathOf(here) === pathOf(shown);
    const [state, part = ""] = shown.split("#");
    if (!same || leaving) {
      this.#going = shown;
      location.assign(root + shown);
    } else if (here?.split("#")[0] === state || this.#move?.(shown)) {
      if (part && location.hash !== `#${part}`) location.hash = part;
    } else location.replace(root + shown); // another state of the same page is no further step back
  }

  #close() {
    this.over = true;
    this.#window.clearInterval(this.#stillThere);
    this.#end();
    this.#end = () => {};
    KEPT.set(null);
    this.#emit();
  }

  /** A page of the teacher's: what it shows is shown, and it keeps the class open. */
  #teach() {
    this.#showHere();
    this.#request("GET", "");
    this.#window.clearInterval(this.#stillThere);
    this.#stillThere = this.#window.setInterval(() => this.#request("GET", ""), STILL_THERE);
  }

  async #showHere() {
    const page = pageAt(this.#window.location, root);
    if (!this.teaches || !this.membership?.follows || this.over || page === null || page === this.state?.page) return;
    await this.#request("PATCH", "", { page });
  }

  /** @param {string} method @param {string} path @param {object} [body] @returns {Promise<number>} HTTP's status; 0: no answer */
  async #request(method, path, body) {
    const code = this.membership?.code;
    if (!code) return 0;
    try {
      await request(method, `/api/classes/${code}${path}`, body);
      return OK;
    } catch (problem) {
      if (!(problem instanceof ProblemError)) throw problem;
      if (problem.status === 404) this.#close();
      else if (problem.status !== 0) this.#toasts.showProblem(problem, { key: "class" }); // else the connection's state tells
      return problem.status;
    }
  }

  /** @param {Membership | null} membership */
  #keep(membership) {
    this.membership = membership;
    KEPT.set(membership);
    this.#emit();
  }

  #emit() {
    for (const listener of [...this.#listeners]) listener();
  }
}
