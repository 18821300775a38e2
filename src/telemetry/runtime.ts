/** The worker's own log and its metrics: what the SDK tells and what we tell, in one stream each. Once in a process. */
import { DefaultLogger, type LogEntry, Runtime } from '@temporalio/worker';
import pino, { type Logger } from 'pino';
import { histogramBuckets } from './prometheus';

export interface RuntimeSettings {
  readonly logLevel: string;
  /** `host:port` where Prometheus finds `/metrics`; absent: nowhere. */
  readonly metricsAddress?: string;
}

/** Prometheus cannot be served at the address. */
export class MetricsUnavailable extends Error {
  override readonly name = 'MetricsUnavailable';
}

/** Throws `MetricsUnavailable`, as when somebody else listens on the address. */
export function installRuntime({ logLevel, metricsAddress }: RuntimeSettings): Logger {
  const log = pino({ level: logLevel, base: { program: 'worker' } });
  const levels = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;
  try {
    Runtime.install({
      logger: new DefaultLogger('TRACE', ({ level, message, meta }: LogEntry) => {
        log[levels[level]]({ ...meta, err: meta?.['error'] }, message);
      }),
      telemetryOptions: {
        logging: { forward: {}, filter: { core: 'WARN', other: 'ERROR' } },
        ...(metricsAddress === undefined ? {} : { metrics: metricsAt(metricsAddress) }),
      },
    });
  } catch (error) {
    if (metricsAddress === undefined) throw error;
    throw new MetricsUnavailable(`FRONTPAGE_METRICS_ADDRESS: cannot listen at ${metricsAddress}: ${String(error)}`);
  }
  return log;
}

const metricsAt = (bindAddress: string) => ({
  attachServiceName: false,
  prometheus: {
    bindAddress,
    countersTotalSuffix: true,
    unitSuffix: true,
    useSecondsForDurations: true,
    histogramBucketOverrides: histogramBuckets,
  },
});
