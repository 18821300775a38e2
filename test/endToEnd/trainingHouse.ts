/**
 * One laptop cloud in which the same small day is trained again and again, each time with other faults: what must come
 * out is always the same model, from as few paid jobs as the faults allow.
 */
import { createHash } from 'node:crypto';
import { DeleteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { z } from 'zod';
import { postControl } from '../../local/control';
import { table } from '../../local/resources';
import { type RunView, startRun } from '../../src/clients/runs';
import type { PipelineSettings, RunSummary, TrainingAttempt } from '../../src/contract';
import { livePointerKey, modelPrefix } from '../../src/domain/keys';
import { runDate, Slice } from './slice';

/** Enough iterations for faults to fall between them, on so few clicks that each takes milliseconds. */
const newsroom = { readers: 600, clicksPerDay: 3000, articlesPerDay: 80 };
const hyperparameters = { factors: '8', iterations: '40', readers_per_shard: '200', checkpoint_seconds: '0' };
const settings = {
  readiness: { waitLimitSeconds: 300, lookSeconds: 1, marginSeconds: 60, quietSeconds: 1 },
  historyDays: 1,
  ladder: [
    { instanceType: 'ml.m5.xlarge', market: 'spot' },
    { instanceType: 'ml.m5.xlarge', market: 'on-demand' },
  ],
  deadline: { hoursAfterStart: 0.5, launchSeconds: 5, workSeconds: 20, publishSeconds: 20 },
  training: { pollSeconds: 0.2, hyperparameters },
  gate: { minEvaluationReaders: 5, recallFloor: 0, popularityMargin: 1 },
  load: { maxUnitsPerSecond: 5000, parallelism: 2 },
};

const jobSchema = z.object({
  name: z.string(),
  status: z.string(),
  secondaryStatus: z.string(),
  /** How often it got an instance. */
  attempts: z.number(),
  interruptions: z.number(),
});
export type JobView = z.infer<typeof jobSchema>;

export interface PlayedRun {
  readonly view: RunView;
  readonly attempts: readonly TrainingAttempt[];
  /** All jobs that the service has of this run. */
  readonly jobs: readonly JobView[];
  /** Of everything that the trainer wrote for readers; absent when there is no model. */
  readonly modelDigest?: string;
}

export interface RunPlan {
  readonly settings?: Partial<Pick<PipelineSettings, 'ladder' | 'budget'>>;
  readonly deadline?: Partial<NonNullable<PipelineSettings['deadline']>> | 'none';
  readonly training?: Partial<PipelineSettings['training']>;
  /** Faults that are there from the start. */
  readonly before?: () => Promise<void>;
  /** What happens while the run goes on. */
  readonly during?: () => Promise<void>;
}

export class TrainingHouse {
  private runs = 0;

  private constructor(readonly slice: Slice) {}

  static async start(): Promise<TrainingHouse> {
    const slice = await Slice.start({ settings, newsroom });
    try {
      await slice.fill();
    } catch (error) {
      await slice.stop();
      throw error;
    }
    return new TrainingHouse(slice);
  }

  stop(): Promise<void> {
    return this.slice.stop();
  }

  /** Trains and publishes the day once more, from nothing. */
  async play(plan: RunPlan = {}): Promise<PlayedRun> {
    await this.forgetTheLast();
    const before = new Set((await this.jobs()).map(({ name }) => name));
    await plan.before?.();
    const startedAtMs = Date.now();
    if ((await startRun(this.slice.client, { runDate, settings: this.settingsOf(plan) })) !== 'started') {
      throw new Error('the run before has not ended');
    }
    await plan.during?.();
    // The start time of a run is the server's, in whole milliseconds.
    const view = await this.slice.when((run) => run.state !== 'running' && run.startedAtMs >= startedAtMs - 1);
    const jobs = (await this.jobs()).filter(({ name }) => !before.has(name));
    const summary = view.result !== undefined && 'summary' in view.result ? view.result.summary : undefined;
    return {
      view,
      attempts: summary?.trainingAttempts ?? view.status?.trainingAttempts ?? [],
      jobs,
      ...(summary === undefined ? {} : { modelDigest: await this.digestOf(summary) }),
    };
  }

  control(path: string, body: object): Promise<void> {
    return postControl(this.slice.cloud.urls.sagemaker, path, body);
  }

  async jobs(): Promise<JobView[]> {
    const answer = await fetch(`${this.slice.cloud.urls.sagemaker}/_control/state`);
    return z.object({ jobs: z.array(jobSchema) }).parse(await answer.json()).jobs;
  }

  /** As soon as this holds of a job that is under way. Throws when a job is over before. */
  async whenJob(holds: (job: JobView) => boolean): Promise<JobView> {
    const known = new Set((await this.jobs()).filter(({ status }) => isOver(status)).map(({ name }) => name));
    for (;;) {
      const jobs = (await this.jobs()).filter(({ name }) => !known.has(name));
      const found = jobs.find((job) => holds(job));
      if (found !== undefined) return found;
      const over = jobs.find(({ status }) => isOver(status));
      if (over !== undefined) throw new Error(`the job was over before what was waited for: ${JSON.stringify(over)}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** As soon as S3 has one more whole checkpoint than now. */
  async whenCheckpointed(): Promise<void> {
    const manifests = async () => {
      const keys = new Set((await this.slice.lake.list('checkpoints/')).map(({ key }) => key));
      return [...keys].filter((key) => /\/state-\d+\.json$/.test(key) && keys.has(key.replace(/json$/, 'npz')));
    };
    const known = new Set(await manifests());
    const under = (await this.jobs()).filter(({ status }) => !isOver(status)).map(({ name }) => name);
    while ((await manifests()).every((key) => known.has(key))) {
      const over = (await this.jobs()).find(({ name, status }) => under.includes(name) && isOver(status));
      if (over !== undefined) throw new Error(`the job was over before its next checkpoint: ${JSON.stringify(over)}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  private settingsOf({ settings: change, deadline, training }: RunPlan): PipelineSettings {
    this.runs += 1;
    const usual = this.slice.dailyInput().settings;
    // A hyperparameter without influence on the model, but part of its scope: no run finds another's jobs or checkpoints.
    const scope = { max_malformed_share: String(0.05 + this.runs / 1e6) };
    // What a set is blended with is chosen after the training, by replaying the day: seconds of a processor for each run.
    const { deadline: usualDeadline, blend: _unused, ...rest } = usual;
    return {
      ...rest,
      ...change,
      ...(deadline === 'none' || usualDeadline === undefined ? {} : { deadline: { ...usualDeadline, ...deadline } }),
      training: {
        ...usual.training,
        ...training,
        hyperparameters: { ...usual.training.hyperparameters, ...training?.hyperparameters, ...scope },
      },
    };
  }

  private async forgetTheLast(): Promise<void> {
    await this.control('clear', {});
    const dynamodb = new DynamoDBClient(this.slice.cloud.aws);
    const key = { pk: { S: livePointerKey.pk }, sk: { S: livePointerKey.sk } };
    await dynamodb.send(new DeleteItemCommand({ TableName: table, Key: key }));
    dynamodb.destroy();
  }

  private async digestOf({ trainingAttempts, version }: RunSummary): Promise<string> {
    const jobName = trainingAttempts.at(-1)?.jobName ?? '';
    const hash = createHash('sha256');
    for (const { key } of await this.slice.lake.list(modelPrefix(jobName))) {
      if (!key.endsWith('.parquet')) continue;
      hash.update(key.slice(modelPrefix(jobName).length)).update((await this.slice.lake.get(key)) ?? '');
    }
    const lists = [...(await this.slice.listsOfShards(jobName))].sort(([a], [b]) => (a < b ? -1 : 1));
    if (lists.length === 0) throw new Error(`the model of ${version} has no lists`);
    return hash.update(JSON.stringify(lists)).digest('hex');
  }
}

/** Jobs that had an instance, and so cost money. */
export function paid(jobs: readonly JobView[]): number {
  return jobs.filter(({ attempts }) => attempts > 0).length;
}

export function isOver(status: string): boolean {
  return status === 'Completed' || status === 'Failed' || status === 'Stopped';
}
