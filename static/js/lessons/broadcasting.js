// Two shapes, aligned from the right; and what [2038, 1] == [2038] says of a classifier.

import { button, element, field, part } from "../shell/element.js";
import { compute } from "../shell/experiment.js";
import { count, percent, rough } from "../shell/format.js";
import { ProblemError, request } from "../shell/problem.js";
import { nearness } from "./distances.js";
import { openLesson } from "./lesson.js";
import { showNumbers } from "./numbers.js";
import { aligned, elements, readShape, strides, written } from "./shapes.js";

const EXAMPLES = [
  { words: "stack − mean3", one: "2038, 28, 28", other: "28, 28" },
  { words: "verdicts == labels", one: "2038, 1", other: "2038" },
  { words: "both columns", one: "2038, 1", other: "2038, 1" },
  { words: "3 numbers + 1", one: "3", other: "" },
  { words: "refused", one: "2038, 28", other: "2038" },
];
const BYTES = 4; // of a float32

const { state, prediction, digits, signal, painter } = openLesson(window, { defaults: { one: "2038, 1", other: "2038" } });

/** @type {{right: number, reported: number} | null} */
let measured = null;
const show = painter.add(paint);
const fields = /** @type {const} */ ([["one", "The one shape"], ["other", "The other shape"]]).map(([name, label]) => {
  const input = element("input", "shape-field");
  Object.assign(input, { type: "text", value: state.text(name), spellcheck: false, autocomplete: "off" });
  const made = field(label, input, "Up to 6 whole numbers. Leave it empty for a single number.");
  part(name).append(made.root);
  input.addEventListener("input", () => {
    const { shape, problem } = readShape(input.value);
    made.setProblem(problem);
    if (shape) state.set(name, shape.join(", "));
  }, { signal });
  state.control(name).watch((/** @type {string} */ shape) => {
    input.value = shape;
    made.setProblem(null);
  }, signal);
  return { name, input, setProblem: made.setProblem };
});
for (const { words, one, other } of EXAMPLES) {
  part("examples").append(button(words, "small", () => {
    state.set("one", one);
    state.set("other", other);
    fields.forEach(({ name, input, setProblem }) => {
      input.value = state.text(name);
      setProblem(null);
    });
  }, { signal }));
}
state.subscribe(show);
prediction.subscribe(show);
show();
measure();
time();

function paint() {
  const [one, other] = [state.text("one"), state.text("other")].map((text) => readShape(text).shape ?? []);
  const { axes, shape } = aligned(one, other);
  part("align").replaceChildren(table(axes));
  showNumbers(part("lesson"), { one: written(one), other: written(other), together: shape ? written(shape) : "refused" });
  part("fit").replaceChildren(...(shape ? fits(one, other, shape) : [refused(axes)]));
  part("chain").replaceChildren(...(shape && written(one) === "[2038, 28, 28]" && written(other) === "[28, 28]" ? chain() : []));
  const words = [
    measured ? `By L2, [2038] == [2038] says ${percent(measured.right)}, and [2038, 1] == [2038] says ${percent(measured.reported)}, of the same 2,038 verdicts.` : "",
    judged(),
  ].filter(Boolean).join(" ");
  if (words) part("words-now").textContent = words;
}

/** @param {import("./shapes.js").Aligned[]} axes */
function table(axes) {
  const made = element("table", "align-table");
  const caption = element("caption", "visually-hidden", "The axes of both shapes, flush right, and of the result");
  const row = (/** @type {string} */ name, /** @type {(axis: import("./shapes.js").Aligned) => HTMLTableCellElement} */ cell, /** @type {{point: string}} */ { point }) => {
    const head = element("th", "", name);
    head.scope = "row";
    head.dataset.point = point;
    return element("tr", "", head, ...axes.map(cell));
  };
  const cell = (/** @type {number | null} */ size, /** @type {number | null} */ result, /** @type {boolean} */ stretched) => {
    const made = element("td", stretched ? "stretched" : "", size === null ? (stretched ? `→ ${count(result)}` : "–") : count(size));
    if (stretched && size !== null) made.append(` → ${count(result)}`);
    return made;
  };
  made.append(
    caption,
    row("The one", ({ one, size, stretched }) => cell(one, size, stretched === "one"), { point: "one" }),
    row("The other", ({ other, size, stretched }) => cell(other, size, stretched === "other"), { point: "other" }),
    row("Together", ({ size }) => element("td", size === null ? "refused" : "", size === null ? "do not fit" : count(size)), { point: "together" }),
  );
  return made;
}

/** @param {number[]} one @param {number[]} other @param {number[]} shape */
function fits(one, other, shape) {
  const copied = [one, other].filter((each) => elements(each) < elements(shape));
  const saved = copied.map((each) => `${written(each)} takes ${count(BYTES * elements(each))} bytes, with strides ${written(strides(each, shape))}, where copies would take ${count(BYTES * elements(shape))}`);
  const stretched = aligned(one, other).axes.some((axis) => axis.stretched); // to 1, where a number meets one: nothing is copied
  const memory = saved.length ? `${saved.join("; ")}. A number takes ${BYTES} bytes.` : stretched ? "No number is needed twice." : "Nothing is stretched.";
  return [`They fit: ${written(shape)}, ${count(elements(shape))} ${elements(shape) === 1 ? "result" : "results"}. `, element("span", "caption", memory)];
}

/** @param {import("./shapes.js").Aligned[]} axes */
function refused(axes) {
  const at = axes.findLastIndex(({ size }) => size === null);
  const { one, other } = axes[at];
  return `Refused. PyTorch would say: The size of tensor a (${one}) must match the size of tensor b (${other}) at non-singleton dimension ${at}`;
}

function chain() {
  return [
    ["stack - mean3", [2038, 28, 28]],
    [".abs()", [2038, 28, 28]],
    [".mean((-1, -2))", [2038]],
  ].map(([words, shape]) => element("li", "", element("code", "", String(words)), ` ${written(/** @type {number[]} */ (shape))}`));
}

function judged() {
  const fits = prediction.answers?.fits;
  if (!fits) return "";
  const truth = "it compares each verdict with every label, 4,153,444 times.";
  if (fits === "all") return `As you expected, ${truth}`;
  return `You expected ${fits === "fails" ? "that it fails" : "that it compares each verdict with its own label"}. In truth ${truth}`;
}

async function measure() {
  try {
    const [all, { mean_3: three, mean_7: seven }] = await Promise.all([digits.get(), request("GET", "/api/baseline")]);
    const threes = nearness(all, { three, seven }, "l2").map((nearer) => (nearer > 0 ? 1 : 0));
    const labels = all.labels;
    let [right, pairs] = [0, 0];
    for (let i = 0; i < all.count; i++) {
      if ((threes[i] === 1) === (labels[i] === 3)) right++;
      for (let j = 0; j < all.count; j++) if ((threes[i] === 1) === (labels[j] === 3)) pairs++;
    }
    measured = { right: right / all.count, reported: pairs / all.count ** 2 };
    show();
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    part("words-now").textContent = `${error.title}. ${error.detail}`;
  }
}

/** How much longer a loop takes, as this server has measured it. */
async function time() {
  try {
    /** @type {{timings: {task: string, way: string, by: string, device: string, milliseconds: number}[]}} */
    const { timings } = await compute("timings", {});
    const of = (/** @type {string} */ way, /** @type {string} */ by) => timings.find((each) => each.task === "distances" && each.way === way && each.by === by && each.device === "cpu")?.milliseconds;
    const [loop, broadcast] = [of("loop", "torch") ?? of("loop", "numpy"), of("broadcast", "torch")];
    if (loop && broadcast) part("source").textContent = `Measured on this server when it was first asked: all 2,038 distances take ${rough(broadcast)} ms by broadcasting and ${rough(loop)} ms in a loop over the images, ${rough(loop / broadcast)} times as long.`;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    part("source").textContent = `How long a loop takes could not be measured: ${error.title.toLowerCase()}.`;
  }
}
