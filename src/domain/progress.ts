/** How far the trainer is, from the `progress.json` beside its checkpoints. Format in docs/formats.md. */

export interface TrainingProgress {
  readonly phase: string;
  readonly iteration: number;
  readonly iterations: number;
  readonly completed: number;
  readonly total: number;
  /** Iteration counts (over all phases) from which training went on after an interruption. */
  readonly resumedFrom: readonly number[];
  readonly remainingSeconds: number;
}
