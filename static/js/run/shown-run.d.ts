// What a picture of a run's weights needs of the run that it shows.

import type { RunAt } from "./run-at.js";

export type ShownRun = Pick<RunAt, "run" | "state" | "recipe" | "live" | "step" | "weights" | "units" | "subscribe"> & Partial<Pick<RunAt, "fetching">>;
