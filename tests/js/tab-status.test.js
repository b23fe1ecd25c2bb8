import assert from "node:assert/strict";
import { test } from "node:test";
import { tabIcon, tabTitle } from "../../static/js/shell/tab-status.js";

test("the tab says first what one looks for: state, then accuracy, then name", () => {
  assert.equal(tabTitle({ state: "running", name: "Textbook #3", accuracy: 0.9789 }), "97.9\u00a0% Textbook #3 – Threeseven");
  assert.equal(tabTitle({ state: "running", name: "Textbook #3", accuracy: null }), "Textbook #3 – Threeseven");
  assert.equal(tabTitle({ state: "finished", name: "Textbook #3", accuracy: 0.9821 }), "✓ 98.2\u00a0% Textbook #3 – Threeseven");
  assert.equal(tabTitle({ state: "failed", name: "too fast", accuracy: null }), "✗ too fast – Threeseven");
  assert.equal(tabTitle({ state: "none", name: "", accuracy: null }), null);
});

test("without a connection the tab does not say how the run stands", () => {
  assert.equal(tabTitle({ state: "running", name: "Textbook #3", accuracy: 0.9789, stale: true }), "? 97.9\u00a0% Textbook #3 – Threeseven");
  assert.equal(tabTitle({ state: "paused", name: "Textbook #3", accuracy: null, stale: true }), "? Textbook #3 – Threeseven");
});

test("each state but none has an icon of its own", () => {
  const states = ["running", "paused", "queued", "finished", "stopped", "failed"];
  assert.equal(new Set(states.map(tabIcon)).size, states.length);
  assert.equal(tabIcon("none"), null);
  for (const state of states) assert.match(tabIcon(state) ?? "", /^data:image\/svg\+xml,%3Csvg/);
});
