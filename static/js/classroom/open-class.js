// Who controls the server opens a class, and is then its teacher in this tab.

import { ProblemError, request } from "../shell/problem.js";
import { root } from "../shell/root.js";
import { KEPT, newMembership } from "./membership.js";

/**
 * @param {HTMLButtonElement} button shown to who controls the server
 * @param {Pick<import("../shell/page.js").Page, "access" | "toasts">} page
 * @param {{signal?: AbortSignal}} [options]
 */
export function bindOpenClass(button, { access, toasts }, { signal } = {}) {
  access.onChange((allowed) => (button.hidden = !allowed), { signal });
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
