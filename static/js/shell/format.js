// Numbers and times as people read them.

const ABSENT = "–";
// Made once: to make one takes a hundred times as long as to use it.
const GROUPED = new Intl.NumberFormat("en");
const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const DAY_AND_YEAR = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });

/** @param {number | null | undefined} value @returns {value is number} */
function known(value) {
  return value !== null && value !== undefined && !Number.isNaN(value);
}

/** @param {number | null | undefined} value */
export function count(value) {
  return known(value) ? GROUPED.format(value) : ABSENT;
}

/**
 * A fraction as per cent.
 *
 * @param {number | null | undefined} value
 * @param {number} [digits] after the point
 */
export function percent(value, digits = 2) {
  return known(value) ? `${(value * 100).toFixed(digits)}\u00a0%` : ABSENT;
}

/** @param {number | null | undefined} value a loss: four digits that matter */
export function loss(value) {
  if (!known(value)) return ABSENT;
  return value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e4) ? value.toExponential(2) : value.toFixed(4);
}

/** @param {number | null | undefined} value a number that somebody chose, as short as it goes */
export function plain(value) {
  if (!known(value)) return ABSENT;
  return Math.abs(value) >= 1e6 ? value.toExponential(1) : String(Number(value.toPrecision(6)));
}

/** @param {number} value that is measured anew each time: two digits of it, 120 rather than 1.2e+2 */
export function rough(value) {
  return plain(Number(value.toPrecision(2)));
}

/** @param {number | null | undefined} value with its sign, and a true minus */
export function signed(value) {
  if (!known(value)) return ABSENT;
  return (value < 0 ? "−" : "+") + Math.abs(value).toFixed(3);
}

/** @param {number | null | undefined} seconds */
export function duration(seconds) {
  if (!known(seconds) || !Number.isFinite(seconds)) return ABSENT;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** @param {number | null | undefined} time Unix time, seconds */
export function when(time) {
  if (!known(time)) return ABSENT;
  const date = new Date(time * 1000);
  const now = new Date();
  const clock = CLOCK.format(date);
  if (now.toDateString() === date.toDateString()) return `today, ${clock}`;
  const day = date.getFullYear() === now.getFullYear() ? DAY : DAY_AND_YEAR;
  return `${day.format(date)}, ${clock}`;
}

/** Signs of scripts that are written from right to left. */
const FROM_THE_RIGHT = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u;

/** @param {string} name as it may stand in a line of ours: one from right to left keeps its own signs at its own ends */
export function isolated(name) {
  return FROM_THE_RIGHT.test(name) ? `\u2068${name}\u2069` : name;
}

/** @param {string} name of a run, in a sentence */
export function quoted(name) {
  return `“${isolated(name)}”`;
}
