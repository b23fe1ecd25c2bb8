// What the learner computes for a page: one question, and whether to put it again.

import { request } from "./problem.js";

/** @import { ProblemError } from "./problem.js" */

const PATIENCE = 30_000; // milliseconds: as long as the server has a question wait and be computed
const BUSY = new Set([0, 429, 503]); // 0: it could not be reached

/**
 * @param {string} name of the experiment
 * @param {object} parameters
 * @param {{signal?: AbortSignal}} [options] `signal` takes the question back
 * @returns {Promise<any>}
 * @throws {ProblemError} where there is no answer
 */
export function compute(name, parameters, { signal } = {}) {
  return request("POST", `/api/experiments/${name}`, parameters, { signal, patience: PATIENCE });
}

/** Whether the server had no time for the question. Any other problem it would have again. @param {ProblemError} problem */
export function isBusy({ status }) {
  return BUSY.has(status);
}
