// Which questions to the learner are put again.

import assert from "node:assert/strict";
import { test } from "node:test";
import { isBusy } from "../../static/js/shell/experiment.js";
import { ProblemError } from "../../static/js/shell/problem.js";

test("a question is put again where the server had no time for it, but not where it would be answered alike", () => {
  /** @param {number} status */
  const busy = (status) => isBusy(new ProblemError(status, "Why", "More of it."));
  for (const status of [0, 429, 503]) assert.ok(busy(status), `${status}`);
  for (const status of [404, 409, 422, 504]) assert.ok(!busy(status), `${status}`);
});
