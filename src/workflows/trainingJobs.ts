/**
 * One training job at a time, from its start to its known end. A job that was started is always brought to its end, also
 * when the run is cancelled in between: nothing that is paid for runs without somebody who watches it.
 */
import { CancellationScope, CancelledFailure, proxyActivities } from '@temporalio/workflow';
import type {
  Activities,
  DailyInput,
  FinishedTraining,
  FrozenManifest,
  StartTrainingResult,
  UnfinishedTraining,
  WaitForTrainingInput,
} from '../contract';
import { attemptsOf, firstGeneration } from '../domain/generation';
import type { Rung } from '../domain/trainingJob';
import { failure, failureIn } from '../failures';
import * as profiles from './activity-profiles';
import { keepsLive } from './keepLive';
import type { RunDeadline } from './trainingDeadline';

const { startTraining } = proxyActivities<Activities>(profiles.call);
const { waitForTraining, stopTraining } = proxyActivities<Activities>(profiles.watch);

type Named = Pick<StartTrainingResult, 'jobName' | 'version'>;
type Ended<Outcome, More> = Omit<FinishedTraining, 'outcome'> & { readonly outcome: Outcome } & More;

export type EndedAttempt =
  | Ended<FinishedTraining['outcome'], { readonly model: Named }>
  | Ended<'moved-on', { readonly model: Named; readonly moved: UnfinishedTraining['decision'] }>
  /** The account may not run another such job now: no job was made. */
  | Ended<'quota', { readonly model?: never }>;

export class TrainingJobs {
  private lastNumber: number;

  constructor(
    private readonly input: DailyInput,
    private readonly manifest: FrozenManifest,
    private readonly deadline: RunDeadline | undefined,
  ) {
    this.lastNumber = attemptsOf(input.generation ?? firstGeneration).first - 1;
  }

  async attempt(
    index: number,
    rung: Rung,
    limits: { readonly maxRuntimeSeconds?: number; readonly maxWaitSeconds?: number },
    onStarted: (version: string) => void,
  ): Promise<EndedAttempt> {
    const started = await this.start(rung, limits);
    if (started === undefined) return noJob;
    const model = { jobName: started.jobName, version: started.version };
    onStarted(model.version);
    const job = {
      ...(keepsLive() ? {} : { runDate: this.input.runDate }),
      jobName: started.jobName,
      scope: started.scope,
      pollSeconds: this.input.settings.training.pollSeconds,
    };
    if (CancellationScope.current().consideredCancelled) return { ...(await stopped(job)), model };
    const watched = await waitForTraining({
      ...job,
      ...(this.deadline === undefined
        ? {}
        : { deadline: { ...this.deadline, ladder: this.input.settings.ladder, rung: index } }),
    });
    if (watched.outcome !== 'in-progress') return { ...watched, model };
    const finished = await stopped(job);
    // It may have completed, or failed, before the order to stop reached it.
    if (finished.outcome !== 'stopped') return { ...finished, model };
    return { ...finished, outcome: 'moved-on', moved: watched.decision, model };
  }

  /** Once the end of a job and its price are on record. */
  throwIfCancelled(): void {
    if (CancellationScope.current().consideredCancelled)
      throw new CancelledFailure('the run was cancelled in training');
  }

  /** `undefined` when the quota of the account has no room. */
  private async start(
    rung: Rung,
    limits: { readonly maxRuntimeSeconds?: number; readonly maxWaitSeconds?: number },
  ): Promise<StartTrainingResult | undefined> {
    const { runDate, generation = firstGeneration, settings } = this.input;
    for (;;) {
      const attempt = this.nextNumber();
      try {
        // A cancelled run must know whether there is a job now.
        const started = await CancellationScope.nonCancellable(() =>
          startTraining({
            runDate,
            generation,
            attempt,
            rung,
            manifest: this.manifest,
            historyDays: settings.historyDays,
            retentionDays: settings.retentionDays,
            settings: settings.training,
            ...limits,
          }),
        );
        // An earlier run of the day used this attempt up; its checkpoints are still good.
        if (!started.spent) return started;
      } catch (error) {
        if (failureIn(error)?.type !== 'TrainingQuotaExceeded') throw error;
        this.lastNumber -= 1;
        return undefined;
      }
    }
  }

  private nextNumber(): number {
    const { runDate, generation = firstGeneration } = this.input;
    const { last } = attemptsOf(generation);
    if (this.lastNumber === last) {
      throw failure('LadderExhausted', `the day has used up its ${last} attempts [runDate=${runDate}]`);
    }
    this.lastNumber += 1;
    return this.lastNumber;
  }
}

const noJob: EndedAttempt = {
  outcome: 'quota',
  interruptions: 0,
  trainingSeconds: 0,
  billableSeconds: 0,
  resumedFrom: [],
};

function stopped(job: WaitForTrainingInput): Promise<FinishedTraining> {
  return CancellationScope.nonCancellable(() => stopTraining(job));
}
