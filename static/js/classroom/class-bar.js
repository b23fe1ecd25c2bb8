// A bar on each page of a tab that is in a class: where the class is, and what a member or the teacher can do about it.

import { button, element } from "../shell/element.js";
import { count } from "../shell/format.js";
import { root as base } from "../shell/root.js";
import { pageAt, pathOf, spoken } from "./membership.js";

/** @typedef {import("./classroom.js").Classroom} Classroom */

/**
 * While the tab is in a class `<html>` has `data-class`, and the header is so much higher.
 *
 * @param {HTMLElement} root is filled
 * @param {{classroom: Classroom, stream: import("../run/stream.js").Stream}} context
 * @param {{signal?: AbortSignal}} [options]
 */
export function mountClassBar(root, { classroom, stream }, { signal } = {}) {
  const name = element("a", "class-bar-name");
  const words = element("span", "class-bar-words");
  words.setAttribute("role", "status");
  const follow = button("", "small", () => classroom.follow(!classroom.membership?.follows), { signal });
  const release = button("", "small", () => classroom.release(!classroom.state?.released), { signal });
  const done = button("I am done", "small", () => classroom.sendDone(!classroom.done), { signal });
  const leave = button("Leave", "small quiet", () => classroom.leave(), { signal });
  root.classList.add("class-bar-inner");
  root.replaceChildren(name, words, follow, release, done, leave);
  let lost = false;

  const show = () => {
    const { membership, state, over } = classroom;
    root.hidden = !membership;
    document.documentElement.toggleAttribute("data-class", membership !== null);
    if (!membership) return;
    name.textContent = `Class ${spoken(membership.code)}`;
    name.href = `${base}/class/${membership.code}`;
    const { teaches } = classroom;
    const said = over ? "It is over." : lost ? "Not connected: trying again." : !state ? "…" : teaches ? toTeacher(classroom) : toMember(classroom);
    words.setAttribute("aria-live", teaches ? "off" : "polite"); // counts would be read out all the time
    if (words.textContent !== said) words.textContent = said;
    root.dataset.state = over ? "over" : membership.follows ? "following" : "free";
    const can = !over && !lost && state !== null;
    follow.hidden = !can || (!teaches && !membership.follows && state.page === null);
    follow.textContent = teaches ? "Show my pages" : membership.follows ? "Go on freely" : "Follow";
    if (teaches) follow.setAttribute("aria-pressed", String(membership.follows));
    else follow.removeAttribute("aria-pressed");
    follow.classList.toggle("primary", !teaches && !membership.follows);
    release.hidden = !can || !teaches || !state.lesson;
    release.textContent = state?.released ? "Hide the predictions" : "Show the predictions";
    done.hidden = !can || teaches || !state.page;
    done.setAttribute("aria-pressed", String(classroom.done));
    leave.textContent = over ? "Close" : "Leave";
  };

  const ends = [
    classroom.subscribe(show),
    stream.watchState((now) => {
      lost = now === "reconnecting";
      show();
    }),
  ];
  signal?.addEventListener("abort", () => ends.forEach((end) => end()));
  show();
}

/** @param {Classroom} classroom */
function toMember({ membership, state }) {
  if (!state || state.page === null) return "Nothing is shown yet.";
  if (membership?.follows) return "You follow.";
  const here = pageAt(window.location, base);
  if (here !== null && pathOf(here) === pathOf(state.page)) return "You are free; the class is here, too.";
  return `You are free. The class is at “${state.title}”.`;
}

/** @param {Classroom} classroom */
function toTeacher({ state }) {
  if (!state) return "";
  const { here, following, answered, done, lesson } = state;
  const parts = [`${count(here)} here`, `${count(following)} follow`, ...(lesson ? [`${count(answered)} predicted`] : []), `${count(done)} done`];
  return parts.join(" · ");
}
