// Which run a page shows, and how its log gets here: all of one run's, or the newest run's and, beside it, that of one
// which has begun since and waits to be looked at.

import { fetchBytes, ProblemError } from "../shell/problem.js";
import { decodeFrame, ENDINGS } from "./frames.js";
import { unpackFrames } from "./frame-pack.js";
import { root } from "../shell/root.js";
import { RunAt } from "./run-at.js";
import { RunLog } from "./run-log.js";

/** @typedef {import("../wire.js").RunEvent} RunEvent */

/** Of a run that is over, all but its weight images: the newest is fetched by itself, before the whole log is here. */
const CURVES = [
  "RunQueued", "RunStarted", "Steps", "EpochEnded", "Controlled", "CheckpointSaved", "RunPaused", "RunResumed",
  "WorkerLost", "WorkerReplaced", "RunFinished", "RunStopped", "RunFailed", "RunInterrupted",
];

/** What a long log has thousands of. */
const NUMBERS = new Set(["Steps", "EpochEnded", "CheckpointSaved"]);

/** Milliseconds between two attempts to fetch a picture. */
const RETRY = 2000;

export class RunFeed {
  #stream;
  #window;
  #onNewer;
  #onDamaged;
  #known;
  #come = 0;
  /** @type {RunLog | null} */
  #newer = null;
  /** The runs whose pictures are here or on their way, and whether that is all they will ever have.
   * @type {Map<string, boolean>} */
  #fetched = new Map();
  /** @type {(() => void) | null} */
  #endQueue = null;
  /** Ends what the page watches of the run that it shows, beside the newest one. @type {(() => void) | null} */
  #endShown = null;
  /** The newest run, and which one was before it. */
  #newest;
  /** Of these two, the one that was deleted last. @type {string | null} */
  #deleted = null;
  /** The seq of the last event that each log has taken: after one that was deleted and is back, or by another
   * subscription, what came once may come again. @type {WeakMap<RunLog, number>} */
  #taken = new WeakMap();
  /** The run that the page shows. */
  run;
  /** Why not all of its log can be shown. @type {string | null} */
  damage = null;

  /**
   * @param {Window} window
   * @param {import("./stream.js").Stream} stream
   * @param {{shown: string, known: {run: string, seq: number, over: boolean, started: boolean}, onNewer: (log: RunLog | null) => void, onDamaged: () => void}} options
   *   `shown`: a run's id, or `live`; `known`: how far the log had got when the page was made; `onNewer`: a run has
   *   begun that :meth:`follow` would show, or what is known of it has changed; `onDamaged`: not all of the log that is
   *   shown can be read
   */
  constructor(window, stream, { shown, known, onNewer, onDamaged }) {
    this.#window = window;
    this.#stream = stream;
    this.#onNewer = onNewer;
    this.#onDamaged = onDamaged;
    this.#known = known;
    this.#newest = { run: known.run, before: "" };
    this.run = new RunAt(new RunLog(known.run));
    this.run.subscribe(({ type }) => {
      if (type !== "Steps" && type !== "Weights") this.#watchQueue();
      if ((type === "Moved" || ENDINGS.has(type)) && !this.run.live) this.#fetchAll();
    });
    const onEvent = (/** @type {RunEvent} */ event) => this.#take(event);
    if (known.over) {
      stream.watchRun(known.run, { types: CURVES, onEvent });
      if (known.started) this.#fetchNewest(known.run); // one that never began has none
    }
    if (shown === "live") {
      stream.watchLive({ seen: known.over ? known : null, onEvent, onLive: (run) => this.#setNewest(run) });
      stream.watchList({ onDeleted: (run) => this.#setDeleted(run) }, { aside: true });
    } else if (!known.over) stream.watchRun(shown, { onEvent });
  }

  /** Whether all is here that the log had when the page was made. */
  get complete() {
    return this.#known.seq === 0;
  }

  /** Of what it had logged by then, in per cent. */
  get share() {
    return this.complete ? 100 : Math.floor((100 * this.#come) / this.#known.seq);
  }

  /** The id of the run that has begun since; null: none has. */
  get newer() {
    return this.#newer?.run ?? null;
  }

  /** Show the run that has begun since. */
  follow() {
    if (this.#newer) this.#show(this.#newer);
  }

  /** The one that is shown is watched on by itself: of the newest alone comes what is asked for as such. @param {string} run */
  #setNewest(run) {
    if (run !== this.#newest.run) this.#newest = { run, before: this.#newest.run };
    if (run === this.#deleted) this.#deleted = null; // it is back
    const { log } = this.run;
    if (!log.run || log.run === run || this.#known.over) return; // of that which was over all comes as it is
    if (!log.seq) return this.#show(new RunLog(run)); // it began before anything came of that one
    if (!log.active) return;
    this.#endShown?.(); // asked for anew: it may have been refused while that run was the newest itself
    this.#endShown = this.#stream.watchRun(log.run, { after: this.#taken.get(log), onEvent: (event) => this.#take(event) });
  }

  /** @param {string} run */
  #setDeleted(run) {
    if (Object.values(this.#newest).includes(run)) this.#deleted = run;
    const newer = this.#newer?.run;
    if (newer === undefined || (newer !== run && this.#hasBegun(newer))) return;
    this.#newer = null;
    this.#onNewer(null);
  }

  /** Whether it is the newest since it began, and not since the one that was so has been deleted. @param {string} run */
  #hasBegun(run) {
    return run !== this.#newest.run || this.#deleted !== this.#newest.before;
  }

  /** @param {RunLog} log */
  #show(log) {
    this.#endShown?.();
    this.#endShown = null;
    this.#known = { run: log.run, seq: 0, over: false, started: true };
    this.damage = null;
    this.#newer = null;
    this.run.show(log);
    this.#onNewer(null);
  }

  /** @param {string} run @param {string} reason */
  damaged(run, reason) {
    if (run !== this.run.run) return;
    this.damage = reason;
    this.#onDamaged();
    if (!this.run.live) this.#fetchAll(); // no more of the log comes
  }

  /** @param {RunEvent} event */
  #take(event) {
    const of = ("run" in event && event.run) || this.run.run;
    if (this.run.run && of !== this.run.run) return this.#takeNewer(of, event);
    const { log } = this.run;
    if (this.#has(log, event)) return;
    const reading = !this.complete;
    this.#come = event.seq;
    if (event.seq >= this.#known.seq) this.#known = { ...this.#known, seq: 0 };
    if (reading && !this.complete && NUMBERS.has(event.type)) log.hold(event);
    else log.apply(event);
  }

  /** @param {string} run @param {RunEvent} event */
  #takeNewer(run, event) {
    if (!this.#hasBegun(run)) return;
    if (this.#newer?.run !== run) this.#newer = new RunLog(run);
    if (this.#has(this.#newer, event)) return;
    this.#newer.apply(event);
    if (event.type !== "Steps" && event.type !== "Weights") this.#onNewer(this.#newer);
  }

  /** Whether the log has taken the event before; from now on it has. @param {RunLog} log @param {RunEvent} event */
  #has(log, { seq }) {
    if (seq <= (this.#taken.get(log) ?? 0)) return true;
    this.#taken.set(log, seq);
    return false;
  }

  /** The picture of the last step, where no more come by the stream. @param {string} run */
  async #fetchNewest(run) {
    try {
      const bytes = await fetchBytes(`/api/runs/${encodeURIComponent(run)}/weights?format=frame`);
      if (this.run.run === run) this.run.log.apply(decodeFrame(bytes));
    } catch (problem) {
      if (!(problem instanceof ProblemError)) throw problem;
      if (problem.status === 404) return; // it has none, or is gone
      if (problem.title === "Damaged run") return this.damaged(run, problem.detail); // and so it would be again
      this.#window.setTimeout(() => this.run.run === run && this.#fetchNewest(run), RETRY);
    }
  }

  /** All pictures so far, once one looks back: the stream leaves out what newer ones had overtaken. */
  async #fetchAll() {
    const { log } = this.run;
    const before = this.#fetched.get(log.run);
    const comes = this.#known.over && !this.complete && this.damage === null;
    if (!log.started || comes) return; // at the log's end it is asked again
    if (before || before === !log.active) return;
    this.#fetched.set(log.run, !log.active);
    log.fetching = true;
    try {
      const answer = await fetch(`${root}/api/runs/${encodeURIComponent(log.run)}/frames`);
      if (answer.status === 404) this.#fetched.delete(log.run); // deleted: not before one moves again
      else if (!answer.ok) throw new TypeError(`status ${answer.status}`);
      else for await (const picture of unpackFrames(answer, (reason) => this.damaged(log.run, reason))) log.hold(picture);
      log.fetching = false;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      this.#fetched.delete(log.run);
      this.#window.setTimeout(() => this.run.log === log && !this.run.live && this.#fetchAll(), RETRY);
    }
    log.release();
  }

  /** While the run waits: its place in the queue. */
  #watchQueue() {
    const { log } = this.run;
    if (log.state !== "queued") {
      this.#endQueue?.();
      this.#endQueue = null;
    } else if (!this.#endQueue) {
      this.#endQueue = this.#stream.watchList({
        onQueue: (places) => {
          this.run.log.place = places.get(this.run.run) ?? null;
          this.run.log.release();
        },
      });
    }
  }
}
