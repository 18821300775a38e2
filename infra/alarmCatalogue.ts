/**
 * Alarms over what Frontpage stands on, beside those over the pipeline itself (src/domain/pipelineAlarms.ts). Each has an
 * article of its name in docs/runbook.md. Names only: the metrics are in alarms.ts.
 */
export const platformAlarms = {
  'Delivery is late': 'Clicks wait for more than 15 minutes in the delivery stream.',
  'Delivery is throttled': 'The delivery stream has refused records for 15 minutes.',
  'Delivery fails': 'The delivery stream cannot write to the lake.',
  'Clicks wait on disk': 'The spools of the collectors hold more than they should.',
  'Reads are throttled': 'The table refuses reads of the serving API.',
  'Writes are throttled': 'The table has refused writes for half an hour.',
  'Worker is down': 'No task of the worker runs.',
  'Collector is down': 'No task of the collector is healthy.',
  'Serving is down': 'No task of the serving API is healthy.',
  'Collector answers errors': 'The collector turns clicks away, or fails.',
  'Serving answers errors': 'The serving API turns readers away, or fails.',
  'Budget is reached': 'The account costs more than its budget, or will.',
} as const;

export type PlatformAlarm = keyof typeof platformAlarms;
