// What the server sends. Generated from its Python types by `python -m scripts.javascript_types`: change those.
// Events are frames of a run's log; one with a default value in Python may be missing in a log of an earlier version.

/**
 * Defaults are the preset `textbook`. Limits and units stand in each field's schema, where the page and the API's
 * errors take them from.
 */
export type Recipe = {
  /** simple_net: 784 → hidden → activation → 1. two_linear: without it. */
  model?: "simple_net" | "linear" | "two_linear";
  /** Units in the hidden layer. */
  hidden?: number;
  /** What simple_net's hidden units do with their sums. */
  activation?: "relu" | "tanh" | "sigmoid" | "none";
  /** What is made small. accuracy has no slope: nothing is learned. */
  loss?: "mnist_loss" | "bce" | "accuracy";
  /** How a gradient becomes an update. */
  optimizer?: "sgd" | "momentum" | "adam";
  /** Size of a step along the gradient. */
  learning_rate?: number;
  /** Images in a mini-batch. */
  batch_size?: number;
  /** Passes over all training images. */
  epochs?: number;
  /** Decides first weights and order of images. */
  seed?: number;
  /** Shift, turn, scale and slant training images at random. */
  augment?: boolean;
  /** Share of images, white on black, that are inverted. */
  invert?: number;
  /** Leave the hidden layer as the seed made it: only the output layer learns. */
  freeze?: boolean;
  /** Learn without the last 2,038 training images, kept for a last test. */
  hold_out?: boolean;
  /** auto: CUDA, else MPS, else CPU. */
  device?: "auto" | "cpu" | "cuda" | "mps";
};

/**
 * The run exists. `place` is the place in the queue at that moment, from 1: the next to start. `preset` is the name of
 * the preset that the recipe came from, `sweep` the id of the sweep that the run is a member of, `learner` the
 * learner's version. Older logs have none of them. `steps_per_second` or `pace` is what it was given when it was
 * started: `Controlled` says when it holds.
 */
export type RunQueued = {
  type: "RunQueued";
  seq: number;
  run: string;
  name: string;
  recipe: Recipe;
  place: number;
  preset?: string | null;
  sweep?: string | null;
  origin?: "person" | "first" | "lesson";
  learner?: number | null;
  steps_per_second?: number | null;
  pace?: "watch" | "slow" | "full" | null;
  time: number;
};

/**
 * Accuracy, over all validation images, of "which mean image is nearer?" by mean absolute (L1) and by root mean squared
 * (L2) pixel difference. `l1` is the chapter's own and is what `baseline_accuracy` means elsewhere.
 */
export type Baseline = {
  l1: number;
  l2: number;
};

/**
 * What the first layer's weight images alone do not tell about its units, one number per unit. `output_weight` is the
 * weight with which a unit enters the logit: positive speaks for a 3. A model whose first layer is its output has one
 * unit of output weight 1.
 */
export type Units = {
  bias: number[];
  output_weight: number[];
};

export type RunStarted = {
  type: "RunStarted";
  seq: number;
  run: string;
  name: string;
  recipe: Recipe;
  device: string;
  device_name: string;
  steps: number;
  steps_per_epoch: number;
  parameters: number;
  train_images: number;
  valid_images: number;
  baseline: Baseline;
  units: Units;
  time: number;
};

/**
 * Consecutive steps as columns of equal length; no step is ever left out. `loss` and `accuracy` are those of the step's
 * own mini-batch before its update, `learning_rate` the one used, `gradient_norm` the L2 norm of the whole gradient,
 * `milliseconds` the host's clock since `RunStarted.time` when the step's work had been given to the device.
 */
export type Steps = {
  type: "Steps";
  seq: number;
  run?: string; // on /ws every frame names its run
  step: number[];
  loss: (number | null)[];
  accuracy: (number | null)[];
  learning_rate: number[];
  gradient_norm: (number | null)[];
  milliseconds: number[];
};

/**
 * `epoch` counts from 1. `train_loss` is the mean over the epoch's images as each was met, the others are over the
 * whole validation set. `confusion` is `[[3 as 3, 3 as 7], [7 as 3, 7 as 7]]` in images.
 */
export type EpochEnded = {
  type: "EpochEnded";
  seq: number;
  run?: string; // on /ws every frame names its run
  epoch: number;
  step: number;
  train_loss: number | null;
  valid_loss: number | null;
  valid_accuracy: number;
  confusion: number[][];
  units: Units;
  milliseconds: number;
};

/**
 * A control took effect after `step` updates: the update `step + 1` is the first made under it. For `step` (one single
 * step) it is the step just taken.
 */
export type Controlled = {
  type: "Controlled";
  seq: number;
  run?: string; // on /ws every frame names its run
  what: "pause" | "resume" | "step" | "stop" | "learning_rate" | "steps_per_second" | "pace";
  value?: number | string | null;
  step: number;
};

/** The whole model at this step can be asked for: to predict with, to download. */
export type CheckpointSaved = {
  type: "CheckpointSaved";
  seq: number;
  run?: string; // on /ws every frame names its run
  step: number;
  epoch: number;
};

export type RunPaused = {
  type: "RunPaused";
  seq: number;
  run?: string; // on /ws every frame names its run
  step: number;
};

export type RunResumed = {
  type: "RunResumed";
  seq: number;
  run?: string; // on /ws every frame names its run
  step: number;
};

/**
 * The worker that trained the run has gone, `reason` says how; `step` is the last that it had logged. The run waits for
 * another, which goes on from the kept model of step `checkpoint`.
 */
export type WorkerLost = {
  type: "WorkerLost";
  seq: number;
  run?: string; // on /ws every frame names its run
  step: number;
  checkpoint: number;
  reason: string;
  time: number;
};

/**
 * Another worker has computed again, to the same bits, what the log has after the kept model, and trains on from
 * `step`. `device_name` is the device's there.
 */
export type WorkerReplaced = {
  type: "WorkerReplaced";
  seq: number;
  run?: string; // on /ws every frame names its run
  step: number;
  device_name: string;
  time: number;
};

/** How a run stands or ended. Losses and accuracies are fractions, not per cent; `seconds` is wall time. */
export type Summary = {
  train_loss?: number | null;
  valid_loss?: number | null;
  valid_accuracy?: number | null;
  best_valid_accuracy?: number | null;
  baseline_accuracy?: number | null;
  seconds?: number | null;
};

export type RunFinished = {
  type: "RunFinished";
  seq: number;
  run?: string; // on /ws every frame names its run
  step: number;
  summary: Summary;
  time: number;
};

/**
 * Ended by a person. `step` is 0 for a run stopped while it was queued. `summary` tells of the newest kept model, which
 * is of an earlier step where the run was stopped while it had no worker.
 */
export type RunStopped = {
  type: "RunStopped";
  seq: number;
  run?: string; // on /ws every frame names its run
  step: number;
  summary: Summary;
  time: number;
};

/**
 * `reason` is a plain sentence for the person who started it. `diverged`: the recipe itself leads there, and would
 * again.
 */
export type RunFailed = {
  type: "RunFailed";
  seq: number;
  run?: string; // on /ws every frame names its run
  step: number;
  reason: string;
  diverged?: boolean;
  summary: Summary;
  time: number;
};

/** The server went away while the run was queued, training or paused. */
export type RunInterrupted = {
  type: "RunInterrupted";
  seq: number;
  run?: string; // on /ws every frame names its run
  step: number;
  reason: string;
  summary: Summary;
  time: number;
};

/**
 * First-layer weights as int8 with what is needed to colour and sort the units at that very step. `bias` and
 * `output_weight` have one number per unit (float32), `output_bias` is the logit's own. A model whose first layer is
 * its output has one unit of output weight 1 and output bias 0. All three are None in a frame of version 1, which had
 * no room for them; such a frame names no `run` either.
 */
export type Weights = {
  type: "Weights";
  seq: number;
  run: string;
  step: number;
  scale: number;
  units: number;
  height: number;
  width: number;
  output_bias: number | null;
  bias: Float32Array | null;
  output_weight: Float32Array | null;
  values: Int8Array;
};

/**
 * Times are Unix seconds, none earlier than what came before it. `place` is the place in the queue, from 1, while the
 * run is queued. `learning_rate` is the one in force; `learning_rate_changed` tells whether a control ever set it. Of
 * `steps_per_second` and `pace` the newer is set; without either the run goes on as fast as it can. `models_removed`:
 * the server has removed its models to keep within what runs may take. `diverged`: why it failed. `learner` is the
 * version of the learner that trains it.
 */
export type Run = {
  id: string;
  name: string;
  state: "queued" | "running" | "paused" | "finished" | "stopped" | "failed" | "interrupted";
  recipe: Recipe;
  preset: string | null;
  sweep: string | null;
  origin: "person" | "first" | "lesson";
  learner: number | null;
  device: string | null;
  created: number;
  started: number | null;
  ended: number | null;
  step: number;
  steps: number;
  epoch: number;
  seq: number;
  place: number | null;
  learning_rate: number;
  learning_rate_changed: boolean;
  steps_per_second: number | null;
  pace: "watch" | "slow" | "full" | null;
  summary: Summary;
  error: string | null;
  diverged: boolean;
  models_removed: boolean;
  /** Equal for runs of equal recipes, whatever their device. */
  recipe_key: string;
};

/** A run that a person deleted and that can be restored until `until`, Unix time. */
export type Deleted = {
  id: string;
  name: string;
  until: number;
};

/** The server removed, by itself, a run's models (its log stayed) or the whole run. `time` is Unix time. */
export type Removal = {
  time: number;
  run: string;
  name: string;
  what: "models" | "run";
  bytes: number;
};

/**
 * `bytes` is what all runs take, deleted ones that can be restored included; `keep_bytes` what they may take, null
 * without a limit. `free_bytes` is what the disk has left, null where the database is on another machine;
 * `reserve_bytes` of it stay free: with less left the disk is `full`, no run starts, and a deleted run cannot be
 * restored. `removed` and `deleted` have the newest first. `damaged` are the ids of runs that lists have left out,
 * since what is kept of them cannot be read: they can only be deleted. `undo_seconds` is for how long a run that is
 * deleted now could be restored; 0: not at all.
 */
export type Storage = {
  bytes: number;
  keep_bytes: number | null;
  free_bytes: number | null;
  reserve_bytes: number;
  full: boolean;
  removed: Removal[];
  deleted: Deleted[];
  damaged: string[];
  undo_seconds: number;
};

export type RunNamed = {
  id: string;
  name: string;
};

/**
 * `leads`: it writes the history and has the workers. `started` is Unix time. `lag`: for how many seconds at most what
 * the leader had written was on its way here in the last ten seconds, by the clocks of both; null where nothing was, as
 * at the leader. `trouble`: why nothing can be stored, or heard of what others write.
 */
export type ServerState = {
  node: string;
  pid: number;
  version: string;
  started: number;
  leads: boolean;
  viewers: number;
  most_viewers: number;
  lag: number | null;
  trouble: string | null;
  workers: WorkerState[];
};

/**
 * A worker that is ready. `node`: the machine that it runs on; `devices`: what it can train on, the one that `auto`
 * means first; `runs`: those that it trains, paused ones too; `experiments`: how many it computes.
 */
export type WorkerState = {
  node: string;
  pid: number;
  devices: string[];
  runs: RunNamed[];
  experiments: number;
};

/**
 * `servers` that have said so in the last seconds, the one that leads first. `unheard`: why others cannot be known;
 * null where they can. The counts are of all runs that have not ended.
 */
export type ClusterState = {
  servers: ServerState[];
  unheard: string | null;
  queued: number;
  running: number;
  paused: number;
};

/** `count` of the answers: of a number those from `start` to below `end`, else those that are `value`. */
export type Bar = {
  label: string;
  count: number;
  value?: string | null;
  start?: number | null;
  end?: number | null;
};

/** One of `options`. */
export type ChoiceAsked = {
  name: string;
  label: string;
  kind?: "choice";
  options: Option[];
};

export type Distribution = {
  question: NumberAsked | ChoiceAsked | TypedAsked;
  bars: Bar[];
};

/** A number from `min` to `max`. `format`: how pages write it (`plain`, `percent`, `power` of ten). */
export type NumberAsked = {
  name: string;
  label: string;
  kind?: "number";
  min: number;
  max: number;
  step: number;
  format: string;
};

export type Option = {
  value: string;
  label: string;
};

/** A shape or a number, as it is typed. */
export type TypedAsked = {
  name: string;
  label: string;
  kind?: "typed";
};

/**
 * A class as everybody may see it. `page`: the path and query that it is shown (null: none yet), `title`: what people
 * call that, `lesson`: the slug of the lesson there. `here`, `following`: members, and those that go along; `answered`:
 * predictions for that lesson; `done`: those that are done with the page. `poll`: how the predictions are distributed,
 * null while they are not `released`.
 */
export type ClassState = {
  code: string;
  page: string | null;
  title: string | null;
  lesson: string | null;
  released: boolean;
  here: number;
  following: number;
  answered: number;
  done: number;
  poll: Distribution[] | null;
};

/** `every`: seconds between two. `trouble`: why nothing can be stored; null where it can. */
export type Heartbeat = {
  type: "Heartbeat";
  time: number;
  every: number;
  trouble: string | null;
};

/** The run that started last; its events follow. */
export type Live = {
  type: "Live";
  run: string;
};

/** The run's last event, of this `seq`, has been sent. */
export type Ended = {
  type: "Ended";
  run: string;
  seq: number;
};

/** `run`: what the message named, or null. `damaged`: no more of the run's log can be read. */
export type Refused = {
  type: "Refused";
  run: string | null;
  reason: string;
  damaged: boolean;
};

/** The same of a message that named a class. */
export type ClassRefused = {
  type: "Refused";
  run: string | null;
  class: string;
  reason: string;
  damaged: false;
};

/** To subscribers of the list: a run is new, or another than it was. */
export type RunChanged = {
  type: "RunChanged";
  run: Run;
};

/** To subscribers of the list. */
export type RunDeleted = {
  type: "RunDeleted";
  id: string;
};

/** To subscribers of the list: ids of the runs that wait, the next first, and the place of each, from 1. */
export type Queue = {
  type: "Queue";
  runs: string[];
  places: number[];
};

/** To subscribers of the board. */
export type BoardChanged = {
  type: "BoardChanged";
};

/** To subscribers of the cluster. */
export type Cluster = {
  type: "Cluster";
  servers: ServerState[];
  unheard: string | null;
  queued: number;
  running: number;
  paused: number;
};

/** To subscribers of a class. */
export type Class = {
  type: "Class";
  code: string;
  page: string | null;
  title: string | null;
  lesson: string | null;
  released: boolean;
  here: number;
  following: number;
  answered: number;
  done: number;
  poll: Distribution[] | null;
  closed: false;
};

/** The last frame of a class. */
export type ClassClosed = {
  type: "Class";
  code: string;
  closed: true;
};

/**
 * An entry as it stands. `price`: its parameters times its epochs. `place`, while it waits, is that among the entries
 * that do; `done`, from 0 to 1, the share of its steps that have been taken. `validation` and `test` have the share of
 * digits read rightly with each seed, null for one that diverged; `score` and `tested` are their medians. `rank` counts
 * scores from 1; `frontier`: none has as good a score for less. `failed` says why it gets no score. `lesson`: it is the
 * lesson's own, and nobody's. `runs`: ids by seed, none while it waits.
 */
export type BoardEntry = {
  id: string;
  name: string | null;
  recipe: Recipe;
  parameters: number;
  price: number;
  predicted: number | null;
  created: number;
  state: "queued" | "training" | "scored" | "tested" | "failed";
  place: number | null;
  done: number;
  sweep: string;
  runs: string[];
  validation: (number | null)[] | null;
  score: number | null;
  test: (number | null)[] | null;
  tested: number | null;
  rank: number | null;
  frontier: boolean;
  failed: string | null;
  lesson: boolean;
};

/**
 * `entries` best first, then those without a score. An entry may cost `budget` parameters times epochs, and has at most
 * so many epochs and, with each seed, steps. It learns from `train_images`; `test_images` others are kept apart for the
 * last test.
 */
export type BoardNow = {
  entries: BoardEntry[];
  places: number;
  budget: number;
  most_epochs: number;
  most_steps: number;
  train_images: number;
  test_images: number;
};

/** `digit`: what it is; how many of its images are read as what, with the gate as it usually is. */
export type ConfusionRow = {
  digit: number;
  three: number;
  seven: number;
  neither: number;
};

/** With the bootstrap's 95 % interval. */
export type Figure = {
  value: number;
  low: number;
  high: number;
};

/**
 * What thresholds of the gate do: where `kept[i]` of the validation digits (MNIST's test 3s and 7s) pass, so does the
 * share `let_through[i]` of MNIST's other test digits. `usual` is kept where `POST /predict` is told no `keep`.
 */
export type GateCurve = {
  kept: number[];
  let_through: number[];
  usual: number;
};

/**
 * By the 2,038 validation digits (MNIST's test 3s and 7s), and 1,000 of MNIST's other test digits, 125 of each. No
 * network of this server learns from them; the gate's threshold was chosen on these very validation digits.
 * `told_apart`: of the 3s and 7s by the network alone. With the gate as it usually is: `right` passed and are told
 * apart, `refused` are taken for neither; `let_through` is of the other digits. `gate_auroc`: how often the gate gives
 * a 3 or a 7 a higher score than another digit. `calibration_error`: the mean gap between how sure the network is of 3
 * or 7 and how often it is right, over the `reliability` table's bins. `answers`, of the built-in network only, counts
 * for each of the ten digits which of its eleven answers is the likeliest: 0-9, then no digit.
 */
export type Measured = {
  told_apart: Share;
  right: Share;
  refused: Share;
  let_through: Share;
  gate_auroc: Figure;
  calibration_error: Figure;
  reliability: ReliabilityBin[];
  gate: GateCurve;
  confusion: ConfusionRow[];
  answers: number[][] | null;
  /** 3s read as 7s, and 7s as 3s. */
  exchanged: Misread;
  /** Other digits that are read as a 3 or a 7. */
  taken: Misread;
  /** 3s and 7s that are read as neither. */
  missed: Misread;
};

/**
 * `surest`: at most 20 of the `count` that there are, first those that the network is the surest of; of `missed`, those
 * that the gate refuses the most surely.
 */
export type Misread = {
  count: number;
  surest: MisreadDigit[];
};

/**
 * `index`: its place among the validation digits, as in `GET /api/digits`, or among the other digits. `gate` is the
 * score and `reason` the words of `POST /predict`. `pixels`: 784 bytes in base64, ink bright on 0.
 */
export type MisreadDigit = {
  index: number;
  digit: number;
  read_as: "3" | "7" | "neither";
  probability_3: number;
  gate: number;
  reason: string | null;
  pixels: string;
};

/**
 * The 3s and 7s of which the network is so sure, between `low` and `high`: how many, how sure in the mean, and the
 * share of them that it tells apart rightly; without any the last two are null.
 */
export type ReliabilityBin = {
  low: number;
  high: number;
  count: number;
  confidence: number | null;
  right: Share | null;
};

/** `hits` of `of`, with Wilson's 95 % interval. */
export type Share = {
  hits: number;
  of: number;
  value: number;
  low: number;
  high: number;
};

/**
 * A network, and what it does with digits that it has not learned from. `run`: a run's id, or `built-in`, for which
 * what only a run has is null. `steps`: as many as the run takes in all; `step` of them had been taken.
 */
export type ModelCard = {
  run: string;
  name: string;
  step: number;
  steps: number | null;
  state: "queued" | "running" | "paused" | "finished" | "stopped" | "failed" | "interrupted" | null;
  recipe: Recipe | null;
  measured: Measured;
};

/** Is it a 3 or a 7 at all? Asked of the built-in network, whichever network reads. */
export type Gate = {
  /** Log-odds, moved so that 0 or more is taken for a 3 or a 7; the greater the surer. */
  score: number;
  /**
   * Why not: "looks like a 9", "no digit", "not surely a 7", "more ink than a 3 or a 7 has", "ruled or framed", "cut by
   * the picture's edge" or "too faint" where that kept it from being read.
   */
  reason: string | null;
};

/** Which mean image is nearer? By mean absolute pixel difference (L1). */
export type Nearness = {
  verdict: "3" | "7";
  /** Mean absolute difference of pixels as fractions. */
  distance_3: number;
  /** Mean absolute difference of pixels as fractions. */
  distance_7: number;
};

/**
 * `pixels` with `pixels_bias` add up to the logit, and so do `units` with `units_bias`, but for float32's rounding.
 * `units` are those that add anything, the loudest first.
 */
export type Explanation = {
  /** null where no pixel has a share of its own: tanh, sigmoid. */
  pixels: number[] | null;
  pixels_bias: number;
  /** null where the network has no hidden layer. */
  units: Unit[] | null;
  units_bias: number;
  /** What each pixel adds to distance_7 - distance_3: above 0 it is nearer to the mean 3. */
  baseline: number[];
  /** The nearest training digits, by mean absolute difference of pixels. */
  nearest: Neighbour[];
};

/** One of the first layer's units that speaks. */
export type Unit = {
  unit: number;
  /** To the logit: above 0 for a 3, below for a 7. */
  adds: number;
  /**
   * What ink on each of the 784 pixels adds through this unit, ±127 for the most that any of them adds; with tanh and
   * sigmoid, as if it passed its whole sum on. Of the 8 loudest units.
   */
  weights?: number[];
};

/** A training digit. */
export type Neighbour = {
  /** Among the 12,396 training 3s and 7s, in MNIST's order. */
  index: number;
  digit: 3 | 7;
  /** Mean absolute difference of pixels as fractions. */
  distance: number;
  image: number[];
};

/** A reading, and whose it is. */
export type Prediction = {
  verdict: "3" | "7" | "blank" | "neither";
  /** null where the verdict is no digit. */
  digit: 3 | 7 | null;
  gate: Gate;
  probability_3: number;
  logit: number;
  baseline: Nearness;
  /** The run's id, or built-in. */
  run: string;
  step: number;
  /** What the model saw; left out with image=false. */
  image?: number[];
  explanation?: Explanation;
};

export type RunEvent =
  | RunQueued
  | RunStarted
  | Steps
  | EpochEnded
  | Controlled
  | CheckpointSaved
  | RunPaused
  | RunResumed
  | WorkerLost
  | WorkerReplaced
  | RunFinished
  | RunStopped
  | RunFailed
  | RunInterrupted
  | Weights;

export type Ending =
  | RunFinished
  | RunStopped
  | RunFailed
  | RunInterrupted;

export type StreamFrame =
  | Heartbeat
  | Live
  | Ended
  | Refused
  | ClassRefused
  | RunChanged
  | RunDeleted
  | Queue
  | BoardChanged
  | Cluster
  | Class
  | ClassClosed;
