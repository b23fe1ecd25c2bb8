// Drawings kept in the browser: what is stored, what comes back, what the model makes of them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fromLines, toLines } from "../../static/js/ink/drawing-lines.js";
import { addedWords, ByInk, compared, KeptDrawings, MOST } from "../../static/js/ink/kept-drawings.js";
import { KeptVerdicts, scoreWords } from "../../static/js/ink/kept-verdicts.js";
import { ProblemError } from "../../static/js/shell/problem.js";

/** @import { New } from "../../static/js/ink/kept-drawings.js" */
/** @import { Stroke } from "../../static/js/ink/drawing.js" */

/** What tabs of a browser share, with room for so many signs. */
class Storage {
  /** @type {Map<string, string>} */ items = new Map();
  room = Infinity;
  /** @type {Set<Tab>} */ tabs = new Set();

  get length() {
    return this.items.size;
  }

  /** @param {number} i */
  key(i) {
    return [...this.items.keys()][i] ?? null;
  }

  /** @param {string} key */
  getItem(key) {
    return this.items.get(key) ?? null;
  }

  /** @param {string} key @param {string} value */
  setItem(key, value) {
    const taken = [...this.items].reduce((sum, [name, text]) => sum + (name === key ? 0 : text.length), value.length);
    if (taken > this.room) throw new DOMException("full", "QuotaExceededError");
    this.items.set(key, value);
  }

  /** @param {string} key */
  removeItem(key) {
    this.items.delete(key);
  }
}

class Tab extends EventTarget {
  hidden = false;

  /** @param {Storage} localStorage */
  constructor(localStorage) {
    super();
    this.localStorage = localStorage;
  }

  /** Another tab has changed this. @param {string} key */
  hear(key) {
    this.dispatchEvent(Object.assign(new Event("storage"), { key }));
  }
}

/** @param {Storage | null} storage */
function opened(storage = new Storage()) {
  const tab = new Tab(/** @type {Storage} */ (storage));
  if (!storage) Object.defineProperty(tab, "localStorage", { get: () => { throw new DOMException("no", "SecurityError"); } });
  return { tab, kept: new KeptDrawings(/** @type {any} */ (tab)) };
}

/** @type {Stroke[]} */
const LINE = [[[0.1, 0.2], [0.5, 0.25]], [[1, 0]]];

/** @param {New["label"]} label @param {number} [lit] @param {Stroke[]} [strokes] @returns {New} */
const drawn = (label, lit = 5, strokes = LINE) => ({ label, strokes, pixels: Uint8Array.from({ length: 784 }, (_, i) => (i < lit ? 255 - i : 0)) });

test("they come back in order, in any tab, as they were", () => {
  const storage = new Storage();
  const here = opened(storage);
  const there = opened(storage);
  assert.equal(there.kept.all.length, 0);
  let told = 0;
  there.kept.subscribe(() => told++);
  here.kept.keep([drawn(3), drawn(7, 9, [])]);
  here.kept.keep([drawn(null)]);
  there.tab.hear("something else");
  assert.equal(told, 0);
  there.tab.hear(storage.key(0) ?? "");
  assert.equal(told, 1);
  assert.deepEqual(there.kept.all.map(({ label }) => label), [3, 7, null]);
  assert.deepEqual(there.kept.all[0].strokes, LINE);
  assert.deepEqual(there.kept.all[1].pixels, drawn(7, 9).pixels);
  assert.equal(there.kept.all, there.kept.all);
});

test("another label, deleted, and brought back to its place", () => {
  const { kept } = opened();
  kept.keep([drawn(3), drawn(7), drawn(3)]);
  const [, second] = kept.all;
  kept.label(second.id, null);
  assert.deepEqual(kept.all.map(({ label }) => label), [3, null, 3]);
  const gone = kept.all.slice(0, 2);
  kept.remove(gone);
  assert.equal(kept.all.length, 1);
  kept.restore(gone);
  assert.deepEqual(kept.all.map(({ label }) => label), [3, null, 3]);
});

test("a drawing is the same under another label, and when its pixels were drawn anew from its strokes", () => {
  const storage = new Storage();
  opened(storage).kept.keep([drawn(3), drawn(7, 9, [])]);
  const known = new ByInk(opened(storage).kept.all); // after a reload
  assert.equal(known.find(drawn(null))?.label, 3);
  assert.equal(known.find(drawn(null, 6))?.label, 3, "the same strokes");
  assert.equal(known.find(drawn(null, 9, []))?.label, 7);
  assert.equal(known.find(drawn(3, 8, [])), null);
});

test("what is added is kept once, and the label here stays", () => {
  const { kept } = opened();
  kept.keep([drawn(3), drawn(7, 9, [])]);
  const found = [drawn(7), drawn(7, 9, []), drawn(3, 20, []), drawn(7, 20, []), drawn(3, 20, []), drawn(7, 9, [])];
  const { fresh, ...others } = compared(kept.all, found);
  assert.deepEqual(fresh, [drawn(3, 20, [])]);
  assert.deepEqual(others, { same: 1, other: 1, twice: 3 });
  assert.equal(addedWords(1, "in the file", others), "1 added; 1 there already; 1 there under another label, which stays; 3 twice in the file.");
  assert.equal(addedWords(2, "in the file", { same: 0, other: 0, twice: 0 }), "2 added.");
});

test("what does not fit is not kept, and says why", () => {
  const storage = new Storage();
  const { kept } = opened(storage);
  kept.keep(Array.from({ length: MOST - 1 }, () => drawn(3, 5, [])));
  assert.throws(() => kept.keep([drawn(3), drawn(7)]), /At most 500/);
  assert.equal(kept.all.length, MOST - 1);

  const full = new Storage();
  full.room = 3000;
  const cramped = opened(full);
  assert.throws(() => cramped.kept.keep([drawn(3), drawn(3), drawn(3)]), /no room left/);
  assert.equal(cramped.kept.all.length, 0, "all or none");
  assert.throws(() => opened(null).kept.keep([drawn(3)]), /does not let the page keep/);
  assert.deepEqual(opened(null).kept.all, []);
});

test("of a long scribble the image is kept; what is damaged is passed over", () => {
  const storage = new Storage();
  const { kept } = opened(storage);
  kept.keep([drawn(null, 5, [Array.from({ length: 5000 }, (_, i) => [(i % 100) / 100, 0.5])])]);
  assert.deepEqual([kept.all[0].strokes, kept.all[0].pixels.length], [[], 784]);
  const [key] = storage.items.keys();
  for (const text of ["", "{}", '{"version":1,"at":1,"label":3,"pixels":"AAAA","strokes":[]}']) storage.setItem(`${key}x${text.length}`, text);
  assert.equal(opened(storage).kept.all.length, 1);
});

test("as JSON lines they go out and come back", () => {
  const drawings = [drawn(3), drawn(null, 7, [])];
  const text = toLines(drawings);
  assert.deepEqual(Object.keys(JSON.parse(text.split("\n")[0])), ["strokes", "pixels", "label"]);
  assert.deepEqual(fromLines(`\ufeff${text}\r\n\n`), drawings);
  const [fromStrokes] = fromLines('{"strokes": [[[0.1, 0.1], [0.9, 0.9]]], "label": 7}');
  assert.ok(fromStrokes.pixels.some((value) => value > 200));
});

test("a file that is no such lines is refused with the line's number", () => {
  for (const [line, words] of [
    ["{", "no JSON"],
    ["[]", "no object"],
    ['{"pixels": []}', "label is"],
    ['{"label": 5, "pixels": []}', "label is"],
    ['{"label": 3}', "neither strokes nor pixels"],
    ['{"label": 3, "pixels": [1, 2]}', "pixels are"],
    [JSON.stringify({ label: 3, pixels: new Array(784).fill(256) }), "pixels are"],
    ['{"label": 3, "strokes": [[[0.1, 2]]]}', "strokes are"],
    ['{"label": 3, "strokes": [[]]}', "strokes are"],
    ['{"label": 3, "strokes": "x"}', "strokes are"],
  ]) {
    assert.throws(() => fromLines(`${toLines([drawn(3)])}${line}\n`), new RegExp(`^NoLines: Line 2: .*${words}|^Error: Line 2: .*${words}`));
  }
  assert.throws(() => fromLines("\n"), /no drawing/);
});

/** @param {number[]} digits what the model reads, one after another */
function asked(...digits) {
  const { kept } = opened();
  /** @type {any[]} */
  const bodies = [];
  /** @type {((error?: Error) => void)[]} */
  const answers = [];
  const page = new Tab(new Storage());
  const clock = { now: 0 };
  const life = new AbortController();
  const verdicts = new KeptVerdicts(kept, {
    document: /** @type {any} */ (page),
    every: 0,
    rest: 10_000,
    now: () => clock.now,
    signal: life.signal,
    ask: (body) =>
      new Promise((resolve, reject) => {
        bodies.push(body);
        const items = /** @type {any} */ (body).items.map(() => digits.shift()).map((/** @type {number} */ digit) => ({ verdict: digit ? String(digit) : "neither", digit: digit || null, run: "a", step: 9 }));
        answers.push((error) => (error ? reject(error) : resolve({ items })));
      }),
  });
  return { kept, bodies, answers, page, verdicts, clock, life };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

test("all are read in one question, new ones alone, and all again by another model", async () => {
  const { kept, bodies, answers, verdicts } = asked(3, 3, 0, 7, 3, 7, 7, 7);
  kept.keep([drawn(3), drawn(7, 9, []), drawn(null)]);
  verdicts.model = { run: "a" };
  assert.equal(bodies.length, 0, "nobody looks");
  verdicts.shown = true;
  assert.deepEqual([bodies[0].run, bodies[0].image, bodies[0].items.length], ["a", false, 3]);
  assert.deepEqual(Object.keys(bodies[0].items[0]), ["strokes"]);
  assert.deepEqual(Object.keys(bodies[0].items[1]), ["pixels"]);
  kept.keep([drawn(7)]); // meanwhile
  assert.equal(bodies.length, 1);
  answers[0]();
  await settled();
  assert.equal(scoreWords(verdicts.score), "2 of 3 as you labelled them");
  assert.equal(bodies[1].items.length, 1);
  answers[1]();
  await settled();
  assert.deepEqual({ ...verdicts.score }, { right: 3, read: 4, run: "a", step: 9 });
  kept.label(kept.all[1].id, 3);
  assert.equal(verdicts.score.right, 4);
  verdicts.model = {};
  assert.equal(verdicts.score.read, 0);
  assert.deepEqual([bodies[2].run, bodies[2].items.length], [undefined, 4]);
});

test("when the model has learned all are read again, ten times as long after an answer as it took", async () => {
  const { kept, bodies, answers, page, verdicts, clock, life } = asked(7, 3, 3, 3, 3);
  const look = () => page.dispatchEvent(new Event("visibilitychange"));
  kept.keep([drawn(3)]);
  verdicts.model = { run: "live" };
  verdicts.shown = true;
  clock.now = 4000;
  answers[0]();
  await settled();
  verdicts.grow();
  clock.now = 43_999;
  look();
  assert.equal(bodies.length, 1);
  kept.keep([drawn(3, 9, [])]);
  assert.equal(bodies[1].items.length, 1, "a new one is read at once");
  answers[1]();
  await settled();
  assert.deepEqual([verdicts.score.right, verdicts.score.read], [1, 2], "what was read stands until then");
  clock.now = 53_998;
  look();
  assert.equal(bodies.length, 2, "and ten seconds at least");
  clock.now = 53_999;
  look();
  assert.equal(bodies[2].items.length, 2);
  answers[2]();
  await settled();
  assert.equal(verdicts.score.right, 2);
  life.abort();
});

test("a model that cannot read says why, and is not asked again", async () => {
  const { kept, bodies, answers, verdicts } = asked(3, 3);
  kept.keep([drawn(3)]);
  verdicts.model = { run: "a" };
  verdicts.shown = true;
  answers[0](new ProblemError(409, "Unusable model", "It diverged."));
  await settled();
  assert.equal(verdicts.problem?.title, "Unusable model");
  assert.equal(bodies.length, 1);
  verdicts.model = {};
  assert.equal(verdicts.problem, null);
  assert.equal(bodies.length, 2);
});
