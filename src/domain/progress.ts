/** How far the trainer is, from the `progress.json` beside its checkpoints. Format in docs/formats.md. */

export interface TrainingProgress {
  readonly phase: string;
  readonly iteration: number;
  readonly iterations: number;
  readonly completed: number;
  readonly total: number;
  /** Iteration counts (over all phases) from which training went on after an interruption. */
  readonly resumedFrom: readonly number[];
  /** Of running time until the job ends, in the trainer's own estimate; absent until it has measured something. */
  readonly remainingSeconds?: number;
  /** The same for a job that would start now from the newest checkpoint. */
  readonly restartSeconds?: number;
  /** From the trainer's start to its first iteration, lost anew at each start. */
  readonly readSeconds?: number;
  /** ISO 8601. */
  readonly updatedAt?: string;
}
