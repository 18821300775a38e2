/** Services that nobody in a test asks: a call is a defect. */
import type { AlertChannels } from '../../src/activities/dependencies';
import type { BulkLoads } from '../../src/clients/bulkLoads';
import type { PipelineMetrics } from '../../src/clients/pipelineMetrics';
import type { ServingMetrics } from '../../src/clients/servingMetrics';

const unasked = (): Promise<never> => Promise.reject(new Error('the test expects nobody to ask this service'));

export const idleServices: {
  readonly bulkLoads: BulkLoads;
  readonly servingMetrics: ServingMetrics;
  readonly alerts: AlertChannels;
  readonly pipelineMetrics: PipelineMetrics;
} = {
  bulkLoads: { start: unasked, look: unasked, cancel: unasked },
  servingMetrics: { answered: unasked, add: unasked },
  alerts: { notifiers: [{ channel: 'log', send: unasked }], runbookUrl: 'docs/runbook.md' },
  pipelineMetrics: { put: unasked },
};
