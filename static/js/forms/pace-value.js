// How fast a run is asked to go on. It decides when steps are taken, not what they learn: no part of the recipe.

import { plain } from "../shell/format.js";

/**
 * As the API takes it, when a run is started and when it is controlled.
 *
 * @typedef {{pace: "watch" | "slow" | "full"} | {steps_per_second: number}} PaceValue
 */

/** @type {readonly {pace: "watch" | "slow" | "full", title: string, brief: string, about: string}[]} */
export const PACES = [
  { pace: "watch", title: "Watch", brief: "Watch", about: "Thirty steps one by one, then faster and faster: the textbook run takes 26 s" },
  { pace: "slow", title: "Slow", brief: "Slow", about: "Four steps a second" },
  { pace: "full", title: "Full speed", brief: "Full", about: "As fast as the machine can" },
];

/** What runs started from a page begin with: they are made to be watched. @type {PaceValue} */
export const WATCH = { pace: "watch" };

/** Steps a second that may be asked for. */
export const SPEED = { type: "number", minimum: 0.01, maximum: 10_000 };

/**
 * What a control asked for, or null where the event is about something else.
 *
 * @param {{type: string, what?: string, value?: number | string | null}} event of a run's log
 * @returns {PaceValue | null}
 */
export function paceAsked({ type, what, value }) {
  if (type !== "Controlled") return null;
  if (what === "pace") return { pace: PACES.find(({ pace }) => pace === value)?.pace ?? "full" };
  if (what === "steps_per_second") return typeof value === "number" ? { steps_per_second: value } : { pace: "full" };
  return null;
}

/**
 * @param {PaceValue} one
 * @param {PaceValue} other
 */
export function samePace(one, other) {
  return "pace" in one ? "pace" in other && one.pace === other.pace : "steps_per_second" in other && one.steps_per_second === other.steps_per_second;
}

/** @param {PaceValue} value */
export function paceTitle(value) {
  if ("pace" in value) return PACES.find(({ pace }) => pace === value.pace)?.title ?? value.pace;
  return `${plain(value.steps_per_second)} ${value.steps_per_second === 1 ? "step" : "steps"} a second`;
}

/**
 * Seconds that so many steps take at a pace, or null where the machine alone decides.
 *
 * @param {PaceValue} value
 * @param {number} steps
 */
export function paceSeconds(value, steps) {
  if ("steps_per_second" in value) return steps / value.steps_per_second;
  if (value.pace === "slow") return steps / SLOW;
  return value.pace === "watch" ? watched(steps) : null;
}

// As app/learning/pace.py has it, whose figures a test expects.
const SLOW = 4;
const WATCHED = 30;
const GAIN = 0.7;
const CRUISE = 130;
const LONG = 2000;
const PACED_SPEED = 200;

/** The step from which on it goes on at `PACED_SPEED`. */
const FASTEST = LONG + Math.ceil((PACED_SPEED - CRUISE) / GAIN);

/** @param {number} step */
function watchedSpeed(step) {
  const ramp = Math.min(CRUISE, SLOW + GAIN * Math.max(0, step - WATCHED));
  return Math.min(PACED_SPEED, ramp + GAIN * Math.max(0, step - LONG));
}

/**
 * The sum of 1 / speed over all steps; nobody adds up half a million at each key press.
 *
 * @param {number} steps
 */
function watched(steps) {
  let seconds = Math.max(0, steps - FASTEST) / PACED_SPEED;
  for (let step = 0; step < Math.min(steps, FASTEST); step++) seconds += 1 / watchedSpeed(step);
  return seconds;
}
