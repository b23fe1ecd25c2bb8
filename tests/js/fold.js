// Reads a run's log from standard input, JSON lines, and writes what the browser's fold makes of it.
import { RunLog } from "../../static/js/run/run-log.js";

const log = new RunLog();
let text = "";
for await (const piece of process.stdin) text += new TextDecoder().decode(piece);
for (const line of text.trim().split("\n")) log.apply(JSON.parse(line));
const { run, name, state, preset, place, step, seq, epoch, pace, diverged } = log;
const same = { id: run, name, state, preset, place, step, seq, epoch, pace, diverged };
const renamed = { steps_per_second: log.stepsPerSecond, learning_rate: log.rateNow, error: log.reason || null };
const summary = {
  best_valid_accuracy: log.best,
  baseline_accuracy: log.started?.baseline.l1 ?? null,
  valid_accuracy: log.accuracy, // NaN becomes null
};
console.log(JSON.stringify({ ...same, ...renamed, summary, steps_seen: [...log.metrics.step.view], active: log.active }));
