/** ListTrainingJobs: order, pages and filters. Like the service, StatusEquals is applied to the page that was cut. */
import { z } from 'zod';
import { parseInput, validationError } from '../validation';
import { summarizeJob } from './description';
import { primaryStatus, type TrainingJob } from './job';

const epochSeconds = z.number().optional();

const listSchema = z.object({
  NextToken: z.string().max(8192).optional(),
  MaxResults: z.number().int().min(1).max(100).default(10),
  CreationTimeAfter: epochSeconds,
  CreationTimeBefore: epochSeconds,
  LastModifiedTimeAfter: epochSeconds,
  LastModifiedTimeBefore: epochSeconds,
  NameContains: z.string().max(63).optional(),
  StatusEquals: z.enum(['InProgress', 'Completed', 'Failed', 'Stopping', 'Stopped']).optional(),
  SortBy: z.enum(['Name', 'CreationTime', 'Status']).default('CreationTime'),
  SortOrder: z.enum(['Ascending', 'Descending']).default('Descending'),
});
type ListRequest = z.infer<typeof listSchema>;

export function listJobs(jobs: readonly TrainingJob[], input: unknown): object {
  const request = parseInput(listSchema, input);
  const matching = jobs.filter((job) => isWithin(job, request)).sort(orderOf(request));
  const begin = request.NextToken === undefined ? 0 : positionAfter(matching, request.NextToken);
  const page = matching.slice(begin, begin + request.MaxResults);
  const last = page.at(-1);
  const hasMore = begin + page.length < matching.length;
  return {
    TrainingJobSummaries: page
      .filter((job) => request.StatusEquals === undefined || primaryStatus(job) === request.StatusEquals)
      .map(summarizeJob),
    ...(hasMore && last ? { NextToken: Buffer.from(nameOf(last)).toString('base64url') } : {}),
  };
}

function isWithin(job: TrainingJob, request: ListRequest): boolean {
  const created = job.createdAtMs / 1000;
  const modified = job.modifiedAtMs / 1000;
  return (
    nameOf(job).includes(request.NameContains ?? '') &&
    created >= (request.CreationTimeAfter ?? Number.NEGATIVE_INFINITY) &&
    created <= (request.CreationTimeBefore ?? Number.POSITIVE_INFINITY) &&
    modified >= (request.LastModifiedTimeAfter ?? Number.NEGATIVE_INFINITY) &&
    modified <= (request.LastModifiedTimeBefore ?? Number.POSITIVE_INFINITY)
  );
}

function orderOf({ SortBy, SortOrder }: ListRequest): (a: TrainingJob, b: TrainingJob) => number {
  const sign = SortOrder === 'Ascending' ? 1 : -1;
  const byName = (a: TrainingJob, b: TrainingJob): number => compare(nameOf(a), nameOf(b));
  switch (SortBy) {
    case 'Name':
      return (a, b) => sign * byName(a, b);
    case 'CreationTime':
      return (a, b) => sign * (a.createdAtMs - b.createdAtMs || byName(a, b));
    case 'Status':
      return (a, b) => sign * (compare(primaryStatus(a), primaryStatus(b)) || byName(a, b));
  }
}

function positionAfter(jobs: readonly TrainingJob[], token: string): number {
  const name = Buffer.from(token, 'base64url').toString();
  const index = jobs.findIndex((job) => nameOf(job) === name);
  if (index === -1) throw validationError('Invalid NextToken: list again from the start');
  return index + 1;
}

function nameOf(job: TrainingJob): string {
  return job.request.TrainingJobName;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
