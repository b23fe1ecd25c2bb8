// Everything that a page watches, over one WebSocket (`/ws` in docs/protocol.md): runs, the live run, the list of runs.
// Every event once and in order, through any number of reconnections; a connection that goes silent counts as lost.

import { decodeFrame } from "./frames.js";
import { request } from "../shell/problem.js";
import { root } from "../shell/root.js";
import { BoardSubscription, ClassSubscription, ClusterSubscription, ListSubscription, RunSubscription } from "./subscriptions.js";

/** @import { Heartbeat, Queue, Refused, Run, RunEvent, StreamFrame } from "../wire.js" */
/** @import { Subscription } from "./subscriptions.js" */
/**
 * @typedef {object} TroubleListener
 * @property {(trouble: string | null) => void} onTrouble why the server can store nothing at present, said again at each
 *   heartbeat; null where it can
 * @property {(reason: string | null) => void} onBlocked why no connection opens though the server answers; null once one
 *   does
 */
/** @typedef {"connecting" | "live" | "reconnecting" | "ended" | "gone" | "damaged"} StreamState */

const FIRST_DELAY = 250; // milliseconds before the first new attempt; doubled at each further one
const LONGEST_DELAY = 10_000;
const PATIENCE = 5000; // for an attempt to connect, up to the server's first heartbeat
const MISSED = 3; // heartbeats in a row without any word: the connection is lost
const NOT_OPENED = 1006; // what browsers give where the handshake failed
const FULL = 1013;
const NO_UPGRADE =
  "The server answers, but no WebSocket comes through: a proxy in front of it must pass them on, as its README shows.";

export class Stream {
  #window;
  #onState;
  #onDamaged;
  /** @type {Set<TroubleListener>} */
  #troubled = new Set();
  /** @type {Set<Subscription>} */
  #subscriptions = new Set();
  /** @type {WebSocket | null} */
  #socket = null;
  #open = false;
  #retry = 0;
  #watch = 0;
  #attempts = 0;
  #received = 0;
  #silence = PATIENCE;
  #stopped = new AbortController();
  /** What the page is about has come to its end. @type {"ended" | "gone" | "damaged" | null} */
  #rested = null;
  /** The queue as it was sent last over this connection. @type {Queue | null} */
  #queue = null;
  /** @type {Set<(state: StreamState, retryAt: number | null) => void>} */
  #watchers = new Set();
  /** @type {number | null} */
  #retryAt = null;
  /** @type {StreamState} */
  state = "connecting";

  /**
   * @param {Window & typeof globalThis} window
   * @param {{onState?: (state: StreamState, retryAt: number | null) => void, onDamaged?: (run: string, reason: string) => void}} [options]
   *   `retryAt`: when the next attempt comes, in milliseconds of `Date.now()`; `onDamaged`: no more of this run's log
   *   comes, since it cannot be read
   */
  constructor(window, { onState = () => {}, onDamaged = () => {} } = {}) {
    this.#window = window;
    this.#onState = onState;
    this.#onDamaged = onDamaged;
    const { signal } = this.#stopped;
    const onVisibility = () => window.document.hidden || this.#hurry();
    window.addEventListener("online", () => this.#hurry(), { signal });
    window.addEventListener("offline", () => this.#socket && this.#lost(), { signal });
    window.document.addEventListener("visibilitychange", onVisibility, { signal });
  }

  /**
   * @param {string} run
   * @param {{after?: number, types?: string[] | null, onEvent: (event: RunEvent) => void}} options `after`: the last seq
   *   that is known already; `types`: of the events that are wanted, null is all
   * @returns {() => void} ends it
   */
  watchRun(run, options) {
    return this.#add(new RunSubscription(run, options));
  }

  /**
   * The newest run, and when another one starts that one: its events name it.
   *
   * @param {{seen?: {run: string, seq: number} | null, types?: string[] | null, onEvent: (event: RunEvent) => void, onLive?: (run: string) => void}} options
   *   `onLive`: this run is the newest, and no more comes of the one before
   * @returns {() => void} ends it
   */
  watchLive({ seen = null, ...options }) {
    return this.#add(new RunSubscription(seen?.run ?? "", { ...options, after: seen?.seq ?? 0, live: true }));
  }

  /**
   * Changes of the list of runs. `onOpen` comes first, and again after each interruption: what happened before is for
   * the page to fetch.
   *
   * @param {{onRun?: (run: Run) => void, onDeleted?: (id: string) => void, onQueue?: (places: Map<string, number>) => void, onOpen?: () => void}} to
   * @param {{aside?: boolean}} [options] `aside`: the page is not about it, and is at its end without it
   * @returns {() => void} ends it
   */
  watchList({ onRun = () => {}, onDeleted = () => {}, onQueue = () => {}, onOpen = () => {} }, { aside = false } = {}) {
    return this.#add(new ListSubscription({ onRun, onDeleted, onQueue, onOpen }, aside));
  }

  /**
   * @param {() => void} onChange the board of a lesson may be another than was fetched: at once, whenever it changes, and
   *   after each interruption
   * @returns {() => void} ends it
   */
  watchBoard(onChange) {
    return this.#add(new BoardSubscription(onChange));
  }

  /**
   * @param {(state: import("../wire.js").ClusterState) => void} onState the servers of this history, at once and whenever
   *   one of them has changed
   * @returns {() => void} ends it
   */
  watchCluster(onState) {
    return this.#add(new ClusterSubscription(onState));
  }

  /**
   * A class, as it stands and whenever that changes.
   *
   * @param {string} code
   * @param {{member?: string, follows?: boolean}} as whom it is watched; of nobody's the page only looks on
   * @param {{onState: (state: import("../wire.js").ClassState) => void, onOver?: () => void}} to `onOver`: it is closed, or
   *   there is none, and nothing more comes
   * @returns {() => void} ends it
   */
  watchClass(code, as, to) {
    return this.#add(new ClassSubscription(code, as, to));
  }

  /**
   * @param {(state: StreamState, retryAt: number | null) => void} listener called at once, and of each change; `retryAt`
   *   as for the constructor
   * @returns {() => void} ends it
   */
  watchState(listener) {
    this.#watchers.add(listener);
    listener(this.state, this.#retryAt);
    return () => this.#watchers.delete(listener);
  }

  /**
   * @param {TroubleListener} listener
   * @returns {() => void} ends it
   */
  watchTrouble(listener) {
    this.#troubled.add(listener);
    return () => this.#troubled.delete(listener);
  }

  /** Does nothing where it has been started. */
  start() {
    if (!this.#socket && !this.#retry) this.#connect();
  }

  /** For good: nothing is told any more. */
  stop() {
    this.#stopped.abort();
    this.#drop();
  }

  /** @param {Subscription} subscription */
  #add(subscription) {
    const twin = this.#list();
    this.#subscriptions.add(subscription);
    const rested = this.#rested;
    if (!subscription.aside) this.#rested = null;
    if (this.#open) {
      if (rested && !this.#rested) this.#set("live");
      this.#ask(subscription, twin);
    } else if (rested && !this.#socket && !this.#retry) this.#connect();
    return () => {
      if (!this.#subscriptions.delete(subscription)) return;
      if (subscription instanceof ListSubscription && this.#list()) return; // the other one goes on
      if (this.#open && subscription.open) this.#send({ type: "unsubscribe", ...subscription.name });
    };
  }

  /** The list is sent once over a connection, to all that watch it. */
  #list() {
    return [...this.#subscriptions].find((each) => each instanceof ListSubscription);
  }

  /**
   * @param {Subscription} subscription
   * @param {Subscription} [twin] has asked for the same list over this connection
   */
  #ask(subscription, twin) {
    const { cursor } = subscription;
    if (!twin || !(subscription instanceof ListSubscription)) this.#send({ type: "subscribe", ...subscription.name, ...cursor });
    else if (this.#queue) subscription.receive(this.#queue);
  }

  /** @param {object} message */
  #send(message) {
    this.#socket?.send(JSON.stringify(message));
  }

  #connect() {
    this.#drop();
    const { protocol, host } = this.#window.location;
    const socket = new WebSocket(`${protocol === "https:" ? "wss" : "ws"}://${host}${root}/ws`);
    socket.binaryType = "arraybuffer";
    socket.addEventListener("message", ({ data }) => socket === this.#socket && this.#receive(data));
    socket.addEventListener("close", ({ code, reason }) => {
      if (socket !== this.#socket) return;
      if (!this.#open && code === NOT_OPENED) this.#askWhy();
      if (!this.#open && code === FULL) this.#block(`${reason}.`);
      this.#lost();
    });
    this.#socket = socket;
    this.#silence = PATIENCE;
    this.#received = Date.now();
    this.#listen();
  }

  /** Look again when the connection would have been silent for too long. */
  #listen() {
    const left = this.#received + this.#silence - Date.now();
    if (left <= 0) return this.#lost();
    this.#watch = this.#window.setTimeout(() => this.#listen(), left);
  }

  /** @param {string | ArrayBuffer} data */
  #receive(data) {
    this.#received = Date.now();
    const frames = /** @type {(RunEvent | StreamFrame)[]} */ ([decodeFrame(data)].flat()); // an array of them is joined
    for (const frame of frames) this.#take(frame);
  }

  /** @param {RunEvent | StreamFrame} frame */
  #take(frame) {
    if (frame.type === "Heartbeat") return this.#beat(frame);
    if (frame.type === "Refused" && !("class" in frame)) return this.#refused(frame);
    if ("seq" in frame && frame.type !== "Ended") return this.#log(frame.run)?.take(frame);
    if (frame.type === "Queue") this.#queue = frame;
    for (const subscription of this.#subscriptions) subscription.receive(frame);
    if (frame.type === "Ended") this.#rest();
  }

  /** @param {Heartbeat} heartbeat */
  #beat({ every, trouble }) {
    for (const { onTrouble } of this.#troubled) onTrouble(trouble);
    this.#attempts = 0;
    this.#silence = MISSED * every * 1000;
    this.#window.clearTimeout(this.#watch);
    this.#listen();
    if (this.#open) return;
    this.#open = true;
    this.#block(null);
    this.#set(this.#rested ?? "live");
    const list = this.#list();
    for (const each of this.#subscriptions) if (each.open) this.#ask(each, each === list ? undefined : list);
  }

  /**
   * Who takes the events of a run: its own subscription before the one to the live run.
   *
   * @param {string} [run]
   */
  #log(run) {
    const logs = this.#logs.filter((each) => each.run === run && each.open);
    return logs.find(({ live }) => !live) ?? logs[0];
  }

  get #logs() {
    return [...this.#subscriptions].filter((each) => each instanceof RunSubscription);
  }

  /** @param {Refused} frame */
  #refused({ run, reason, damaged }) {
    for (const each of this.#logs) if (!each.live && each.run === run) each.open = false;
    if (run && damaged) this.#onDamaged(run, reason);
    this.#rest(damaged ? "damaged" : "gone");
  }

  /** Where nothing more can come, there is no need of a connection. @param {"ended" | "gone" | "damaged"} [state] */
  #rest(state = "ended") {
    const open = [...this.#subscriptions].filter((each) => each.open);
    if (open.some(({ aside }) => !aside)) return;
    this.#rested = state;
    if (!open.length) this.#drop();
    this.#set(state);
  }

  /** Without waiting for the old connection to close: it may never say that it has. */
  #drop() {
    this.#window.clearTimeout(this.#retry);
    this.#window.clearTimeout(this.#watch);
    this.#retry = this.#watch = 0;
    const socket = this.#socket;
    this.#socket = null;
    this.#queue = null;
    this.#open = false;
    socket?.close();
  }

  #lost() {
    this.#drop();
    const ceiling = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** this.#attempts++);
    const delay = ceiling * (0.5 + Math.random() / 2);
    this.#retry = this.#window.setTimeout(() => this.#connect(), delay);
    this.#set("reconnecting", Date.now() + delay);
  }

  /** A handshake that fails does not say why. */
  async #askWhy() {
    const answer = await request("POST", "/api/handshake").catch(() => null);
    if (!answer || this.#open || this.#stopped.signal.aborted) return;
    if (answer.refused) this.#block(answer.refused);
    else if (this.#attempts > 1) this.#block(NO_UPGRADE);
  }

  /** @param {string | null} reason */
  #block(reason) {
    for (const { onBlocked } of this.#troubled) onBlocked(reason);
  }

  /** Do not wait out the delay when there is reason to think that the server can be reached again. */
  #hurry() {
    if (this.#retry) this.#connect();
    else if (this.#socket && Date.now() - this.#received > this.#silence) this.#lost();
  }

  /**
   * @param {StreamState} state
   * @param {number | null} [retryAt]
   */
  #set(state, retryAt = null) {
    this.state = state;
    this.#retryAt = retryAt;
    this.#onState(state, retryAt);
    for (const watcher of [...this.#watchers]) watcher(state, retryAt);
  }
}
