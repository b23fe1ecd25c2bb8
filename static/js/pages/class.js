// A class's own page: members join it here, its teacher steers it, and on a wall it shows how the class stands.

import { showClassAddress } from "../classroom/class-address.js";
import { readCode, spoken } from "../classroom/membership.js";
import { bindOpenClass } from "../classroom/open-class.js";
import { mountWall } from "../classroom/wall.js";
import { askFirst } from "../shell/ask-first.js";
import { button, part } from "../shell/element.js";
import { openPage } from "../shell/page.js";

const { signal } = new AbortController();
const page = openPage(window, { signal });
const { stream, access, classroom } = page;
const code = readCode(part("class").dataset.code ?? "");
bindOpenClass(part("open-class", HTMLButtonElement), page, { signal });
if (code) openClass(code);

/** @param {string} code */
function openClass(code) {
  const wall = mountWall({ signal });
  /** As one who only looks on is told. @type {import("../wire.js").ClassState | null} */
  let seen = null;
  let over = false;
  /** @type {(() => void) | null} */
  let endWatching = null;
  const join = button("Join and follow", "primary", () => classroom.join(code), { signal });
  const teach = button("Teach it from here", "quiet", () => classroom.join(code, "teacher"), { signal });
  const present = button("Present", "", () => part("present-button").click(), { signal });
  const release = button("Show the predictions", "", () => classroom.release(!classroom.state?.released), { signal });
  const close = button("Close the class", "danger", () => {
    const words = "It is over for all who are in it, and its predictions are deleted.";
    askFirst({ label: "Close the class", words, yes: button("Close it", "danger"), no: button("Keep it open"), onYes: () => classroom.close() });
  }, { signal });
  part("class-actions").append(join, teach, present);
  part("wall-actions").append(release, close);
  access.onChange(show, { signal });
  classroom.subscribe(() => (watch(), show()));
  watch();
  showClassAddress(part("class-address"), { code });
  show();

  /** A class has one subscription a page: its member's or teacher's, else one of its own. */
  function watch() {
    const mine = classroom.membership?.code === code;
    if (mine) {
      endWatching?.();
      endWatching = null;
    } else endWatching ??= stream.watchClass(code, {}, { onState: (now) => (seen = now, show()), onOver: () => (over = true, show()) });
  }

  function show() {
    const mine = classroom.membership?.code === code && !classroom.over;
    const state = mine ? classroom.state : seen;
    const teaches = mine && classroom.teaches;
    const gone = over || (classroom.over && classroom.membership?.code === code);
    part("class-words").textContent = gone
      ? `No class with the code ${spoken(code)} is open. It may be mistyped, or the class is over.`
      : !state ? "Asking the server …" : words(teaches, mine, state.page !== null);
    wall(gone ? null : state);
    part("class-address").classList.toggle("class-address-off", gone);
    part("entry").hidden = !gone;
    join.hidden = gone || !state || mine;
    teach.hidden = gone || !state || teaches || access.allowed !== true;
    present.hidden = gone || !state;
    release.hidden = !teaches || !state?.lesson;
    release.textContent = state?.released ? "Hide the predictions" : "Show the predictions";
    close.hidden = !teaches;
  }

  /** @param {boolean} teaches @param {boolean} mine @param {boolean} shown */
  function words(teaches, mine, shown) {
    if (teaches) return "You teach it. The pages that you open in this tab are shown to the class, as you set them.";
    if (!mine) return "Join it to go along with what is shown, to predict with the others, and to leave when you like. Nobody asks for your name.";
    return shown ? "You are in the class." : "You are in the class. As soon as something is shown you will be taken there.";
  }
}
