// A run's charts as pictures to take along.

import { toPng } from "../plot/picture.js";
import { element } from "../shell/element.js";
import { saveFile } from "../shell/save-file.js";

/**
 * A button for each chart, which saves what the chart shows at that moment as a PNG.
 *
 * @param {HTMLElement} root gets the buttons
 * @param {{run: {run: string, name: string}, charts: import("../plot/plot.js").Plot[]}} context
 * @param {{signal: AbortSignal}} life
 */
export function mountChartPictures(root, { run, charts }, { signal }) {
  const buttons = charts.map((chart) => {
    const { title } = chart.content;
    const button = element("button", "button", `${title} as PNG`);
    button.type = "button";
    button.addEventListener("click", async () => {
      const picture = await toPng(chart, { title: run.name ? `${title} of ${run.name}` : title });
      saveFile(picture, `threeseven-${run.run}-${title.toLowerCase()}.png`);
    }, { signal });
    return button;
  });
  root.append(...buttons);
  signal.addEventListener("abort", () => buttons.forEach((button) => button.remove()));
}
