import { classifyTraining, type TrainingOutcome, unknownIn } from '../../src/domain/trainingOutcome';

const state = (status: string, secondaryStatus: string, failureReason?: string) => ({
  status,
  secondaryStatus,
  transitions: [],
  ...(failureReason === undefined ? {} : { failureReason }),
});

describe('the state of a training job', () => {
  it.each<[string, string, string | undefined, TrainingOutcome]>([
    ['InProgress', 'Starting', undefined, 'in-progress'],
    ['InProgress', 'Pending', undefined, 'in-progress'],
    ['InProgress', 'Interrupted', undefined, 'in-progress'],
    ['InProgress', 'SomethingNew', undefined, 'in-progress'],
    ['SomethingNew', 'SomethingNew', undefined, 'in-progress'],
    ['Stopping', 'Uploading', undefined, 'in-progress'],
    ['Completed', 'Completed', undefined, 'completed'],
    ['Stopped', 'Stopped', undefined, 'stopped'],
    ['Stopped', 'MaxWaitTimeExceeded', undefined, 'interrupted-out'],
    ['Stopped', 'MaxRuntimeExceeded', undefined, 'runtime-exceeded'],
    ['Failed', 'Failed', 'CapacityError: Unable to provision requested ML compute capacity.', 'capacity'],
    ['Failed', 'Failed', 'InternalServerError: We encountered an internal error.', 'service-fault'],
    [
      'Failed',
      'Failed',
      'ClientError: Please use an instance type with more memory, or reduce the size',
      'out-of-memory',
    ],
    ['Failed', 'Failed', 'ClientError: Artifact upload failed:ClientError: Out of Memory.', 'out-of-memory'],
    ['Failed', 'Failed', 'AlgorithmError: , exit code: 137', 'out-of-memory'],
    ['Failed', 'Failed', 'ClientError: Data download failed:403', 'input-missing'],
    ['Failed', 'Failed', 'AlgorithmError: DataRejected: no clicks of 2026-11-23, exit code: 2', 'data-rejected'],
    ['Failed', 'Failed', 'AlgorithmError: TrainingError: singular matrix, exit code: 1', 'algorithm-error'],
    ['Failed', 'Failed', 'AlgorithmError: , exit code: 1', 'algorithm-error'],
    ['Failed', 'Failed', 'ClientError: Rate exceeded while reading the image', 'throttled'],
    ['Failed', 'Failed', 'AlgorithmError: DataRejected: too little memory of 7 hours, exit code: 2', 'data-rejected'],
    ['Failed', 'Failed', 'SomethingNew: never seen', 'service-fault'],
    ['Failed', 'Failed', undefined, 'service-fault'],
  ])('%s / %s / %s means %s', (status, secondary, reason, outcome) => {
    expect(classifyTraining(state(status, secondary, reason))).toBe(outcome);
  });

  it.each([
    ['InProgress', 'SomethingNew', undefined, 'secondary status SomethingNew'],
    ['SomethingNew', 'Training', undefined, 'status SomethingNew'],
    ['Failed', 'Failed', 'SomethingNew: never seen', "failure reason 'SomethingNew: never seen'"],
    ['InProgress', 'Training', undefined, undefined],
    ['Failed', 'Failed', 'AlgorithmError: , exit code: 1', undefined],
    ['Stopped', 'MaxWaitTimeExceeded', undefined, undefined],
  ])('%s / %s / %s is named when nobody knows it', (status, secondary, reason, unknown) => {
    expect(unknownIn(state(status, secondary, reason))).toBe(unknown);
  });
});
