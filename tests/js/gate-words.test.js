import assert from "node:assert/strict";
import { test } from "node:test";

import { gateWords, rejected } from "../../static/js/ink/gate-words.js";

test("each reason is a sentence, and what can be helped says how", () => {
  const said = (/** @type {string | null} */ reason) => rejected({ score: -2, reason });
  assert.equal(said("looks like a 9"), "It looks like a 9.");
  assert.equal(said("not surely a 7"), "It is not surely a 7.");
  assert.equal(said("no digit"), "It looks like no digit.");
  assert.equal(said("more ink than a 3 or a 7 has"), "There is more ink than a 3 or a 7 has.");
  assert.match(said("ruled or framed"), /^It is ruled or framed, .*without the frame or lines\.$/);
  assert.match(said("cut by the picture's edge"), /^It is cut by the picture’s edge, .*try it whole\.$/);
  assert.match(said("too faint"), /^It is too faint to be read: draw it darker/);
  assert.equal(said(null), "It looks like no 3 and no 7: score −2.00.");
});

test("the score is told beside a reason that it does not give", () => {
  assert.equal(gateWords({ score: 1, reason: null }), "Is it a 3 or a 7 at all? Score +1.00; 0 or more is, so it is taken for one.");
  assert.equal(gateWords({ score: -1, reason: "no digit" }), "Is it a 3 or a 7 at all? Score −1.00; 0 or more is, so it is not.");
  assert.equal(gateWords({ score: -1, reason: "ruled or framed" }), "Its score, −1.00, is below 0 as well.");
  assert.equal(gateWords({ score: 1, reason: "too faint" }), "By its score, +1.00, it would have passed: 0 or more does.");
});
