/** The errors of the SageMaker API in its own words, as clients match on them. */
import { AwsError } from '../aws-json';
import { validationError } from '../validation';

/** The model declares ResourceNotFound, the service answers this; clients match on the first words. */
export function notFound(): AwsError {
  return validationError('Requested resource not found.');
}

export function nameTaken(arn: string): AwsError {
  return new AwsError(
    'ResourceInUse',
    `Training job names must be unique within an AWS account and region, and a training job with this name already exists (${arn})`,
  );
}

export function wrongStatus(status: string): AwsError {
  return validationError(`The request was rejected because the training job is in status ${status}`);
}

/** Reasons of a failed job; orchestrators tell them apart by their first word. */
export const failureReasons = {
  capacity:
    'CapacityError: Unable to provision requested ML compute capacity. Please retry using a different ML instance type.',
  internal: 'InternalServerError: We encountered an internal error. Please try again.',
  outOfMemory:
    'ClientError: Please use an instance type with more memory, or reduce the size of job data processed on an instance.',
  download: (cause: string): string => `ClientError: Data download failed:${cause}`,
  algorithm: (failureFile: string, exitCode: number): string =>
    `AlgorithmError: ${failureFile.slice(0, 1024)}, exit code: ${exitCode}`,
} as const;
