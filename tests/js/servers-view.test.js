import assert from "node:assert/strict";
import { test } from "node:test";
import { lag, summary } from "../../static/js/cluster/servers-view.js";

/** @param {object} fields @returns {any} */
const server = (fields) => ({ viewers: 0, workers: [], ...fields });

test("a sentence counts what there is, and leaves out what is not", () => {
  assert.equal(
    summary({ servers: [server({ viewers: 1, workers: [{}] })], unheard: null, queued: 0, running: 0, paused: 0 }),
    "1 server, 1 worker, 1 viewer. No run is training.",
  );
  assert.equal(
    summary({ servers: [server({ viewers: 900 }), server({ viewers: 150, workers: [{}, {}] })], unheard: null, queued: 3, running: 2, paused: 1 }),
    "2 servers, 2 workers, 1,050 viewers. 2 runs training, 1 paused, 3 waiting.",
  );
});

test("a lag is never said to be nothing", () => {
  assert.equal(lag(0), "at most 1 ms");
  assert.equal(lag(0.0124), "at most 12 ms");
  assert.equal(lag(1.5), "at most 1.5 s");
});
