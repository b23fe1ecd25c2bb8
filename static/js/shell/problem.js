// Requests to the server's own API. What it refuses comes back as a ProblemError (RFC 9457).

import { root } from "./root.js";

/** @typedef {{field: string, message: string}} FieldProblem */

const PATIENCE = 15_000; // milliseconds without an answer that count as no connection

export class ProblemError extends Error {
  /**
   * @param {number} status HTTP status; 0 when no answer came at all.
   * @param {string} title
   * @param {string} detail
   * @param {FieldProblem[]} fields
   */
  constructor(status, title, detail, fields = []) {
    super(detail || title);
    this.name = "ProblemError";
    this.status = status;
    this.title = title;
    this.detail = detail;
    this.fields = fields;
  }

  /** Whether the same request may be answered later. */
  get temporary() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/**
 * @param {unknown} errors the problem document's `errors`, `{field, detail}` each
 * @returns {FieldProblem[]}
 */
function fieldProblems(errors) {
  if (!Array.isArray(errors)) return [];
  return errors.map(({ field, detail }) => ({ field: String(field), message: String(detail) }));
}

/**
 * @param {Response} response
 * @returns {Promise<ProblemError>}
 */
export async function problemOf(response) {
  const fallback = `The server answered ${response.status} ${response.statusText}`.trim() + ".";
  try {
    const body = await response.json();
    return new ProblemError(response.status, body.title ?? fallback, body.detail ?? "", fieldProblems(body.errors));
  } catch {
    return new ProblemError(response.status, fallback, "");
  }
}

/**
 * Send a request and read its JSON answer; an answer without a body is null. One that takes too long is given up.
 *
 * @param {string} method
 * @param {string} url
 * @param {unknown} [body] sent as JSON
 * @param {{signal?: AbortSignal, patience?: number}} [options] `signal` takes it back; `patience`: milliseconds
 * @returns {Promise<any>}
 * @throws {ProblemError} where the server refuses or cannot be reached
 */
export async function request(method, url, body, { signal, patience = PATIENCE } = {}) {
  const late = AbortSignal.timeout(patience);
  /** @type {RequestInit} */
  const init = { method, headers: { accept: "application/json" }, signal: signal ? AbortSignal.any([signal, late]) : late };
  if (body !== undefined) {
    init.headers = { accept: "application/json", "content-type": "application/json" };
    init.body = JSON.stringify(body);
  }
  const response = await answer(url, init);
  const text = await response.text().catch(unreachable);
  return text ? JSON.parse(text) : null;
}

/**
 * @param {string} url
 * @returns {Promise<ArrayBuffer>}
 * @throws {ProblemError} where the server refuses or cannot be reached
 */
export async function fetchBytes(url) {
  const response = await answer(url, { signal: AbortSignal.timeout(PATIENCE) });
  return response.arrayBuffer().catch(unreachable);
}

/**
 * @param {string} url
 * @param {RequestInit} init
 */
async function answer(url, init) {
  const response = await fetch(root + url, init).catch(unreachable);
  if (!response.ok) throw await problemOf(response);
  return response;
}

/** @returns {never} */
function unreachable() {
  throw new ProblemError(0, "The server cannot be reached", "No answer came. Is it still running?");
}
