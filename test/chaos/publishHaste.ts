/** The product's limits of silence are half a minute and more. Here they are seconds, so that a kill costs seconds. */
import type { WorkflowInterceptors } from '@temporalio/workflow';

export const interceptors = (): WorkflowInterceptors => ({
  outbound: [
    {
      scheduleActivity: (input, next) =>
        next({
          ...input,
          options: {
            ...input.options,
            ...(input.options.heartbeatTimeout === undefined
              ? { startToCloseTimeout: '6 seconds' }
              : { heartbeatTimeout: '10 seconds' }),
            retry: { initialInterval: '200 ms', backoffCoefficient: 1.5, maximumInterval: '2 seconds' },
          },
        }),
    },
  ],
});
