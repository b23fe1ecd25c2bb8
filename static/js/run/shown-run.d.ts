// What a view needs of the run that it shows: a RunAt has it.

import type { Recipe, Units, Weights } from "../wire.js";

export interface ShownRun {
  /** id; empty before one is known */
  readonly run: string;
  readonly state: string;
  readonly recipe: Recipe | null;
  /** Whether it follows the newest step; missing where it always does. */
  readonly live?: boolean;
  readonly step: number;
  /** The nearest picture at or before the moment that is shown. */
  readonly weights: Weights | null;
  readonly units: Units | null;
  /** Calls the listener after each event, and with `Moved` after a move; the answer ends it. */
  subscribe(listener: (change: { type: string }) => void): () => void;
}
