// A run's log, followed over a WebSocket with a cursor: every event once and in order, through any number of
// reconnections. `run` is an id, or "live": the newest run, and after its end the next one to start.

import { decodeFrame, ENDINGS } from "./frames.js";

/** @typedef {"connecting" | "live" | "reconnecting" | "ended" | "gone"} StreamState */

const FIRST_DELAY = 250; // milliseconds before the first new attempt; doubled at each further one
const LONGEST_DELAY = 10_000;
const CLOSED_NORMALLY = 1000;
const CLOSED_UNKNOWN_RUN = 4404;

export class RunStream {
  #window;
  #run;
  #onEvent;
  #onState;
  /** @type {WebSocket | null} */
  #socket = null;
  #timer = 0;
  #attempts = 0;
  #ended = false; // the last event of the run named by the cursor was seen
  #cursor;
  #stopped = new AbortController();
  /** @type {StreamState} */
  state = "connecting";

  /**
   * @param {Window & typeof globalThis} window
   * @param {{run: string, onEvent: (event: import("./wire.js").RunEvent) => void,
   *   onState?: (state: StreamState, retryAt: number | null) => void, from?: {run: string, after: number}}} options
   *   `retryAt`: when the next attempt comes, in milliseconds of `Date.now()`; `from`: the events up to `after` of that
   *   run are known already
   */
  constructor(window, { run, onEvent, onState = () => {}, from = { run: "", after: 0 } }) {
    this.#window = window;
    this.#run = run;
    this.#onEvent = onEvent;
    this.#onState = onState;
    this.#cursor = from;
    const { signal } = this.#stopped;
    const onVisibility = () => window.document.hidden || this.#hurry();
    window.addEventListener("online", () => this.#hurry(), { signal });
    window.addEventListener("offline", () => this.#socket?.close(), { signal });
    window.document.addEventListener("visibilitychange", onVisibility, { signal });
  }

  start() {
    this.#connect();
  }

  /** For good: nothing is told any more. */
  stop() {
    this.#stopped.abort();
    this.#window.clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  get #url() {
    const { protocol, host } = this.#window.location;
    const base = `${protocol === "https:" ? "wss" : "ws"}://${host}/ws`;
    const { run, after } = this.#cursor;
    if (this.#run !== "live") return `${base}/runs/${encodeURIComponent(this.#run)}?after=${after}`;
    return `${base}/live?after=${after}` + (run ? `&run=${encodeURIComponent(run)}` : "");
  }

  #connect() {
    this.#window.clearTimeout(this.#timer);
    this.#timer = 0;
    const socket = new WebSocket(this.#url);
    socket.binaryType = "arraybuffer";
    socket.addEventListener("open", () => socket === this.#socket && this.#set("live"));
    socket.addEventListener("message", ({ data }) => {
      if (socket === this.#socket) this.#receive(data);
    });
    socket.addEventListener("close", ({ code }) => {
      if (socket === this.#socket) this.#closed(code);
    });
    this.#socket = socket;
  }

  /** @param {string | ArrayBuffer} frame */
  #receive(frame) {
    const event = decodeFrame(frame);
    this.#attempts = 0;
    if (event.run && event.run !== this.#cursor.run) this.#cursor = { run: event.run, after: 0 };
    if (event.seq <= this.#cursor.after) return;
    this.#cursor.after = event.seq;
    this.#ended = ENDINGS.has(event.type);
    this.#onEvent(event);
  }

  /** @param {number} code */
  #closed(code) {
    this.#socket = null;
    if (code === CLOSED_UNKNOWN_RUN && this.#run !== "live") return this.#set("gone");
    // The run that was shown live was deleted: whatever is newest now is shown from its beginning.
    if (code === CLOSED_UNKNOWN_RUN) this.#cursor = { run: "", after: 0 };
    if (code === CLOSED_NORMALLY && this.#ended) {
      if (this.#run !== "live") return this.#set("ended");
      this.#ended = false;
      return this.#connect(); // and wait there for the next run: to the viewer the stream is still live
    }
    this.#retry();
  }

  #retry() {
    const ceiling = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** this.#attempts++);
    const delay = ceiling * (0.5 + Math.random() / 2);
    this.#timer = this.#window.setTimeout(() => this.#connect(), delay);
    this.#set("reconnecting", Date.now() + delay);
  }

  /** Do not wait out the delay when there is reason to think that the server can be reached again. */
  #hurry() {
    if (this.#timer) this.#connect();
  }

  /**
   * @param {StreamState} state
   * @param {number | null} [retryAt]
   */
  #set(state, retryAt = null) {
    this.state = state;
    this.#onState(state, retryAt);
  }
}
