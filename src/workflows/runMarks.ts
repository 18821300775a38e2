/**
 * Marks the log lines of a workflow, and of the activities that it schedules, with its run date and stage. Runs in the sandbox
 * as an interceptor; a header changes nothing that a replay compares.
 */
import { defaultPayloadConverter } from '@temporalio/common';
import { type WorkflowInterceptorsFactory, workflowInfo } from '@temporalio/workflow';
import { searchAttributes } from '../contract';
import { type RunMark, runMarkHeader } from '../domain/runMark';

export const interceptors: WorkflowInterceptorsFactory = () => ({
  outbound: [
    {
      getLogAttributes: (input, next) => next({ ...runMark(), ...input }),
      scheduleActivity: (input, next) =>
        next({
          ...input,
          headers: { ...input.headers, [runMarkHeader]: defaultPayloadConverter.toPayload(runMark()) },
        }),
    },
  ],
});

/** What the run has upserted so far; workflows that are no daily run have none of it. */
function runMark(): RunMark {
  const { typedSearchAttributes } = workflowInfo();
  const runDate = typedSearchAttributes.get(searchAttributes.runDate);
  const stage = typedSearchAttributes.get(searchAttributes.stage);
  return {
    ...(runDate === undefined ? {} : { runDate: runDate.toISOString().slice(0, 10) }),
    ...(stage === undefined ? {} : { stage }),
  };
}
