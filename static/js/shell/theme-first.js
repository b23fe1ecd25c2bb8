// Runs before the first paint, so that a chosen theme never flashes the other one, and before all other scripts, so that
// they find the colours of paper when the page is about to be printed.
(() => {
  addEventListener("beforeprint", () => (document.documentElement.dataset.printed = ""));
  addEventListener("afterprint", () => delete document.documentElement.dataset.printed);
  try {
    const theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // Storage is forbidden here: the system's theme it is.
  }
})();
