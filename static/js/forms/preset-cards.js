// Presets as cards, grouped by what they ask, each with what was measured.

import { element, uniqueId } from "../shell/element.js";
import { percent } from "../shell/format.js";

/** @typedef {import("./prefill.js").Preset} Preset */
/** @typedef {{question: string, answers: {label: string, preset: string}[]}} Question */

/**
 * A preset may answer several questions: all its cards are pressed together.
 *
 * @param {HTMLElement} root is filled
 * @param {{presets: readonly Preset[], questions: readonly Question[], onChoose: (preset: Preset) => void}} context
 * @param {{signal: AbortSignal}} life
 * @returns {{show: (preset: Preset | undefined) => void}} presses a preset's cards, and says in the group in which it was
 *   chosen (else in the first that has it) what came out; undefined: none
 */
export function mountPresetCards(root, { presets, questions, onChoose }, { signal }) {
  const named = new Map(presets.map((preset) => [preset.name, preset]));
  let asked = "";
  const groups = questions.map(({ question, answers }) => {
    const title = element("h3", "", question);
    title.id = uniqueId("question");
    const about = element("p", "card-about");
    about.setAttribute("aria-live", "polite");
    const cards = answers.flatMap(({ label, preset: name }) => {
      const preset = named.get(name);
      if (!preset) return [];
      const card = element("button", "preset-card", element("span", "card-label", label), element("span", "card-measured", outcome(preset)));
      card.type = "button";
      card.title = preset.title;
      card.setAttribute("aria-pressed", "false");
      card.addEventListener("click", () => ((asked = question), onChoose(preset)), { signal });
      return [{ card, preset }];
    });
    const row = element("div", "preset-cards", ...cards.map(({ card }) => card));
    row.setAttribute("role", "group");
    row.setAttribute("aria-labelledby", title.id);
    const group = element("section", "preset-group", title, row, about);
    root.append(group);
    return { question, cards, about };
  });

  return {
    show(preset) {
      const having = groups.filter(({ cards }) => cards.some((each) => each.preset === preset));
      const telling = having.find(({ question }) => question === asked) ?? having[0];
      for (const group of groups) {
        for (const { card, preset: own } of group.cards) card.setAttribute("aria-pressed", String(own === preset));
        const words = preset && group === telling ? [element("strong", "", `${preset.title}. `), preset.description] : [];
        if (group.about.textContent !== words.map((word) => (typeof word === "string" ? word : word.textContent)).join("")) {
          group.about.replaceChildren(...words);
        }
        group.about.hidden = !words.length;
      }
    },
  };
}

/** @param {Preset} preset */
function outcome({ measured }) {
  if (!measured) return "overflows";
  const { lowest, mean, highest } = measured;
  const luck = highest - lowest > 0.1; // the mean of luck is what none of its runs reaches
  return luck ? `${percent(lowest, 0)} to ${percent(highest, 0)}` : percent(mean);
}
