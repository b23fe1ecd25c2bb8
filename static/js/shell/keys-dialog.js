// The dialog that lists the keys of a page, and the switch for those of a single sign.

import { button, element } from "./element.js";
import { keyNames, writes } from "./shortcuts.js";

/** @typedef {import("./shortcuts.js").Shortcuts} Shortcuts */

/**
 * Opens by `?` and by `opener`.
 *
 * @param {HTMLButtonElement} opener
 * @param {{shortcuts: Shortcuts}} context
 * @param {{signal?: AbortSignal}} [options]
 */
export function mountKeysDialog(opener, { shortcuts }, { signal } = {}) {
  const open = () => openKeysDialog(shortcuts);
  opener.addEventListener("click", open, { signal });
  shortcuts.add({ key: "?", words: "This list", act: open }, { signal });
  opener.hidden = false;
}

/** @param {Shortcuts} shortcuts */
function openKeysDialog(shortcuts) {
  const mac = /Mac|iP(hone|ad|od)/.test(navigator.platform);
  const rows = shortcuts.all.map((shortcut) => {
    const keys = keyNames(shortcut, mac).map((name) => element("kbd", "", name));
    const row = element("div", "keys-row", element("dt", "", ...keys), element("dd", "", shortcut.words));
    row.toggleAttribute("data-single", writes(shortcut));
    return row;
  });
  const list = element("dl", "keys-list", ...rows);
  const single = element("input", "");
  single.type = "checkbox";
  single.checked = shortcuts.single;
  const show = () => list.toggleAttribute("data-single-off", !single.checked);
  single.addEventListener("change", () => {
    shortcuts.single = single.checked;
    show();
  });
  show();
  const dialog = element(
    "dialog",
    "keys-dialog",
    element("h2", "", "Keys"),
    list,
    element("label", "keys-single", single, " Keys that write a single sign (letters, ?) work on their own"),
    element("p", "caption", "Switch that off if you speak to your computer, or press them by mistake. In a field, no key is a shortcut."),
    element("div", "row", button("Close", "primary", () => dialog.close())),
  );
  dialog.setAttribute("aria-label", "Keys");
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
