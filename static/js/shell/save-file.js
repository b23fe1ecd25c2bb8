// A file that the page has made, saved where the browser saves what is downloaded.

import { element } from "./element.js";

/**
 * @param {Blob} file
 * @param {string} name
 */
export function saveFile(file, name) {
  const link = element("a", "");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000); // some browsers read it only a while after the press
}
