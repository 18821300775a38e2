/** The errors of the Firehose API in its own words, as clients match on them. */
import { AwsError } from '../aws-json';

export const accountId = '000000000000';

export function invalidArgument(message: string): AwsError {
  return new AwsError('InvalidArgumentException', message);
}

export function unsupported(what: string, instead: string): AwsError {
  return invalidArgument(`${what} is not supported by the local Firehose: ${instead}`);
}

export function streamNotFound(name: string): AwsError {
  return new AwsError('ResourceNotFoundException', `Firehose ${name} under account ${accountId} not found.`);
}

export function streamExists(name: string): AwsError {
  return new AwsError('ResourceInUseException', `Firehose ${name} under accountId ${accountId} already exists`);
}

export function streamNotActive(name: string, status: string): AwsError {
  return new AwsError('ResourceInUseException', `Firehose ${name} under accountId ${accountId} is ${status}`);
}

export function destinationNotFound(id: string): AwsError {
  return new AwsError('ResourceNotFoundException', `Destination Id ${id} not found.`);
}

/** The text of the API reference. */
export function versionIsOld(): AwsError {
  return new AwsError(
    'ConcurrentModificationException',
    'Another modification has already happened. Fetch VersionId again and use it to update the destination.',
  );
}

/** What throttling looks like: of a whole call as here, of single records with the same name and text. */
export const slowDown = { name: 'ServiceUnavailableException', message: 'Slow down.' } as const;

export function throttled(): AwsError {
  return new AwsError(slowDown.name, slowDown.message, 503);
}

export function internalFailure(): AwsError {
  return new AwsError('InternalFailure', 'The request processing has failed because of an unknown error.', 500);
}
