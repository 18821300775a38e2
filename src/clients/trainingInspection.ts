/** What a doctor asks the training service. Throws `AwsFault`. */
export interface TrainingInspection {
  /** The newest of our jobs, or undefined when there is none. */
  newestJob(): Promise<{ readonly name: string; readonly status: string } | undefined>;
}
