import assert from "node:assert/strict";
import { test } from "node:test";
import { Classroom } from "../../static/js/classroom/classroom.js";

/** @typedef {import("../../static/js/wire.js").ClassState} ClassState */

const CODE = "CDFGHJ";

/** @param {Partial<ClassState>} fields @returns {ClassState} */
function standing(fields) {
  return { code: CODE, page: null, title: null, lesson: null, released: false, here: 1, following: 1, answered: 0, done: 0, poll: null, ...fields };
}

/** A tab at this address. `told` hands it what the server tells of the class; `went` is where it has gone. @param {string} path */
function tab(path) {
  /** @type {string[]} */
  const went = [];
  /** @type {{as: object, to: {onState: (state: ClassState) => void, onOver: () => void}}[]} */
  const watched = [];
  /** @type {{method: string, url: string, body: any}[]} */
  const sent = [];
  const at = new URL(path, "http://one.example");
  const location = { pathname: at.pathname, search: at.search, hash: at.hash, assign: (/** @type {string} */ to) => went.push(to), replace: (/** @type {string} */ to) => went.push(`instead ${to}`) };
  const answer = { status: 204 };
  globalThis.fetch = /** @type {any} */ (async (/** @type {string} */ url, /** @type {any} */ { method, body }) => {
    sent.push({ method, url, body: body && JSON.parse(body) });
    return new Response(answer.status === 204 ? null : "{}", { status: answer.status });
  });
  const timers = { setTimeout: () => 0, clearTimeout: () => {}, setInterval: () => 0, clearInterval: () => {} };
  const events = new EventTarget();
  const stream = { watchClass: (/** @type {string} */ _, /** @type {object} */ as, /** @type {any} */ to) => (watched.push({ as, to }), () => {}) };
  const toasts = { showProblem: () => {} };
  const classroom = new Classroom(/** @type {any} */ ({ location, ...timers, addEventListener: events.addEventListener.bind(events) }), /** @type {any} */ ({ stream, toasts }));
  const told = (/** @type {Partial<ClassState>} */ fields) => watched[watched.length - 1].to.onState(standing(fields));
  const cameBack = () => events.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
  return { classroom, told, went, watched, sent, answer, location, cameBack };
}

/** As often as the promises of a request need. */
async function settle() {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

test("a member goes where the class is, once, and not any more when free", () => {
  const { classroom, told, went, watched } = tab("/class/CDFGHJ");
  classroom.join(CODE);
  told({});
  told({ page: "/lessons/sigmoid" });
  told({ page: "/lessons/sigmoid", here: 2 });
  assert.deepEqual(went, ["/lessons/sigmoid"]);
  assert.ok(classroom.membership?.follows, "what is told until that page is here frees nobody");
  classroom.follow(false);
  assert.equal(/** @type {any} */ (watched[1].as).follows, false, "it is counted so");
  told({ page: "/draw" });
  assert.equal(went.length, 1);
  classroom.follow(true);
  told({ page: "/draw" });
  assert.deepEqual(went, ["/lessons/sigmoid", "/draw"]);
});

test("one who comes back to a page that was left for the class is free", () => {
  const { classroom, told, went, cameBack } = tab("/lessons");
  classroom.join(CODE);
  told({ page: "/lessons/sigmoid" });
  cameBack();
  told({ page: "/lessons/sigmoid" });
  assert.deepEqual(went, ["/lessons/sigmoid"]);
  assert.equal(classroom.membership?.follows, false);
});

test("one who is on the way goes back where the class does", () => {
  const { classroom, told, went } = tab("/lessons/sigmoid");
  classroom.join(CODE);
  told({ page: "/lessons/sigmoid" });
  told({ page: "/draw" });
  told({ page: "/lessons/sigmoid" });
  assert.deepEqual(went, ["/draw", "/lessons/sigmoid"]);
  assert.ok(classroom.membership?.follows);
});

test("one who follows again goes there again, though the way there was broken off", () => {
  const { classroom, told, went } = tab("/lessons");
  classroom.join(CODE);
  told({ page: "/lessons/sigmoid" });
  classroom.follow(false);
  classroom.follow(true);
  told({ page: "/lessons/sigmoid" });
  assert.equal(went.length, 2);
});

test("another state of the same page is taken over there, or loaded in its place", () => {
  const { classroom, told, went } = tab("/lessons/sigmoid");
  /** @type {string[]} */
  const moved = [];
  classroom.onMove((page) => (moved.push(page), page.includes("step")));
  classroom.join(CODE);
  told({ page: "/lessons/sigmoid?step=7" });
  told({ page: "/lessons/sigmoid?other=7" });
  assert.deepEqual(moved, ["/lessons/sigmoid?step=7", "/lessons/sigmoid?other=7"]);
  assert.deepEqual(went, ["instead /lessons/sigmoid?other=7"]);
});

test("a teacher's page is shown, and never moved", async () => {
  const { classroom, told, went, sent, watched } = tab("/lessons/sigmoid?step=7");
  classroom.join(CODE, "teacher");
  assert.deepEqual(watched[0].as, {}, "a teacher is not counted");
  told({ page: "/draw" });
  await settle();
  assert.deepEqual(sent[0], { method: "PATCH", url: `/api/classes/${CODE}`, body: { page: "/lessons/sigmoid?step=7" } });
  told({ page: "/lessons/sigmoid?step=7" });
  assert.equal(sent.filter(({ method }) => method === "PATCH").length, 1);
  assert.deepEqual(went, []);
});

test("a prediction is sent once, by those who follow, and again where it did not get through, but not at once", async () => {
  const { classroom, told, sent, answer } = tab("/lessons/sigmoid");
  classroom.join(CODE);
  told({ page: "/lessons/sigmoid", lesson: "sigmoid" });
  const predict = async (/** @type {string} */ middle) => {
    classroom.answer("sigmoid", { middle });
    await settle();
  };
  await predict("40");
  await predict("40");
  assert.equal(sent.length, 1);
  assert.deepEqual(sent[0].body, { member: classroom.membership?.id, lesson: "sigmoid", answers: { middle: "40" } });
  answer.status = 429;
  await predict("41");
  await predict("41");
  assert.equal(sent.length, 2, "it waits before it tries again");
  answer.status = 422;
  await predict("42");
  assert.equal(classroom.membership?.answered.sigmoid, '{"middle":"42"}', "what is refused would be so again");
  classroom.follow(false);
  await predict("43");
  assert.equal(sent.length, 3);
});

test("one who is done is so with that page, and a class that is over is left", async () => {
  const { classroom, told, watched } = tab("/lessons/sigmoid");
  classroom.join(CODE);
  told({ page: "/lessons/sigmoid" });
  await classroom.sendDone(true);
  assert.ok(classroom.done);
  told({ page: "/lessons/sigmoid?step=7" });
  assert.ok(classroom.done);
  told({ page: "/draw" });
  told({ page: "/lessons/sigmoid" });
  assert.ok(!classroom.done);
  watched[0].to.onOver();
  assert.ok(classroom.over);
  classroom.leave();
  assert.equal(classroom.membership, null);
});
