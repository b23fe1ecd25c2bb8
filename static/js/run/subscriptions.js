// What a page watches over its WebSocket: how each thing is asked for, from where it was left, and who takes what comes.

/** @import { Run, RunEvent, StreamFrame } from "../wire.js" */

/** The type of each log's first event. */
const FIRST = "RunQueued";

/**
 * @typedef {object} Subscription
 * @property {boolean} open it goes on, so a new connection asks for it again
 * @property {boolean} aside the page is not about it: without anything else it is at its end
 * @property {object} name names it in a message
 * @property {object} cursor the message's further fields
 * @property {(frame: StreamFrame) => void} receive takes a frame that is in no log
 */

/** A run's log behind a cursor; with `live` that of whichever run started last. @implements {Subscription} */
export class RunSubscription {
  open = true;
  aside = false;

  /**
   * @param {string} run with `live`: of which `after` is known; empty: none
   * @param {{after?: number, types?: string[] | null, live?: boolean, onEvent: (event: RunEvent) => void, onLive?: (run: string) => void}} options
   *   where the first event's type is among `types`, all of an earlier subscription to the run may still be on its way;
   *   `onLive`: with `live`, another run is the newest, and no more comes of the one before
   */
  constructor(run, { after = 0, types = null, live = false, onEvent, onLive = () => {} }) {
    this.run = run;
    this.after = after;
    this.types = types;
    this.live = live;
    this.onEvent = onEvent;
    this.onLive = onLive;
  }

  get name() {
    return { run: this.live ? "live" : this.run };
  }

  /** Its first event has yet to come: what comes before was on its way to an earlier subscription. */
  get #awaited() {
    return this.after === 0 && (this.types?.includes(FIRST) ?? false);
  }

  get cursor() {
    const { run, after, types } = this;
    if (!this.live) return { after, types, joined: true };
    return { seen: run ? { run, seq: after } : null, types, joined: true };
  }

  /** @param {RunEvent} event */
  take(event) {
    if (event.seq <= this.after || (this.#awaited && event.type !== FIRST)) return;
    this.after = event.seq;
    this.onEvent(event);
  }

  /** @param {StreamFrame} frame */
  receive(frame) {
    if (frame.type === "Ended" && frame.run === this.run && !this.live && !this.#awaited) this.open = false;
    if (frame.type !== "Live" || frame.run === this.run || !this.live) return;
    this.run = frame.run;
    this.after = 0;
    this.onLive(frame.run);
  }
}

/** That the board of a lesson has changed: at once, and whenever it has. @implements {Subscription} */
export class BoardSubscription {
  open = true;
  aside = true;
  name = { board: true };
  cursor = {};

  /** @param {() => void} onChange */
  constructor(onChange) {
    this.onChange = onChange;
  }

  /** @param {StreamFrame} frame */
  receive({ type }) {
    if (type === "BoardChanged") this.onChange();
  }
}

/** The servers of this history and their workers. @implements {Subscription} */
export class ClusterSubscription {
  open = true;
  aside = false;
  name = { cluster: true };
  cursor = {};

  /** @param {(state: import("../wire.js").ClusterState) => void} onState */
  constructor(onState) {
    this.onState = onState;
  }

  /** @param {StreamFrame} frame */
  receive(frame) {
    if (frame.type === "Cluster") this.onState(frame);
  }
}

/** The list of runs. @implements {Subscription} */
export class ListSubscription {
  open = true;
  name = { runs: true };
  aside;
  #to;
  #begun = false;

  /**
   * @param {{onRun: (run: Run) => void, onDeleted: (id: string) => void, onQueue: (places: Map<string, number>) => void, onOpen: () => void}} to
   * @param {boolean} aside
   */
  constructor(to, aside) {
    this.#to = to;
    this.aside = aside;
  }

  /** Read when a connection asks for it. */
  get cursor() {
    this.#begun = false;
    return {};
  }

  /** @param {StreamFrame} frame the queue comes first, at once */
  receive(frame) {
    if (frame.type === "Queue") {
      if (!this.#begun) this.#to.onOpen();
      this.#begun = true;
      this.#to.onQueue(new Map(frame.runs.map((run, i) => [run, frame.places[i]])));
    } else if (frame.type === "RunChanged") this.#to.onRun(frame.run);
    else if (frame.type === "RunDeleted") this.#to.onDeleted(frame.id);
  }
}

/** A class. The page is not about it. @implements {Subscription} */
export class ClassSubscription {
  open = true;
  aside = true;
  name;
  cursor;
  #to;

  /**
   * @param {string} code
   * @param {{member?: string, follows?: boolean}} as
   * @param {{onState: (state: import("../wire.js").ClassState) => void, onOver?: () => void}} to
   */
  constructor(code, as, to) {
    this.name = { class: code };
    this.cursor = as;
    this.#to = to;
  }

  /** @param {StreamFrame} frame */
  receive(frame) {
    const code = frame.type === "Class" ? frame.code : frame.type === "Refused" && "class" in frame ? frame.class : null;
    if (code !== this.name.class || !this.open) return;
    if (frame.type === "Class" && !frame.closed) return this.#to.onState(frame);
    this.open = false;
    this.#to.onOver?.();
  }
}
