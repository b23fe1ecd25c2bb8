import assert from "node:assert/strict";
import { test } from "node:test";
import { decide, newMembership, pageAt, pathOf, readCode, spoken } from "../../static/js/classroom/membership.js";
import { linkFor } from "../../static/js/lessons/class-link.js";
import { LessonState } from "../../static/js/lessons/state.js";
import { asKept, inWords } from "../../static/js/classroom/poll-view.js";
import { ClassSubscription } from "../../static/js/run/subscriptions.js";

test("a code may be typed in any way", () => {
  for (const typed of ["cdfghj", "CDF GHJ", " cdf-ghj\n"]) assert.equal(readCode(typed), "CDFGHJ");
  for (const typed of ["", "CDFGH", "CDFGHJK", "CDFGH0", "CDFGHA"]) assert.equal(readCode(typed), null);
  assert.equal(spoken("CDFGHJ"), "CDF GHJ");
});

test("no two tabs are the same member", () => {
  const [one, other] = [newMembership("CDFGHJ", "member"), newMembership("CDFGHJ", "member")];
  assert.match(one.id, /^[0-9a-f]{32}$/);
  assert.ok(one.id !== other.id);
});

test("a class is shown this server's pages, with their state, and not presented", () => {
  const at = (/** @type {string} */ address, root = "") => pageAt(new URL(address, "http://one.example"), root);
  assert.equal(at("/lessons/sigmoid?step=7&present&threshold=-0.5#result"), "/lessons/sigmoid?step=7&threshold=-0.5#result");
  assert.equal(at("/school/lessons/sigmoid?present", "/school"), "/lessons/sigmoid");
  assert.equal(at("/school/", "/school"), "/");
  for (const kept of ["/class/CDFGHJ", "/docs", "/about", "/api/runs"]) assert.equal(at(kept), null);
  assert.equal(pathOf("/lessons/sigmoid?step=7#result"), "/lessons/sigmoid");
});

test("a member that follows goes where the class is, once", () => {
  const [there, elsewhere] = ["/lessons/sigmoid", "/draw"];
  assert.equal(decide({ follows: true, sent: null }, there, elsewhere), "go");
  assert.equal(decide({ follows: true, sent: elsewhere }, there, elsewhere), "go");
  assert.equal(decide({ follows: true, sent: there }, there, there), "stay");
  assert.equal(decide({ follows: true, sent: there }, `${there}?step=7`, there), "go");
  assert.equal(decide({ follows: true, sent: null }, null, elsewhere), "stay");
  assert.equal(decide({ follows: true, sent: null }, there, null), "go", "from the class's own page");
});

test("one that sets something there is left alone until more is shown, and one that goes elsewhere is free", () => {
  const there = "/lessons/sigmoid?step=7";
  assert.equal(decide({ follows: true, sent: there }, there, "/lessons/sigmoid?step=70"), "stay");
  assert.equal(decide({ follows: true, sent: there }, there, "/lessons/baseline"), "freed");
  assert.equal(decide({ follows: true, sent: there }, there, null), "freed");
  assert.equal(decide({ follows: false, sent: there }, "/draw", "/lessons/baseline"), "stay");
});

test("a class's subscription takes its own frames, and none once it is over", () => {
  /** @type {string[]} */
  const received = [];
  const one = new ClassSubscription("CDFGHJ", { member: "m", follows: true }, {
    onState: ({ page }) => received.push(String(page)),
    onOver: () => received.push("over"),
  });
  assert.deepEqual({ ...one.name, ...one.cursor }, { class: "CDFGHJ", member: "m", follows: true });
  const nobody = { title: null, lesson: null, released: false, here: 0, following: 0, answered: 0, done: 0, poll: null };
  const shown = (/** @type {string} */ code, /** @type {string} */ page) =>
    one.receive({ type: "Class", ...nobody, code, page, closed: false });
  shown("CDFGHJ", "/draw");
  shown("KMNPQR", "/runs");
  one.receive({ type: "Refused", run: null, class: "KMNPQR", reason: "no class with this code is open", damaged: false });
  one.receive({ type: "RunDeleted", id: "CDFGHJ" });
  one.receive({ type: "Class", code: "CDFGHJ", closed: true });
  shown("CDFGHJ", "/runs");
  assert.deepEqual(received, ["/draw", "over"]);
  assert.equal(one.open, false);
});

test("a typed answer is compared as the server keeps it", () => {
  for (const typed of ["[14,28]", "14, 28", " (14 ,28) "]) assert.equal(asKept(typed), "14, 28");
  for (const typed of ["[ ]", "", "()"]) assert.equal(asKept(typed), "");
});

test("a histogram in words", () => {
  const written = (/** @type {number} */ value) => `${value} %`;
  assert.equal(inWords([{ from: 0, to: 5, y: 1 }, { from: 5, to: 10, y: 3 }], written), "4 predictions; most, 3, from 5 % to 10 %.");
  assert.equal(inWords([{ from: 0, to: 5, y: 0 }], written), "None yet.");
});

test("a link for a class says where to begin and what it does without", () => {
  const href = "http://one.example/lessons/sigmoid?step=7&present#result";
  assert.equal(linkFor(href, {}), "http://one.example/lessons/sigmoid?step=7");
  assert.equal(
    linkFor(href, { begin: "experiment", controls: false, present: true }),
    "http://one.example/lessons/sigmoid?step=7&controls=none&present#experiment",
  );
  assert.equal(linkFor("http://one.example/lessons/sigmoid?controls=none", { present: true }), "http://one.example/lessons/sigmoid?present");
});

/** @param {number | string | boolean} value */
function lessonAt(value) {
  const window = /** @type {any} */ ({
    location: { search: `?step=${value}`, href: `http://one.example/?step=${value}` },
    history: { replaceState: () => {} },
    setTimeout: () => 0,
    clearTimeout: () => {},
  });
  return new LessonState(window, { step: 0, off: "" }, { signal: new AbortController().signal });
}

test("a lesson takes over a state with its controls, or not at all", () => {
  const state = lessonAt(7);
  /** @type {(string | number)[]} */
  const received = [];
  const control = state.control("step");
  assert.equal(control.value, 7);
  const life = new AbortController();
  control.watch((value) => received.push(value), life.signal);
  state.subscribe((changed) => received.push(changed));
  assert.ok(state.take(new URLSearchParams("step=9&present")));
  assert.deepEqual(received, [9, "step"]);
  assert.ok(!state.take(new URLSearchParams("step=1&off=2")), "nothing shows what is off");
  assert.equal(state.number("step"), 9);
  life.abort();
  assert.ok(!state.take(new URLSearchParams("step=1")), "its control is gone");
});
