// @ts-check
// The API's description, drawn by Swagger UI from the server's own OpenAPI document.

import { part } from "../shell/element.js";
import { openPage } from "../shell/page.js";
import { root } from "../shell/root.js";
import { onThemeChange } from "../shell/theme.js";

const { signal } = new AbortController();
openPage(window, { signal });

const { SwaggerUIBundle } = /** @type {{ SwaggerUIBundle: (options: object) => void }} */ (/** @type {unknown} */ (window));
const docs = part("docs");
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const paper = window.matchMedia("print");

/** Swagger UI has pictures for the dark, by a class on the page. */
function followTheme() {
  const { theme } = document.documentElement.dataset;
  document.documentElement.classList.toggle("dark-mode", !paper.matches && (theme ? theme === "dark" : dark.matches));
}

/** What keyboards and screen readers need, wherever Swagger UI has drawn something new. */
function mend() {
  for (const link of docs.querySelectorAll("button a[href]")) link.removeAttribute("href"); // a control inside another
  for (const code of docs.querySelectorAll("pre:not([tabindex])")) code.setAttribute("tabindex", "0"); // it scrolls
  for (const control of docs.querySelectorAll(":is(select, input, textarea):not([aria-label], [aria-labelledby], [title])")) {
    const row = control.closest("tr")?.dataset.paramName; // of the table of parameters
    if (row) control.setAttribute("aria-label", row);
    else if (control.matches(".examples-select-element")) control.setAttribute("aria-label", "Example");
  }
}

followTheme();
onThemeChange(document, followTheme, { signal });
new MutationObserver(mend).observe(docs, { childList: true, subtree: true });
SwaggerUIBundle({
  url: `${root}/openapi.json`,
  dom_id: "#docs",
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  syntaxHighlight: false,
  validatorUrl: null,
});
