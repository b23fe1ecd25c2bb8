// A question to the learner that is asked again as long as the server is too busy for it.

import { compute, isBusy } from "../shell/experiment.js";
import { ProblemError } from "../shell/problem.js";

const RETRY = 2000; // milliseconds until a question is put again that the server was too busy for

/**
 * @param {string} name of the experiment
 * @param {object} parameters
 * @param {{signal: AbortSignal, onProblem: (words: string) => void}} context `onProblem` is told why there is no answer
 * @returns {Promise<any>} null once `signal` ends it, or where the question cannot be answered at all
 */
export async function ask(name, parameters, { signal, onProblem }) {
  while (!signal.aborted) {
    try {
      const answer = await compute(name, parameters, { signal });
      return signal.aborted ? null : answer;
    } catch (problem) {
      if (signal.aborted) return null;
      if (!(problem instanceof ProblemError)) throw problem;
      onProblem(wordsOf(problem));
      if (!isBusy(problem)) return null;
      await new Promise((resolve) => window.setTimeout(resolve, RETRY));
    }
  }
  return null;
}

/** Why there is no answer, for a reader who knows nothing of servers. @param {ProblemError} problem */
export function wordsOf({ status, title, detail }) {
  if (status === 504) return "The server did not answer in time: it is busy.";
  return [title, detail].filter(Boolean).map((words) => words.replace(/[.\s]*$/, ".")).join(" ");
}
