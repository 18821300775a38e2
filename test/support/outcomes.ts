/** What a client of a workflow is told when something does not go well, without the wrappers around it. */
import { WorkflowUpdateFailedError } from '@temporalio/client';
import type { ApplicationFailure } from '@temporalio/common';
import { failureIn } from '../../src/failures';

/** The failure of the catalogue in an error; throws the error when there is none. */
export function catalogued(error: unknown): ApplicationFailure {
  const found = failureIn(error);
  if (found === undefined) throw error;
  return found;
}

/** Why an update was refused; `undefined` when it was not. */
export async function refusalOf(update: Promise<unknown>): Promise<string | undefined> {
  const error: unknown = await update.catch((reason: unknown) => reason);
  return error instanceof WorkflowUpdateFailedError ? error.cause?.message : undefined;
}
