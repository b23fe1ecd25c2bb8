/** @import { Reading, Verdict } from "./predict.js" */
/** @import { ProblemError } from "../shell/problem.js" */
import { element } from "../shell/element.js";
import { chance } from "./chance.js";
import { gateWords, rejected, signed } from "./gate-words.js";
import { Spoken } from "./spoken.js";

/** @type {Record<Verdict, { headline: string, sentence: string }>} */
const WORDS = {
  3: { headline: "3", sentence: "The network reads a 3." },
  7: { headline: "7", sentence: "The network reads a 7." },
  neither: { headline: "Neither", sentence: "" },
  blank: { headline: "Nothing drawn yet", sentence: "Draw a 3 or a 7." },
};

/** Quicker answers than this (ms) are not worth saying that one waits. */
const NOTICEABLE = 250;

/** Says in words, figures and one bar how a drawing was read. Fills the element that it is given. Of what is neither the
 * bar shows nothing: the network, which knows no such answer, is often sure of it. */
export class VerdictView {
  #root;
  #nameOf;
  #note = "";
  #headline = element("p", "verdict-headline");
  #sentence = element("p", "verdict-sentence");
  #three = element("span", "verdict-share three");
  #seven = element("span", "verdict-share seven");
  #bar = element("div", "verdict-bar", element("span", "verdict-bar-three"));
  #gate = element("p", "verdict-gate caption");
  #figures = element("p", "verdict-figures caption");
  #aloud = element("p", "visually-hidden");
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #waiting;
  #spoken;

  /**
   * @param {HTMLElement} root
   * @param {{ nameOf?: (run: string) => string, signal?: AbortSignal }} [options] `nameOf`: what a run's id is called on
   *   this page
   */
  constructor(root, { nameOf = (run) => `run ${run}`, signal } = {}) {
    this.#root = root;
    this.#nameOf = nameOf;
    this.#aloud.setAttribute("aria-live", "polite");
    this.#spoken = new Spoken((words) => (this.#aloud.textContent = words), { signal });
    root.classList.add("verdict");
    root.replaceChildren(
      element("div", "verdict-said", this.#headline, this.#sentence),
      element("div", "verdict-shares", this.#three, this.#seven),
      this.#bar,
      this.#gate,
      this.#figures,
      this.#aloud,
    );
    this.show(null);
    signal?.addEventListener("abort", () => clearTimeout(this.#waiting));
  }

  /** @param {string} words why another network reads than was asked for; "" where none does */
  set note(words) {
    this.#note = words;
  }

  /** @param {Reading | null} reading null: nothing is drawn */
  show(reading) {
    const verdict = reading?.verdict ?? "blank";
    const { headline, sentence } = WORDS[verdict];
    const drawn = reading && verdict !== "blank" ? reading : null;
    this.#put(verdict, headline, drawn && verdict === "neither" ? rejected(drawn.gate) : sentence);
    this.#weigh(drawn?.digit ? drawn.probability_3 : null, drawn?.about);
    this.#gate.textContent = !drawn ? "" : drawn.here ? UNTOLD : gateWords(drawn.gate);
    this.#figures.replaceChildren(...(drawn ? this.#facts(drawn) : [element("span", "verdict-sum", HINT)]));
    if (drawn?.digit) this.#spoken.announce(`Read as a ${verdict}`, chance(verdict === "3" ? drawn.probability_3 : 1 - drawn.probability_3));
    else this.#spoken.announce(headline);
  }

  /**
   * Another word for a reading that is shown: what is blank may not be a drawing.
   *
   * @param {string} headline
   * @param {string} sentence
   */
  showMessage(headline, sentence) {
    this.#headline.textContent = headline;
    this.#sentence.textContent = sentence;
    this.#spoken.announce(headline);
  }

  /** No answer came to what was asked last. */
  get failed() {
    return this.#root.dataset.verdict === "problem";
  }

  /** The drawing changed, its answer is on the way. */
  wait() {
    this.#waiting ??= setTimeout(() => {
      this.#root.setAttribute("aria-busy", "true");
      if (this.#root.dataset.verdict === "blank" || this.#root.dataset.verdict === "problem") {
        this.#headline.textContent = "Reading …";
        this.#sentence.textContent = "";
      }
    }, NOTICEABLE);
  }

  /** Its answer has not come for a while: what was said of another drawing goes. */
  late() {
    this.#empty("problem", "Reading …", "No answer from the server yet.");
    this.#root.setAttribute("aria-busy", "true");
  }

  /** @param {ProblemError} problem */
  fail(problem) {
    this.#empty("problem", problem.title, problem.detail);
    this.#spoken.announce(`${problem.title}. ${problem.detail}`);
  }

  /**
   * No figures.
   *
   * @param {Verdict | "problem"} verdict
   * @param {string} headline
   * @param {string} sentence
   */
  #empty(verdict, headline, sentence) {
    this.#put(verdict, headline, sentence);
    this.#weigh(null);
    this.#gate.textContent = "";
    this.#figures.replaceChildren();
  }

  /**
   * @param {Verdict | "problem"} verdict
   * @param {string} headline
   * @param {string} sentence
   */
  #put(verdict, headline, sentence) {
    clearTimeout(this.#waiting);
    this.#waiting = undefined;
    this.#root.removeAttribute("aria-busy");
    this.#root.dataset.verdict = verdict;
    this.#headline.textContent = headline;
    this.#sentence.textContent = sentence;
  }

  /**
   * @param {number | null} probability3 null: neither side weighs more
   * @param {boolean} [about]
   */
  #weigh(probability3, about) {
    this.#bar.toggleAttribute("data-empty", probability3 === null);
    this.#bar.style.setProperty("--three-share", `${100 * (probability3 ?? 0.5)}%`);
    this.#root.style.setProperty("--certainty", `${200 * Math.abs((probability3 ?? 0.5) - 0.5)}%`);
    this.#three.replaceChildren(element("b", "", "3"), probability3 === null ? "" : ` ${chance(probability3, { about })}`);
    this.#seven.replaceChildren(probability3 === null ? "" : `${chance(1 - probability3, { about })} `, element("b", "", "7"));
  }

  /** @param {Reading} reading */
  #facts({ digit, logit, probability_3: three, run, step, about, here }) {
    const near = about ? "≈ " : "";
    const at = step.toLocaleString("en");
    const who = run === "built-in" ? "the built-in network" : `${this.#nameOf(run)} at step ${at}`;
    const sum = digit
      ? `Logit ${near}${signed(logit)}; its sigmoid, P(3), is ${near}${fraction(three)}. `
      : `Made to choose, the network would say ${logit > 0 ? 3 : 7}: logit ${near}${signed(logit)}. `;
    const read = here ? "The server does not answer: read on this page, by" : "Read by";
    const model = `${read} ${who}.${this.#note && ` ${this.#note}`}`;
    return [element("span", "verdict-sum", sum), element("span", "verdict-model", model)];
  }
}

const UNTOLD = "Whether it is a 3 or a 7 at all only the server can tell.";
const HINT = "The network weighs 784 pixels into one number: above zero leans to a 3, below zero to a 7.";

/** @param {number} probability */
function fraction(probability) {
  if (probability > 0.9999) return "above 0.9999";
  return probability < 0.0001 ? "below 0.0001" : probability.toFixed(4);
}
