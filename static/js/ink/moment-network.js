/** @import { Network } from "../model/network.js" */
/** @import { ShownRun } from "../run/shown-run.js" */
import { networkOfFrame } from "../model/network.js";

/**
 * The network of a run at its moment, as far as its picture of the weights tells it; made once for each picture.
 *
 * @param {ShownRun} run
 * @returns {() => Network | null} null: there is no picture yet, or one of an older log
 */
export function momentNetwork(run) {
  /** @type {{ weights: unknown, recipe: unknown, network: Network | null }} */
  let known = { weights: null, recipe: null, network: null };
  return () => {
    const { weights, recipe } = run;
    if (known.weights !== weights || known.recipe !== recipe) {
      known = { weights, recipe, network: weights && recipe && networkOfFrame(weights, recipe) };
    }
    return known.network;
  };
}
