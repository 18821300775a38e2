/**
 * The life of one training job, from Starting to its end, as one story; it can begin in the middle, where an earlier
 * server was killed. Every step is written to the job's file before its effect, so never do two trainers run for a job.
 */
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Storage } from '../storage';
import { downloadChannel } from './channels';
import { CheckpointAgent } from './checkpointAgent';
import type { CheckpointFaults } from './checkpointFaults';
import { type ContainerPaths, containerEnvironment, containerPaths, createContainer, workFolder } from './container';
import type { Droughts, Pool } from './droughts';
import { type AttemptEnd, type FinalEnd, jobEnding } from './ending';
import { failureReasons } from './errors';
import * as job from './job';
import type { JobStore } from './jobStore';
import { uploadHalfOfModel, uploadOutput } from './output';
import type { Settings } from './settings';
import type { Strike, Strikes } from './strikes';
import { findTrainer, startTrainer, type Trainer } from './trainer';
import { finalMetrics, LogFollower } from './trainerLog';

const pollMs = 50;

export interface JobRunContext {
  readonly store: JobStore;
  readonly storage: Storage;
  readonly droughts: Droughts;
  readonly strikes: Strikes;
  readonly checkpointFaults: CheckpointFaults;
  /** Read at each use: it may change while the job runs. */
  readonly settings: () => Settings;
  readonly region: string;
  readonly dataDir: string;
  /** Program and arguments; `train` is added. */
  readonly trainerCommand: readonly string[];
  /** What an operator should know; goes to standard error. */
  readonly warn: (message: string) => void;
}

/** An attempt whose trainer runs or has run. */
interface Running {
  readonly paths: ContainerPaths;
  readonly trainer: Trainer;
  readonly log: LogFollower;
  readonly agent: CheckpointAgent | undefined;
}

type Reclaim = Extract<Strike, { kind: 'reclaim' }>;
const killed: Reclaim = { kind: 'reclaim', mode: 'kill', graceSeconds: 0 };

/** Thrown through the story when the server shuts down; the job's file stays as it is. */
class Abandoned extends Error {}

export class JobRun {
  private readonly closing = new AbortController();
  private current: Trainer | undefined;
  private finished: Promise<void> = Promise.resolve();

  constructor(
    private readonly name: string,
    private readonly context: JobRunContext,
  ) {}

  start(): void {
    this.finished = this.run();
  }

  /** Ends the watching; with `stop` the trainer is killed, and the job resumes at the next start of the server. */
  async close(trainers: 'stop' | 'leave'): Promise<void> {
    this.closing.abort();
    if (trainers === 'stop') this.current?.signal('SIGKILL');
    await this.settled();
  }

  /** Resolves when nothing of this run is under way any more. */
  settled(): Promise<void> {
    return this.finished;
  }

  requestStop(): void {
    this.update((current) => job.beginStop(current, 'requested', Date.now()));
  }

  private async run(): Promise<void> {
    try {
      await this.live();
    } catch (error) {
      if (error instanceof Abandoned) return;
      this.context.warn(`training job ${this.name} failed inside the service: ${describeError(error)}`);
      this.current?.signal('SIGKILL');
      this.update((current) => job.end(current, 'Failed', Date.now(), failureReasons.internal));
    }
  }

  private async live(): Promise<void> {
    let running = await this.reattach();
    for (;;) {
      running ??= await this.startAttempt();
      if (running === undefined) return;
      const attemptEnd = await this.watch(running);
      switch (attemptEnd.kind) {
        case 'exited':
        case 'stopped':
          if ((await this.finish(running, attemptEnd)) === 'over') return;
          break;
        case 'broken':
          if ((await this.breakDown(running)) === 'over') return;
          break;
        case 'reclaimed':
          await this.interrupt(running);
      }
      running = undefined;
    }
  }

  /** The attempt that an earlier server left; `undefined` when the job needs a new one. */
  private async reattach(): Promise<Running | undefined> {
    const { attempt } = this.job;
    if (attempt === undefined) return undefined;
    const paths = this.pathsOf(attempt.number);
    const trainer = await findTrainer(paths.dir);
    if (trainer === undefined) {
      if (job.currentTransition(this.job).status === 'Training') this.enter('Interrupted', job.messages.interrupted);
      await this.discard();
      return undefined;
    }
    this.current = trainer;
    const agent = this.agentFor(paths);
    await agent?.recall();
    return { paths, trainer, log: new LogFollower(attempt.logFile), agent };
  }

  /** Waits for capacity, downloads, starts the trainer. `undefined`: the job was ended on the way. */
  private async startAttempt(): Promise<Running | undefined> {
    if (!(await this.obtainCapacity())) return undefined;
    this.enter('Downloading', job.messages.downloading);
    const number = this.job.attempts + 1;
    const logFile = join(this.context.dataDir, 'logs', this.name, `algo-1-${Date.now()}.log`);
    this.update((current) => ({ ...current, attempts: number, attempt: { number, logFile, reclaimed: false } }));

    const paths = this.pathsOf(number);
    await rm(paths.dir, { recursive: true, force: true });
    await createContainer(paths, this.job);
    await mkdir(dirname(logFile), { recursive: true });
    const agent = this.agentFor(paths);
    if (!(await this.download(paths, agent)) || this.endWhenDue()) {
      await this.discard();
      return undefined;
    }

    this.enter('Training', job.messages.training);
    const trainer = startTrainer({
      dir: paths.dir,
      command: [...this.context.trainerCommand, 'train'],
      env: containerEnvironment(this.job, paths, this.context.region),
      cwd: paths.optMl,
      logFile,
    });
    this.current = trainer;
    return { paths, trainer, log: new LogFollower(logFile), agent };
  }

  /** False when the job was ended while it waited. */
  private async obtainCapacity(): Promise<boolean> {
    const { market } = this.pool;
    // An earlier server was killed in Downloading: the instance is there.
    if (job.currentTransition(this.job).status === 'Downloading') return !this.endWhenDue();
    if (this.job.stop === undefined && job.currentTransition(this.job).status === 'Interrupted') {
      this.enter('Starting', job.messages.starting);
    }
    const waitingSinceMs = job.currentTransition(this.job).startMs;
    const { spotWaitSeconds, recoveryWaitSeconds } = this.context.settings();
    const waitSeconds = this.job.attempts > 0 ? recoveryWaitSeconds : market === 'spot' ? spotWaitSeconds : 0;
    while (
      Date.now() < waitingSinceMs + waitSeconds * 1000 ||
      !this.context.droughts.hasCapacity(this.pool, Date.now())
    ) {
      if (this.endWhenDue() || this.endWithoutCapacity(waitingSinceMs)) return false;
      if (market === 'spot') this.enter('Starting', job.messages.insufficientCapacity);
      else this.enter('Pending', job.messages.pending);
      await this.pause();
    }
    if (this.endWithoutCapacity(waitingSinceMs)) return false;
    const grantedAtMs = Date.now();
    if (this.endWhenDue()) return false;
    this.enter(job.currentTransition(this.job).status, job.messages.preparing);
    while (Date.now() < grantedAtMs + this.context.settings().startupSeconds * 1000) {
      if (this.endWhenDue()) return false;
      await this.pause();
    }
    return !this.endWhenDue();
  }

  private async download(paths: ContainerPaths, agent: CheckpointAgent | undefined): Promise<boolean> {
    try {
      for (const channel of this.job.request.InputDataConfig ?? []) {
        await downloadChannel(this.context.storage, channel, paths.inputData);
      }
      this.enter('Downloading', job.messages.downloadingImage);
      await agent?.restore();
      return true;
    } catch (error) {
      this.throwIfClosing();
      this.update((current) => job.end(current, 'Failed', Date.now(), failureReasons.download(describeError(error))));
      return false;
    }
  }

  /** Until the trainer ends, by itself or because it must. */
  private async watch(running: Running): Promise<AttemptEnd> {
    const { trainer, agent } = running;
    agent?.start();
    try {
      for (;;) {
        this.readLog(running.log.read());
        const state = trainer.state();
        const reclaimed = this.job.attempt?.reclaimed === true;
        const cause = job.dueStop(this.job, Date.now());
        if (state.kind !== 'running') {
          this.readLog(running.log.readToEnd());
          if (this.job.stop !== undefined) return { kind: 'stopped', cause: this.job.stop };
          if (reclaimed) return { kind: 'reclaimed' };
          return state.kind === 'exited' ? state : { kind: 'reclaimed' };
        }
        const strike = reclaimed ? killed : this.dueStrike();
        if (strike?.kind === 'reclaim') await this.reclaim(trainer, agent, strike);
        else if (strike !== undefined) return { kind: 'broken' };
        else if (cause !== undefined) await this.stopTrainer(trainer, cause);
        else await this.pause();
      }
    } finally {
      await agent?.stop();
    }
  }

  private dueStrike(): Strike | undefined {
    const { status, startMs } = job.currentTransition(this.job);
    if (status !== 'Training') return undefined;
    const nowMs = Date.now();
    const strike = this.context.strikes.take(this.name, { during: 'training', sinceMs: startMs, nowMs });
    if (strike !== undefined) return strike;
    return this.context.droughts.takesRunning(this.pool, nowMs) ? killed : undefined;
  }

  private async reclaim(trainer: Trainer, agent: CheckpointAgent | undefined, reclaim: Reclaim): Promise<void> {
    this.update((current) =>
      current.attempt === undefined ? current : { ...current, attempt: { ...current.attempt, reclaimed: true } },
    );
    if (reclaim.mode === 'term') await this.terminate(trainer, reclaim.graceSeconds);
    trainer.signal('SIGKILL');
    await agent?.stop();
    await this.untilGone(trainer);
  }

  private async stopTrainer(trainer: Trainer, cause: job.StopCause): Promise<void> {
    this.update((current) => job.beginStop(current, cause, Date.now()));
    await this.terminate(trainer, this.context.settings().stopGraceSeconds);
    trainer.signal('SIGKILL');
    await this.untilGone(trainer);
  }

  private async terminate(trainer: Trainer, graceSeconds: number): Promise<void> {
    const killAtMs = Date.now() + graceSeconds * 1000;
    trainer.signal('SIGTERM');
    while (trainer.state().kind === 'running' && Date.now() < killAtMs) await this.pause();
  }

  private async untilGone(trainer: Trainer): Promise<void> {
    while (trainer.state().kind === 'running') await this.pause();
  }

  private async interrupt({ trainer }: Running): Promise<void> {
    // The shell around the trainer may be gone alone: nothing of its group goes on.
    trainer.signal('SIGKILL');
    this.enter('Interrupted', job.messages.interrupted);
    await this.discard();
  }

  /** The service's own error: nothing of the attempt is kept but its checkpoints, and there is no Uploading. */
  private async breakDown({ trainer }: Running): Promise<'over' | 'goes on'> {
    trainer.signal('SIGKILL');
    await this.untilGone(trainer);
    const allowed = this.job.request.RetryStrategy?.MaximumRetryAttempts ?? 0;
    if (this.job.retries < allowed) {
      this.enter('Starting', job.messages.starting);
      this.update((current) => ({ ...current, retries: current.retries + 1 }));
      await this.discard();
      return 'goes on';
    }
    this.update((current) => job.end(current, 'Failed', Date.now(), failureReasons.internal));
    await this.discard();
    return 'over';
  }

  private async finish(running: Running, attemptEnd: FinalEnd): Promise<'over' | 'goes on'> {
    const { paths } = running;
    // What the trainer may have left running in its group holds no instance any more.
    running.trainer.signal('SIGKILL');
    if (this.context.settings().finalCheckpointSync) await this.syncOnceMore(paths);
    const ending = await jobEnding(attemptEnd, paths.failureFile);
    // The documented order of an exceeded wait has no Uploading.
    if (ending.status !== 'MaxWaitTimeExceeded') {
      this.enter('Uploading', job.messages.uploading);
      if (this.isHitDuringUpload()) {
        await uploadHalfOfModel(this.context.storage, this.job.request, paths);
        await this.interrupt(running);
        return 'goes on';
      }
      const modelUri = await uploadOutput(this.context.storage, this.job.request, paths, ending.status === 'Completed');
      if (modelUri !== undefined) this.update((current) => ({ ...current, modelUri }));
    }
    this.update((current) => job.end(current, ending.status, Date.now(), ending.failureReason));
    await this.discard();
    return 'over';
  }

  /** The service says nothing about it, but an instance can be lost then as well; the job begins again like any other. */
  private isHitDuringUpload(): boolean {
    if (this.pool.market !== 'spot' || this.job.stop !== undefined) return false;
    const { startMs } = job.currentTransition(this.job);
    const strike = this.context.strikes.take(this.name, { during: 'uploading', sinceMs: startMs, nowMs: Date.now() });
    return strike !== undefined;
  }

  private async syncOnceMore(paths: ContainerPaths): Promise<void> {
    const agent = this.agentFor(paths);
    await agent?.recall();
    await agent?.sync();
  }

  /** Ends a job that holds no trainer and must not go on; true when it did. */
  private endWhenDue(): boolean {
    this.throwIfClosing();
    const cause = job.dueStop(this.job, Date.now());
    if (cause === undefined) return false;
    this.update((current) => job.beginStop(current, cause, Date.now()));
    this.update((current) => job.end(current, job.endingOf(cause), Date.now()));
    return true;
  }

  /** Ends a waiting job as the service does when it gives up; true when it did. */
  private endWithoutCapacity(sinceMs: number): boolean {
    if (this.context.strikes.take(this.name, { during: 'waiting', sinceMs, nowMs: Date.now() }) === undefined) {
      return false;
    }
    this.update((current) => job.end(current, 'Failed', Date.now(), failureReasons.capacity));
    return true;
  }

  private readLog(lines: readonly string[]): void {
    if (lines.length === 0) return;
    this.context.strikes.observe(this.name, lines);
    const definitions = this.job.request.AlgorithmSpecification.MetricDefinitions ?? [];
    this.update((current) => ({
      ...current,
      metrics: finalMetrics(current.metrics, definitions, lines, Date.now()),
    }));
  }

  private async discard(): Promise<void> {
    this.current = undefined;
    this.update(({ attempt: _discarded, ...rest }) => rest);
    await rm(workFolder(this.context.dataDir, this.name), { recursive: true, force: true });
  }

  private agentFor(paths: ContainerPaths): CheckpointAgent | undefined {
    const config = this.job.request.CheckpointConfig;
    if (config === undefined) return undefined;
    return new CheckpointAgent({
      job: this.name,
      storage: this.context.storage,
      s3Uri: config.S3Uri,
      dir: paths.checkpoints,
      faults: this.context.checkpointFaults,
      onError: (error) => this.context.warn(`checkpoints of ${this.name} not synchronised: ${describeError(error)}`),
    });
  }

  private pathsOf(attempt: number): ContainerPaths {
    return containerPaths(join(workFolder(this.context.dataDir, this.name), String(attempt)));
  }

  private get job(): job.TrainingJob {
    const found = this.context.store.get(this.name);
    if (found === undefined) throw new Error(`training job ${this.name} was removed while it ran`);
    return found;
  }

  private get pool(): Pool {
    const { EnableManagedSpotTraining, ResourceConfig } = this.job.request;
    return {
      market: EnableManagedSpotTraining ? 'spot' : 'on-demand',
      instanceType: ResourceConfig.InstanceType ?? '',
    };
  }

  private enter(status: job.SecondaryStatus, message: string): void {
    this.update((current) => job.enter(current, status, message, Date.now()));
  }

  private update(change: (current: job.TrainingJob) => job.TrainingJob): void {
    this.context.store.save(change(this.job));
  }

  private async pause(): Promise<void> {
    this.throwIfClosing();
    await sleep(pollMs);
  }

  private throwIfClosing(): void {
    if (this.closing.signal.aborted) throw new Abandoned();
  }
}

function describeError(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
