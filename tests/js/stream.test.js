import assert from "node:assert/strict";
import { afterEach, mock, test } from "node:test";
import { Stream } from "../../static/js/run/stream.js";

const MOST_EVERY = 5; // seconds: what tests/test_settings.py holds a server's heartbeat to
const NOTICED = 15_000; // milliseconds

afterEach(() => mock.timers.reset());

/** A page that has begun to connect, at a time that the test moves on. */
function connecting() {
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
  /** @type {EventTarget[]} */
  const sockets = [];
  const fakes = {
    location: { protocol: "http:", host: "one.example" },
    document: Object.assign(new EventTarget(), { hidden: false }),
    setTimeout: (/** @type {() => void} */ act, /** @type {number} */ delay) => setTimeout(act, delay),
    clearTimeout: (/** @type {number} */ timer) => clearTimeout(timer),
  };
  globalThis.WebSocket = /** @type {any} */ (class extends EventTarget {
    constructor() {
      super();
      sockets.push(this);
    }
    close() {}
  });
  const stream = new Stream(/** @type {any} */ (Object.assign(new EventTarget(), fakes)));
  stream.start();
  const beat = () => {
    /** @type {import("../../static/js/wire.js").Heartbeat} */
    const frame = { type: "Heartbeat", time: 0, every: MOST_EVERY, trouble: null };
    sockets.at(-1)?.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(frame) }));
  };
  return { stream, beat };
}

test("a connection that goes silent is noticed within 15 s, however seldom a server's heart may beat", () => {
  const { stream, beat } = connecting();
  beat();
  mock.timers.tick(1000 * MOST_EVERY);
  assert.equal(stream.state, "live");
  beat();
  mock.timers.tick(2000 * MOST_EVERY);
  assert.equal(stream.state, "live", "one heartbeat may be lost or late");
  mock.timers.tick(NOTICED - 2000 * MOST_EVERY);
  assert.equal(stream.state, "reconnecting");
});

test("a connection on which the first heartbeat never comes is noticed within 15 s", () => {
  const { stream } = connecting();
  mock.timers.tick(NOTICED);
  assert.equal(stream.state, "reconnecting");
});
