// A recipe of the reader's own, trained by the server within a budget, and the board of all that were.

import { askFirst } from "../shell/ask-first.js";
import { button, element, part } from "../shell/element.js";
import { count, percent } from "../shell/format.js";
import { ProblemError, request } from "../shell/problem.js";
import { boardItems, boardWords, entryWords, lowest, nameOf, points, recipeWords, shortPoints } from "./board.js";
import { keyOf, parametersOf, priceOf } from "./budget.js";
import { FollowedEntry } from "./followed-entry.js";
import { Graph } from "./graph.js";
import { openLesson } from "./lesson.js";
import { showNumbers } from "./numbers.js";
import { ownEntries, rememberEntry } from "./own-entries.js";
import { mountRecipe } from "./recipe-choice.js";
import { runLink, showTable } from "./runs-shown.js";

/** @import { BoardEntry, BoardNow } from "../wire.js" */

const ADDRESS = "/api/lessons/your-turn/entries";
const RETRY = 5000; // milliseconds until the board is asked for again that could not be had
const SCORES = { label: "Score", format: (/** @type {number} */ value) => percent(value, 0) };

const FIRST = {
  model: "simple_net", hidden: 10, epochs: 40, batch_size: 256, learning_rate: 0.1,
  activation: "relu", loss: "mnist_loss", optimizer: "sgd", augment: false,
};
const { signal, state, prediction, trials, painter, stream, access, toasts } = openLesson(window, { defaults: FIRST });
const { dataset } = part("graph");
const limits = {
  budget: Number(dataset.budget), steps: Number(dataset.mostSteps), epochs: Number(dataset.mostEpochs), images: Number(dataset.images),
};

const graph = new Graph(part("graph"), {
  label: "Score of each entry by its price",
  x: { min: 600, max: 1.3e6, scale: "log", label: "Parameters × epochs", ticks: [1e3, 1e4, 1e5, 1e6], format: count },
  y: { min: 0.96, max: 1, ...SCORES },
}, { signal });

const show = painter.add(paint);
/** Null until the server has answered. @type {BoardNow | null} */
let board = null;
/** Why it cannot be had. @type {ProblemError | null} */
let problem = null;
let [asking, again, sending, lost] = [false, false, false, false];
/** The id of the entry that this page tells about: submitted last in this browser, or found to be there. */
let shown = ownEntries().at(-1) ?? "";
/** Whether that one has stood on the board. */
let stood = false;
/** Of the recipe, where somebody had submitted it before. */
let found = "";
/** What the table was made of. @type {unknown[]} */
let tabled = [];

const recipe = mountRecipe(part("fields"), { state, limits }, { signal });
const followed = new FollowedEntry(stream, { onChange: show, signal });
const textbook = trials.ask("textbook", { onChange: (trial) => (trial.complete ? load() : show()) });
stream.watchBoard(load);
stream.watchState((now) => {
  lost = now === "reconnecting";
  show();
});
access.onChange(show, { signal });
prediction.subscribe(show);
state.subscribe(() => {
  askOfRecipe();
  show();
});
window.addEventListener("storage", () => {
  shown = ownEntries().at(-1) ?? shown;
  show();
}, { signal });
part("entry", HTMLFormElement).addEventListener("submit", (event) => (event.preventDefault(), void submit()), { signal });
askOfRecipe();
load();

/** What was predicted of another recipe is no prediction of this one. */
function askOfRecipe() {
  prediction.about(keyOf(recipe.value()));
}

async function load() {
  again = asking;
  if (asking) return;
  asking = true;
  try {
    board = /** @type {BoardNow} */ (await request("GET", ADDRESS));
    problem = null;
  } catch (refusal) {
    if (!(refusal instanceof ProblemError)) throw refusal;
    problem = refusal;
    window.setTimeout(() => signal.aborted || load(), RETRY);
  } finally {
    asking = false;
  }
  show();
  if (again) load();
}

async function submit() {
  const expected = prediction.number("score");
  if (sending || why() || expected === null) return;
  sending = true;
  part("refused").textContent = "";
  show();
  try {
    const name = part("name", HTMLInputElement).value.trim() || null;
    /** @type {{entry: BoardEntry, new: boolean}} */
    const answer = await request("POST", ADDRESS, { recipe: recipe.value(), predicted: expected / 100, name });
    if (answer.new) rememberEntry(answer.entry.id);
    found = answer.new ? "" : foundWords(answer.entry, expected / 100);
    shown = answer.entry.id;
    stood = false;
    await load();
  } catch (refusal) {
    if (!(refusal instanceof ProblemError)) throw refusal;
    part("refused").textContent = `${refusal.title}. ${refusal.detail}`;
  } finally {
    sending = false;
    show();
  }
}

/** @param {BoardEntry} entry @param {number} expected */
function foundWords(entry, expected) {
  const whose = entry.lesson ? "it is the textbook’s" : ownEntries().includes(entry.id) ? "you have submitted it" : "somebody has submitted it";
  const off = entry.score === null ? "" : ` You expected ${percent(expected)}: it is ${points(entry.score, expected)}.`;
  return `This recipe is on the board already, ${whose}, so that it is not trained again.${off} `;
}

/** Why nothing can be submitted now; empty: it can. */
function why() {
  if (lost) return "The connection is lost.";
  if (recipe.wrong()) return recipe.wrong();
  return prediction.answers ? "" : "Say first what it will score.";
}

function paint() {
  const entries = board?.entries ?? [];
  const own = new Set(ownEntries());
  const guess = prediction.number("score");
  const expected = guess === null ? null : guess / 100;
  graph.setAxes({ y: { min: lowest(entries, expected), max: 1, ...SCORES } });
  const chosen = recipe.value();
  const wrong = recipe.wrong();
  prediction.hold(wrong && `This recipe cannot be trained. ${wrong}`);
  graph.show(boardItems(entries, { own, expected, price: priceOf(chosen) }));
  showNumbers(part("lesson"), { price: count(priceOf(chosen)), parameters: count(parametersOf(chosen)), epochs: count(chosen.epochs) });
  const train = part("train", HTMLButtonElement);
  train.disabled = sending || why() !== "";
  train.setAttribute("aria-busy", String(sending));
  showWords("live", live(entries, own));
  showWords("source", source());
  const said = board ? boardWords(board) : "";
  graph.describe(said);
  if (said) showWords("words-now", said);
  paintTable(entries, own);
}

/** @param {string} id @param {string} words */
function showWords(id, words) {
  const place = part(id);
  if (place.textContent !== words) place.textContent = words; // what is said again would be read out again
}

/** @param {readonly BoardEntry[]} entries @param {ReadonlySet<string>} own */
function live(entries, own) {
  const entry = entries.find(({ id }) => id === shown);
  if (entry) stood = true;
  const waits = why();
  if (!entry) {
    followed.follow([]);
    if (!board || !shown) return waits || "Type a name if you like, then press “Train it with three seeds”.";
    return stood || own.has(shown) ? `Your last entry is no longer on the board: it was deleted, or better ones have its place. ${waits}`.trim() : waits || "Have it trained.";
  }
  const training = entry.state === "training";
  followed.follow(training && !entry.lesson ? entry.runs : []);
  const done = entry.lesson ? textbook.share : Math.max(entry.done, followed.done);
  const held = entry.lesson ? textbook.members.some(({ log }) => log.state === "paused") : followed.held;
  if (training && held) return `${found}It waits until a person’s run, which goes first, has ended.`;
  const words = entryWords(entry, {
    done,
    expected: own.has(entry.id) ? entry.predicted : null,
    of: entries.filter(({ score }) => score !== null).length,
  });
  const whose = own.has(entry.id) ? "Your entry" : nameOf(entry);
  return `${found}${whose} (${recipeWords(entry)}): ${words.charAt(0).toLowerCase()}${words.slice(1)}`;
}

function source() {
  if (lost) return "The connection is lost: what stands here may be old. What trains goes on at the server.";
  if (problem) return `The board cannot be had: ${problem.title}. ${problem.detail}`;
  if (!board) return "Asking the server for its board …";
  const { entries, places: most, test_images: apart } = board;
  if (!entries.some(({ score }) => score !== null)) return textbook.waiting || "No entry has a score yet.";
  return `Of this server: the entries’ scores on 2,038 validation digits, and, at the other end of each dashed line, on ${count(apart)} digits kept apart. The board has ${count(most)} places beside the textbook’s; the table leads to the runs.`;
}

/** @param {readonly BoardEntry[]} entries @param {ReadonlySet<string>} own */
function paintTable(entries, own) {
  const made = [board, access.allowed, [...own].join()];
  if (!board || made.every((each, i) => each === tabled[i])) return;
  tabled = made;
  const table = part("table", HTMLTableElement);
  showTable(table, ["Entry", "Price", "Score", "Last test", "Expected"], entries.map((entry) => row(entry, own)));
  table.hidden = !entries.length;
  if (entries.length) document.getElementById("tried")?.remove();
}

/** @param {BoardEntry} entry @param {ReadonlySet<string>} own @returns {(Node | string)[]} */
function row(entry, own) {
  const { rank, score, tested, predicted, price, state: how, runs } = entry;
  const name = element("b", "", rank ? `${rank}. ` : "", element("bdi", "", nameOf(entry)));
  const words = recipeWords(entry);
  const first = element("div", "board-entry", element("span", "board-name", name), runs.length ? runLink(runs[0], words) : words);
  if (own.has(entry.id)) first.append(element("span", "mine-entry", "yours"));
  if (entry.frontier) first.append(element("span", "board-note", "frontier: nothing cheaper scores as much"));
  if (access.allowed && !entry.lesson) first.append(remover(entry));
  const none = how === "failed" || how === "scored" || how === "tested" ? "none" : how === "queued" ? "waits" : "trains";
  const expected = element("span", "", predicted === null ? "–" : percent(predicted));
  if (predicted !== null && score !== null) expected.append(" ", element("span", "board-away", `(${shortPoints(score, predicted)})`));
  return [
    first,
    count(price),
    score === null ? none : percent(score),
    tested === null ? "–" : percent(tested),
    expected,
  ];
}

/** @param {BoardEntry} entry */
function remover(entry) {
  const made = button("Delete", "small quiet", () =>
    askFirst({
      label: "Delete an entry",
      words: `Delete the entry of ${nameOf(entry)} (${recipeWords(entry)}) and its runs? It cannot be brought back.`,
      yes: button("Delete", "danger"),
      no: button("Keep", ""),
      onYes: () => void remove(entry.id),
    }), { signal });
  made.setAttribute("aria-label", `Delete the entry of ${nameOf(entry)}, ${recipeWords(entry)}`);
  return made;
}

/** @param {string} id */
async function remove(id) {
  try {
    await request("DELETE", `${ADDRESS}/${id}`);
    toasts.show("The entry has been deleted.");
  } catch (refusal) {
    if (!(refusal instanceof ProblemError)) throw refusal;
    toasts.showProblem(refusal);
  }
  await load();
}
