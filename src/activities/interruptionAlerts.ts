/** Tells people of the interruptions of a watched job. Beside the watch, which neither waits for this nor fails by it. */
import { log } from '@temporalio/activity';
import type { WaitForTrainingInput } from '../contract';
import { interruptionsOf } from '../domain/jobTimes';
import { failureIn } from '../failures';
import { alertOnce } from './alertOnce';
import type { ActivityDependencies } from './dependencies';
import type { Look } from './trainingWatch';

/** One at each look; then people are told of the next interruption only. */
const maxTries = 5;

export class InterruptionAlerts {
  private told = 0;
  private tries = 0;
  private telling: Promise<void> | undefined;

  constructor(
    private readonly dependencies: Pick<ActivityDependencies, 'lake' | 'alerts'>,
    private readonly job: Pick<WaitForTrainingInput, 'jobName' | 'runDate'>,
  ) {}

  /** Returns at once. A watcher that takes over starts from none: what people know already is on record. */
  see(look: Look): void {
    const interruptions = interruptionsOf(look.state);
    if (this.job.runDate === undefined || interruptions <= this.told || this.telling !== undefined) return;
    this.telling = this.tell(this.job.runDate, interruptions, look).finally(() => {
      this.telling = undefined;
    });
  }

  /** When nothing is under way any more; a channel has seconds to answer. */
  async settled(): Promise<void> {
    await this.telling;
  }

  private async tell(
    runDate: NonNullable<WaitForTrainingInput['runDate']>,
    interruptions: number,
    { progress }: Look,
  ): Promise<void> {
    const { jobName } = this.job;
    this.tries += 1;
    try {
      await alertOnce(this.dependencies, {
        kind: 'recovering from interruption',
        runDate,
        about: `${jobName} ${interruptions}`,
        jobName,
        interruptions,
        ...(progress === undefined || progress.total === 0
          ? {}
          : { donePercent: Math.round((100 * progress.completed) / progress.total) }),
      });
      this.over(interruptions);
    } catch (error) {
      const isOver = this.tries >= maxTries || failureIn(error)?.nonRetryable === true;
      log.warn(`people could not be told of an interruption${isOver ? '' : '; the next look tries again'}`, {
        jobName,
        interruptions,
        reason: String(error),
      });
      if (isOver) this.over(interruptions);
    }
  }

  private over(interruptions: number): void {
    this.told = interruptions;
    this.tries = 0;
  }
}
