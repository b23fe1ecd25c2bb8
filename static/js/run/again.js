// The button that trains the same recipe again. It stands where the controls of the run were a moment ago, so at first it
// takes no press: that was still meant for one of them.

const MISTAKEN = 700; // milliseconds

export class AgainButton {
  #button;
  #allowed = false;
  #rests = 0;

  /**
   * @param {HTMLButtonElement} button
   * @param {() => Promise<void>} train asks the server for the run
   */
  constructor(button, train) {
    this.#button = button;
    button.disabled = true;
    button.addEventListener("click", async (event) => {
      if (event.detail > 1 || button.ariaBusy === "true") return; // the second press of two: one run is enough
      button.ariaBusy = "true";
      await train().finally(() => (button.ariaBusy = "false"));
    });
  }

  /** @param {boolean} allowed whether this viewer may start runs */
  setAllowed(allowed) {
    this.#allowed = allowed;
    this.#show();
  }

  /** It has just come in sight. */
  rest() {
    window.clearTimeout(this.#rests);
    this.#rests = window.setTimeout(() => {
      this.#rests = 0;
      this.#show();
    }, MISTAKEN);
    this.#show();
  }

  #show() {
    this.#button.disabled = !this.#allowed || this.#rests > 0;
  }
}
