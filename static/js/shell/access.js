// Whether this viewer may start and control runs; where not, a field for the server's token.

import { element } from "./element.js";
import { showProblem } from "./message.js";
import { ProblemError, request } from "./problem.js";

/**
 * @param {HTMLElement} root gets the field while it is needed
 * @param {(allowed: boolean) => void} onChange told once at the beginning and again when the token was right
 */
export async function bindAccess(root, onChange) {
  /** @type {{control: boolean}} */
  const { control } = await request("GET", "/api/session");
  onChange(control);
  if (!control) root.append(tokenForm(root, onChange));
}

/**
 * @param {HTMLElement} root
 * @param {(allowed: boolean) => void} onChange
 */
function tokenForm(root, onChange) {
  const token = element("input", "");
  Object.assign(token, { type: "password", required: true, autocomplete: "current-password", id: "token" });
  const label = element("label", "", "You are watching. To start and steer runs, enter the server’s token:");
  label.htmlFor = token.id;
  const problem = element("div", "");
  const form = element("form", "token-form card", label, element("div", "row", token, element("button", "button", "Unlock")), problem);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await request("POST", "/api/session", { token: token.value });
      root.replaceChildren();
      onChange(true);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      token.select();
      showProblem(problem, error);
    }
  });
  return form;
}
