// Who controls the server opens a class, and is then its teacher in this tab.

import { ProblemError, request } from "../shell/problem.js";
import { root } from "../shell/root.js";
import { KEPT, newMembership } from "./membership.js";

/**
 * @param {HTMLButtonElement} button shown to who controls the server and is in no class
 * @param {Pick<import("../shell/page.js").Page, "access" | "classroom" | "toasts">} page
 * @param {{signal?: AbortSignal}} [options]
 */
export function bindOpenClass(button, { access, classroom, toasts }, { signal } = {}) {
  const show = () => (button.hidden = !access.allowed || (classroom.membership !== null && !classroom.over));
  access.onChange(show, { signal });
  const end = classroom.subscribe(show);
  signal?.addEventListener("abort", end);
  button.addEventListener("click", async () => {
    try {
      /** @type {import("../wire.js").ClassState} */
      const { code } = await request("POST", "/api/classes");
      KEPT.set(newMembership(code, "teacher")); // from the next page on: this one is not meant for the class
      window.location.assign(`${root}/class/${code}`);
    } catch (problem) {
      if (!(problem instanceof ProblemError)) throw problem;
      toasts.showProblem(problem, { key: "class" });
    }
  }, { signal });
}
