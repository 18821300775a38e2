/** A collector with a spool of its own and the settings that most tests share. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DeliveryStream } from '../../src/clients/deliveryStream';
import type { CollectorOptions } from '../../src/collector/startCollector';
import { createMemoryLake } from '../support/memoryLake';

export const freshFolder = (): string => mkdtempSync(join(tmpdir(), 'frontpage-spool-'));

export function collectorOptions(stream: DeliveryStream, options: Partial<CollectorOptions> = {}): CollectorOptions {
  return {
    host: '127.0.0.1',
    port: 0,
    stream,
    lake: createMemoryLake(),
    collectorId: 'test-1',
    spoolDir: freshFolder(),
    spoolMaxBytes: 64 * 1024 * 1024,
    lingerMs: 1,
    heartbeatSeconds: 3600,
    ledgerSeconds: 60,
    drainSeconds: 5,
    // The clicks of the tests were made on one day of the past.
    eventTime: { policy: 'accept', maxFutureSeconds: 300, maxAgeHours: 48 },
    admission: { allowedOrigins: [], requestsPerMinute: 1_000_000 },
    trustProxy: false,
    logLevel: 'silent',
    ...options,
  };
}

export function click(eventId: string, extra: object = {}): Record<string, unknown> {
  return {
    event_id: eventId,
    user_id: 'r1',
    article_id: 'a1',
    occurred_at: '2026-11-23T10:00:00Z',
    ...extra,
  };
}

export async function eventually(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2));
}
