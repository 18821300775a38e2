/** Training jobs as the API shows them: times as epoch seconds with fractions, absent members left out. */
import { currentTransition, instanceMs, isOver, primaryStatus, type TrainingJob } from './job';

/** The answer of DescribeTrainingJob. */
export function describeJob(job: TrainingJob, spotDiscount: number, nowMs: number): object {
  const { request } = job;
  const { Tags: _onlyByListTags, ...echoed } = request;
  const startMs = job.transitions.find(({ status }) => status === 'Downloading')?.startMs;
  return {
    ...echoed,
    ...summaryOf(job),
    SecondaryStatus: currentTransition(job).status,
    SecondaryStatusTransitions: job.transitions.map(({ status, message, startMs: from, endMs }) => ({
      Status: status,
      StartTime: from / 1000,
      ...(endMs === undefined ? {} : { EndTime: endMs / 1000 }),
      StatusMessage: message,
    })),
    ...(startMs === undefined ? {} : { TrainingStartTime: startMs / 1000, ...durations(job, spotDiscount, nowMs) }),
    ...(job.failureReason === undefined ? {} : { FailureReason: job.failureReason }),
    ...(job.modelUri === undefined ? {} : { ModelArtifacts: { S3ModelArtifacts: job.modelUri } }),
    ...(job.metrics.length === 0
      ? {}
      : {
          FinalMetricDataList: job.metrics.map(({ name, value, atSeconds }) => ({
            MetricName: name,
            Value: value,
            Timestamp: atSeconds,
          })),
        }),
    ProfilingStatus: 'Disabled',
  };
}

/** An entry of ListTrainingJobs. */
export function summarizeJob(job: TrainingJob): object {
  return { ...summaryOf(job), SecondaryStatus: currentTransition(job).status };
}

function summaryOf(job: TrainingJob): object {
  const startMs = job.transitions.find(({ status }) => status === 'Downloading')?.startMs;
  return {
    TrainingJobName: job.request.TrainingJobName,
    TrainingJobArn: job.arn,
    CreationTime: job.createdAtMs / 1000,
    LastModifiedTime: job.modifiedAtMs / 1000,
    TrainingJobStatus: primaryStatus(job),
    // A job that never got capacity has neither start nor end of training.
    ...(isOver(job) && startMs !== undefined ? { TrainingEndTime: currentTransition(job).startMs / 1000 } : {}),
  };
}

/** Present as soon as capacity was granted, and at least 1. The discount is shown as fewer seconds. */
function durations(job: TrainingJob, spotDiscount: number, nowMs: number): object {
  const trainingSeconds = Math.max(1, Math.floor(instanceMs(job, nowMs) / 1000));
  const share = job.request.EnableManagedSpotTraining ? 1 - spotDiscount : 1;
  return {
    TrainingTimeInSeconds: trainingSeconds,
    BillableTimeInSeconds: Math.max(1, Math.floor(trainingSeconds * share)),
  };
}
