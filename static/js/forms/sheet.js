// The side sheet that starts a run: cards by question, every field of a recipe, a pace. It lies over the page and moves nothing.

import { recipeDifferences } from "../run/recipe-words.js";
import { button, element, uniqueId } from "../shell/element.js";
import { icon } from "../shell/icon.js";
import { ProblemError, request as ask } from "../shell/problem.js";
import { problemWords } from "../shell/toasts.js";
import { mountPace } from "./pace.js";
import { WATCH } from "./pace-value.js";
import { asking, prefill, presetOf } from "./prefill.js";
import { mountPresetCards } from "./preset-cards.js";
import { mountRecipeFields } from "./recipe-fields.js";
import { fullSpeed, imagesOf, stepsOf, timeWords, tooManySteps } from "./time-needed.js";

/**
 * @typedef {import("../wire.js").Run} Run
 * @typedef {import("../wire.js").Recipe} Recipe
 * @typedef {import("./field-words.js").Field} Field
 * @typedef {import("./field-words.js").WholeRecipe} WholeRecipe
 * @typedef {import("./prefill.js").Preset} Preset
 * @typedef {import("./prefill.js").Schemas} Schemas
 * @typedef {(method: string, url: string, body?: unknown) => Promise<any>} Request throws ProblemError
 */

/**
 * As `GET /api/presets` answers.
 *
 * @typedef {object} Known
 * @property {Preset[]} presets
 * @property {import("./preset-cards.js").Question[]} questions
 * @property {{properties: Schemas}} recipe_schema
 * @property {number} train_images
 * @property {number} held_out of them, where a recipe says so
 * @property {number} max_steps
 */

/**
 * @typedef {object} Sheet
 * @property {(filled?: URLSearchParams | Recipe) => Promise<void>} open filled in from an address or with a run's recipe;
 *   without either as it was left
 * @property {() => void} close the focus returns to where it was
 * @property {(allowed: boolean) => void} setAllowed whether this viewer may start runs
 */

/** A choice of seed and device outlives the choice of a preset. @type {ReadonlySet<Field>} */
const KEPT = new Set(["seed", "device"]);

/** So many of the newest runs tell how fast this server is. */
const TIMED = 100;

/** Below, it takes the whole screen, and what is under it cannot be reached. */
const NARROW = "(max-width: 40rem)";

/**
 * Asks the server what there is when it is first opened: a page whose server does not tell stands without it.
 *
 * @param {HTMLElement} root gets the sheet
 * @param {{onStarted: (run: Run) => void, request?: Request}} context
 * @param {{signal: AbortSignal}} life
 * @returns {Sheet}
 */
export function mountSheet(root, { onStarted, request = ask }, { signal }) {
  const title = element("h2", "", "New run");
  title.id = uniqueId("sheet-title");
  title.tabIndex = -1;
  const dismiss = button(icon("M6 6l12 12M18 6 6 18"), "quiet sheet-close", () => close(), { signal });
  dismiss.setAttribute("aria-label", "Close");
  const body = element("div", "sheet-body");
  const paceRoot = element("div", "");
  const chosen = element("p", "sheet-chosen");
  const time = element("p", "sheet-time");
  chosen.setAttribute("aria-live", "polite");
  const message = element("div", "sheet-message"); // here, not over the page: on a phone nothing under the sheet is read
  message.setAttribute("role", "alert");
  const start = element("button", "button primary sheet-start", "Start");
  start.type = "submit";
  const foot = element("div", "sheet-foot", message, paceRoot, element("div", "sheet-go", element("div", "", chosen, time), start));
  const form = element("form", "sheet-form", body, foot);
  form.noValidate = true; // each field says itself what it takes
  const dialog = element("dialog", "sheet no-print", element("header", "sheet-head", title, dismiss), form);
  dialog.dataset.part = "sheet";
  dialog.setAttribute("aria-labelledby", title.id);
  root.append(dialog);
  const pace = mountPace(paceRoot, { value: WATCH, onChange: show }, { signal });

  /** @type {Filled | null} null: not here yet */
  let filled = null;
  /** The preset whose name the run gets: the last chosen. @type {Preset | null} */
  let base = null;
  /** @type {Element | null} */
  let opener = null;
  let allowed = true;
  let busy = false;
  /** Runs of this server, which tell how fast it is. @type {import("./time-needed.js").Timed[]} */
  let timed = [];
  /** What it was opened with last: an older answer of the server must not replace it. */
  let opened = 0;

  /** @typedef {{known: Known, fields: import("./recipe-fields.js").RecipeFields, cards: ReturnType<typeof mountPresetCards>, note: HTMLElement, heading: HTMLElement}} Filled */

  const narrow = window.matchMedia(NARROW);
  narrow.addEventListener("change", () => dialog.open && lay(), { signal });
  dialog.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Escape" || event.defaultPrevented || event.isComposing) return;
      event.preventDefault();
      close();
    },
    { signal },
  );
  dialog.addEventListener("close", closed, { signal });
  form.addEventListener("submit", (event) => (event.preventDefault(), void begin()), { signal });
  start.addEventListener("click", (event) => event.detail > 1 && event.preventDefault(), { signal }); // one run is enough
  signal.addEventListener("abort", () => {
    dialog.close();
    closed();
    dialog.remove();
  });
  show();

  /** Beside what moves where there is room, else over all of it. */
  function lay() {
    const focused = dialog.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement) : title;
    if (dialog.open) dialog.close();
    if (narrow.matches) dialog.showModal();
    else dialog.show();
    focused.focus({ preventScroll: true });
  }

  function closed() {
    if (dialog.open) return; // told late: it has been laid anew since
    document.documentElement.style.removeProperty("--toasts");
    const lost = document.activeElement === document.body || dialog.contains(document.activeElement);
    if (lost && opener instanceof HTMLElement && opener.isConnected) opener.focus({ preventScroll: true });
    opener = null;
  }

  function close() {
    dialog.close();
  }

  /** @param {URLSearchParams | Recipe} [given] */
  async function open(given) {
    if (!dialog.open) {
      opener = document.activeElement;
      lay();
    }
    title.focus({ preventScroll: true });
    document.documentElement.style.setProperty("--toasts", `${foot.offsetHeight}px`); // messages leave Start in sight
    void learnSpeed();
    const own = ++opened;
    const ready = filled ?? (await load(given));
    if (!ready || own !== opened || signal.aborted) return;
    if (given) adopt(ready, given);
    show();
  }

  async function learnSpeed() {
    try {
      timed = (await request("GET", `/api/runs?limit=${TIMED}`)).runs;
    } catch (problem) {
      if (!(problem instanceof ProblemError)) throw problem; // without it no time is told
    }
    show();
  }

  /**
   * @param {URLSearchParams | Recipe} [given] what to open with when it is tried again
   * @returns {Promise<Filled | null>} null: the server did not tell; the sheet says so and offers to try again
   */
  async function load(given) {
    body.replaceChildren(element("p", "soft", "Fetching recipes …"));
    /** @type {Known} */
    let known;
    try {
      known = await request("GET", "/api/presets");
    } catch (problem) {
      if (!(problem instanceof ProblemError)) throw problem;
      const told = problemWords(problem, "message problem");
      told.setAttribute("role", "alert");
      body.replaceChildren(told, button("Try again", "", () => open(given), { signal }));
      return null;
    }
    if (filled || signal.aborted) return filled;
    const { presets, questions, recipe_schema: schema } = known;
    const images = (/** @type {import("./field-words.js").WholeRecipe} */ recipe) => imagesOf(recipe, known);
    const note = element("p", "message sheet-note");
    note.hidden = true;
    const [cardRoot, fieldRoot] = [element("div", "sheet-questions"), element("div", "sheet-fields")];
    base = presets[0];
    const cards = mountPresetCards(cardRoot, { presets, questions, onChoose: choose }, { signal });
    const fields = mountRecipeFields(fieldRoot, { schemas: schema.properties, recipe: base.recipe, images, onChange: show }, { signal });
    const heading = element("h3", "sheet-all", "All settings");
    body.replaceChildren(note, cardRoot, heading, fieldRoot);
    filled = { known, fields, cards, note, heading };
    show();
    return filled;
  }

  /** @param {Preset} preset */
  function choose(preset) {
    base = preset;
    filled?.fields.fill(preset.recipe, KEPT);
    showNote("");
    show();
  }

  /** @param {string} words */
  function showNote(words) {
    if (!filled) return;
    filled.note.textContent = words;
    filled.note.hidden = !words;
  }

  /**
   * @param {Filled} ready
   * @param {URLSearchParams | Recipe} given
   */
  function adopt({ known, fields, heading }, given) {
    const { presets, recipe_schema: schema } = known;
    if (!(given instanceof URLSearchParams)) {
      const recipe = { ...presets[0].recipe, ...given };
      base = presetOf(recipe, presets) ?? presets[0];
      fields.fill(recipe);
      showNote("");
      return heading.scrollIntoView();
    }
    const { preset, texts, problems, unknown } = prefill(given, { presets, schemas: schema.properties });
    base = preset;
    fields.fill(preset.recipe);
    for (const [field, text] of Object.entries(texts)) fields.type(/** @type {Field} */ (field), text);
    for (const [field, words] of Object.entries(problems)) fields.complain(/** @type {Field} */ (field), words);
    showNote(unknown);
  }

  function show() {
    start.disabled = !allowed || !filled;
    if (!filled) return;
    const { known, fields, cards } = filled;
    const recipe = fields.peek();
    const preset = presetOf(recipe, known.presets);
    if (preset) base = preset;
    cards.show(preset);
    const differences = recipeDifferences(recipe).map(({ words }) => words);
    const seed = recipe.seed ? `, seed ${recipe.seed}` : "";
    showWords(chosen, preset ? preset.title + seed : differences.join(", "));
    showWords(time, allowed ? timeWords(stepsOf(recipe, imagesOf(recipe, known)), pace.value, fullSpeed(timed, recipe)) : "Unlock with the server’s token to start runs.");
  }

  async function begin() {
    if (!filled || !allowed || busy) return;
    const { known, fields } = filled;
    message.replaceChildren();
    const recipe = fields.read();
    const speed = recipe && pace.read();
    if (!recipe || !speed) return;
    const tooMany = tooManySteps(recipe, { images: imagesOf(recipe, known), most: known.max_steps });
    if (tooMany) {
      fields.complain("epochs", tooMany);
      return fields.focus("epochs");
    }
    busy = true;
    start.setAttribute("aria-busy", "true");
    try {
      const run = await request("POST", "/api/runs", { ...asking(recipe, base ?? known.presets[0]), ...speed });
      if (signal.aborted) return;
      close();
      onStarted(run);
    } catch (problem) {
      if (!(problem instanceof ProblemError)) throw problem;
      refused(fields, problem);
    } finally {
      busy = false;
      start.removeAttribute("aria-busy");
    }
  }

  /**
   * @param {import("./recipe-fields.js").RecipeFields} fields
   * @param {ProblemError} problem shown at the fields it names, or above the button where it names none of them
   */
  function refused(fields, problem) {
    const named = problem.fields.filter(({ field }) => field in fields.peek());
    for (const { field, message: words } of named) fields.complain(/** @type {Field} */ (field), `${words}.`);
    if (named.length) fields.focus(/** @type {Field} */ (named[0].field));
    else message.replaceChildren(problemWords(problem, "message problem"));
  }

  return {
    open,
    close,
    setAllowed(may) {
      allowed = may;
      show();
    },
  };
}

/**
 * @param {HTMLElement} place
 * @param {string} words
 */
function showWords(place, words) {
  if (place.textContent !== words) place.textContent = words; // not read out again
}
