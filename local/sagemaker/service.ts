/** The operations of the local SageMaker, and the runs of the jobs behind them. */
import { rmSync } from 'node:fs';
import { z } from 'zod';
import type { AwsOperation } from '../aws-json';
import { parseInput } from '../validation';
import { checkChannels } from './channels';
import { workFolder } from './container';
import { describeJob } from './description';
import { nameTaken, notFound, wrongStatus } from './errors';
import type { ServiceFaults } from './faults';
import { isOver, newJob, primaryStatus, type TrainingJob } from './job';
import { JobRun, type JobRunContext } from './jobRun';
import { listJobs } from './listing';
import { jobNameSchema, parseCreateRequest, tagSchema } from './request';

const accountId = '000000000000';

export const operationNames = [
  'CreateTrainingJob',
  'DescribeTrainingJob',
  'StopTrainingJob',
  'DeleteTrainingJob',
  'ListTrainingJobs',
  'ListTags',
  'AddTags',
] as const;
export type OperationName = (typeof operationNames)[number];

const byNameSchema = z.object({ TrainingJobName: jobNameSchema });
const byArnSchema = z.object({ ResourceArn: z.string().min(1).max(256) });
const addTagsSchema = byArnSchema.extend({ Tags: z.array(tagSchema).max(50) });

export class TrainingJobService {
  private readonly runs = new Map<string, JobRun>();

  constructor(
    private readonly context: JobRunContext,
    private readonly faults: ServiceFaults,
  ) {}

  /** Goes on with every job that an earlier process left unfinished. */
  resume(): void {
    const { store, dataDir } = this.context;
    for (const job of store.all()) {
      // A process killed at the very end of a job left its folder behind.
      if (isOver(job)) rmSync(workFolder(dataDir, job.request.TrainingJobName), { recursive: true, force: true });
      else this.startRun(job);
    }
  }

  async close(trainers: 'stop' | 'leave'): Promise<void> {
    await Promise.all([...this.runs.values()].map((run) => run.close(trainers)));
  }

  operations(): Record<string, AwsOperation> {
    const operations: Record<OperationName, AwsOperation> = {
      CreateTrainingJob: (input) => this.create(input),
      DescribeTrainingJob: (input) => describeJob(this.byName(input), this.context.settings().spotDiscount, Date.now()),
      StopTrainingJob: (input) => this.stop(input),
      DeleteTrainingJob: (input) => this.delete(input),
      ListTrainingJobs: (input) => listJobs(this.context.store.all(), input),
      ListTags: (input) => ({ Tags: this.byArn(parseInput(byArnSchema, input).ResourceArn).request.Tags ?? [] }),
      AddTags: (input) => this.addTags(input),
    };
    return Object.fromEntries(
      Object.entries(operations).map(([name, operation]) => [
        name,
        async (input: Record<string, unknown>) => {
          this.faults.beforeCall(name);
          return operation(input);
        },
      ]),
    );
  }

  private async create(input: unknown): Promise<object> {
    const request = parseCreateRequest(input);
    const { TrainingJobName: name } = request;
    const { store, storage, region, strikes } = this.context;
    const arn = `arn:aws:sagemaker:${region}:${accountId}:training-job/${name}`;
    if (store.get(name)) throw nameTaken(arn);
    await checkChannels(storage, request.InputDataConfig ?? [], region);
    // Another create of the same name may have won in the meantime.
    if (store.get(name)) throw nameTaken(arn);

    const job = newJob(request, arn, Date.now());
    store.save(job);
    strikes.onJobCreated(name, request.EnableManagedSpotTraining ? 'spot' : 'on-demand');
    this.startRun(job);
    this.faults.afterCreate();
    return { TrainingJobArn: arn };
  }

  private stop(input: unknown): object {
    const job = this.byName(input);
    if (isOver(job)) throw wrongStatus(primaryStatus(job));
    if (job.stop === undefined) this.runs.get(job.request.TrainingJobName)?.requestStop();
    return {};
  }

  private async delete(input: unknown): Promise<object> {
    const job = this.byName(input);
    if (!isOver(job)) throw wrongStatus(primaryStatus(job));
    await this.runs.get(job.request.TrainingJobName)?.settled();
    this.runs.delete(job.request.TrainingJobName);
    this.context.store.remove(job.request.TrainingJobName);
    return {};
  }

  private addTags(input: unknown): object {
    const { ResourceArn, Tags } = parseInput(addTagsSchema, input);
    const job = this.byArn(ResourceArn);
    const merged = new Map([...(job.request.Tags ?? []), ...Tags].map((tag) => [tag.Key, tag]));
    const request = { ...job.request, Tags: [...merged.values()] };
    this.context.store.save({ ...job, request });
    return { Tags: request.Tags };
  }

  private byName(input: unknown): TrainingJob {
    const job = this.context.store.get(parseInput(byNameSchema, input).TrainingJobName);
    if (!job) throw notFound();
    return job;
  }

  private byArn(arn: string): TrainingJob {
    const job = this.context.store.all().find((candidate) => candidate.arn === arn);
    if (!job) throw notFound();
    return job;
  }

  private startRun(job: TrainingJob): void {
    const run = new JobRun(job.request.TrainingJobName, this.context);
    this.runs.set(job.request.TrainingJobName, run);
    run.start();
  }
}
