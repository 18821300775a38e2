/** A training service in memory: jobs by name, and answers in the order that a test lays down. */
import type { StartedJob, TrainingService } from '../../src/clients/trainingService';
import type { TrainingJobSpec } from '../../src/domain/trainingJob';
import type { JobTransition, TrainingJobState } from '../../src/domain/trainingOutcome';

/** A state whose transitions are the given secondary statuses, ten seconds each, the last of them open. */
export function jobState(
  status: string,
  secondaryStatuses: readonly string[],
  more: Partial<TrainingJobState> = {},
  fromMs = 0,
): TrainingJobState {
  const transitions = secondaryStatuses.map((secondary, index): JobTransition => {
    const startMs = fromMs + index * 10_000;
    return index + 1 < secondaryStatuses.length
      ? { status: secondary, startMs, endMs: startMs + 10_000 }
      : { status: secondary, startMs };
  });
  return { status, secondaryStatus: secondaryStatuses.at(-1) ?? 'Starting', transitions, ...more };
}

export class FakeTrainingService implements TrainingService {
  readonly started: TrainingJobSpec[] = [];
  readonly stopped: string[] = [];
  /** What looks find, one after another; the last one stays. */
  states: (TrainingJobState | Error)[] = [];
  adoptedState = jobState('InProgress', ['Training']);
  startError: Error | undefined;
  /** What a look finds once a stop was accepted. */
  afterStop = jobState('Stopped', ['Training', 'Stopping', 'Stopped'], { trainingSeconds: 40, billableSeconds: 14 });
  /** Stops are refused with these first. */
  stopErrors: Error[] = [];

  async start(spec: TrainingJobSpec): Promise<StartedJob> {
    if (this.startError) throw this.startError;
    if (this.started.some(({ name }) => name === spec.name)) return { adopted: true, state: this.adoptedState };
    this.started.push(spec);
    return { adopted: false };
  }

  async describe(): Promise<TrainingJobState | undefined> {
    const next = this.states.length > 1 ? this.states.shift() : this.states[0];
    if (next instanceof Error) throw next;
    return next;
  }

  async stop(name: string): Promise<void> {
    const refused = this.stopErrors.shift();
    if (refused) throw refused;
    this.stopped.push(name);
    this.states = [this.afterStop];
  }
}
