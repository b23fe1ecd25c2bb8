// The index of the lessons: which of them this browser has opened.

import { bindOpenClass } from "../classroom/open-class.js";
import { progress } from "../lessons/progress.js";
import { part } from "../shell/element.js";
import { openPage } from "../shell/page.js";

const { signal } = new AbortController();
const page = openPage(window, { signal });
bindOpenClass(part("open-class", HTMLButtonElement), page, { signal });

const WORDS = { opened: "Begun", done: "Done" };
const come = progress();
for (const card of document.querySelectorAll("[data-lesson]")) {
  const how = come[/** @type {HTMLElement} */ (card).dataset.lesson ?? ""];
  const words = card.querySelector("[data-progress]");
  if (!how || !(words instanceof HTMLElement)) continue;
  words.textContent = WORDS[how];
  words.hidden = false;
}
