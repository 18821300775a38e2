/** Marks the log lines of an activity with the run date and stage of the workflow that scheduled it. */
import { defaultPayloadConverter } from '@temporalio/common';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { z } from 'zod';
import { type RunMark, runMarkHeader } from '../domain/runMark';

const runMarkSchema = z.object({ runDate: z.string().exactOptional(), stage: z.string().exactOptional() });

export const runMarkInterceptors: ActivityInterceptorsFactory = () => {
  let mark: RunMark = {};
  return {
    inbound: {
      execute(input, next) {
        const header = input.headers[runMarkHeader];
        // Activities that were scheduled before there were marks have none.
        if (header !== undefined) mark = runMarkSchema.parse(defaultPayloadConverter.fromPayload(header));
        return next(input);
      },
    },
    outbound: { getLogAttributes: (input, next) => next({ ...mark, ...input }) },
  };
};
