/** How long things take, for the rule of the deadline: from the last runs where there are some, else from the settings. */

export interface PaceSettings {
  /** The set must be live so long after the run was started, hours. */
  readonly hoursAfterStart: number;
  /** From the decision for on demand to a trainer that runs: stopping the Spot job, launching, seconds. */
  readonly launchSeconds: number;
  /** Of the whole training on a running instance, seconds; until a run has told. */
  readonly workSeconds: number;
  /** From a trained model to a live set, seconds; until a run has told. */
  readonly publishSeconds: number;
  /** At least 1: what all estimates are multiplied with. */
  readonly safetyFactor: number;
}

/** What the report of an earlier run tells. */
export interface PaceSample {
  readonly workSeconds: number;
  readonly publishSeconds: number;
  /** From Downloading to the first iteration. */
  readonly prepareSeconds?: number;
}

/** Estimates with the safety factor in them, seconds. */
export interface TrainingPace {
  readonly startupSeconds: number;
  readonly workSeconds: number;
  readonly publishSeconds: number;
  readonly safetyFactor: number;
  /** How many earlier runs the estimates come from; 0: from the settings. */
  readonly runs: number;
}

/** The median of the work, since a day is like the days before; the worst of what only waits for machines. */
export function trainingPace(samples: readonly PaceSample[], settings: PaceSettings): TrainingPace {
  const { safetyFactor, launchSeconds } = settings;
  const prepare = Math.max(0, ...samples.map(({ prepareSeconds }) => prepareSeconds ?? 0));
  const work = median(samples.map(({ workSeconds }) => workSeconds)) ?? settings.workSeconds;
  const publish =
    samples.length === 0 ? settings.publishSeconds : Math.max(...samples.map(({ publishSeconds }) => publishSeconds));
  return {
    startupSeconds: launchSeconds + prepare * safetyFactor,
    workSeconds: work * safetyFactor,
    publishSeconds: publish * safetyFactor,
    safetyFactor,
    runs: samples.length,
  };
}

function median(values: readonly number[]): number | undefined {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
