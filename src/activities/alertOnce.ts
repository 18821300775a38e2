/**
 * Tells people of an alert, once for each channel: what was sent is kept in the lake. A process that dies between sending
 * and keeping it sends again, so an alert comes at least once, and rarely twice.
 */
import { createHash } from 'node:crypto';
import { log } from '@temporalio/activity';
import { z } from 'zod';
import { type Notifier, NotifierUnavailable } from '../clients/notifier';
import { type Alert, articleLink, articleOf, identityOf } from '../domain/alerts';
import { notificationOf } from '../domain/alertText';
import { alertKey } from '../domain/keys';
import { failure, isFailureType } from '../failures';
import type { ActivityDependencies } from './dependencies';

const recordSchema = z.object({
  schema: z.literal(1),
  alert: z.object({ kind: z.string(), runDate: z.string(), about: z.string() }),
  title: z.string(),
  /** When which channel took it. */
  sentAt: z.record(z.string(), z.string()),
});
type AlertRecord = z.infer<typeof recordSchema>;

/** `false` when all channels had taken it before. Throws `AlertUndelivered` or `AlertRefused` when one of them did not. */
export async function alertOnce(
  { lake, alerts: { notifiers, runbookUrl } }: Pick<ActivityDependencies, 'lake' | 'alerts'>,
  alert: Alert,
): Promise<boolean> {
  const notification = notificationOf(alert, articleLink(headingOf(alert), runbookUrl));
  const key = alertKey(alert.runDate, alert.kind, hashOf(alert));
  const sentAt = sentBefore(key, await lake.get(key));
  const left = notifiers.filter(({ channel }) => sentAt[channel] === undefined);
  if (left.length === 0) return false;
  const failed: Undelivered[] = [];
  await Promise.all(
    left.map(async (notifier) => {
      try {
        await notifier.send(notification);
        sentAt[notifier.channel] = new Date().toISOString();
      } catch (error) {
        failed.push({ channel: notifier.channel, error });
      }
    }),
  );
  if (failed.length < left.length) {
    const { kind, runDate, about } = alert;
    const record: AlertRecord = { schema: 1, alert: { kind, runDate, about }, title: notification.title, sentAt };
    await lake.put(key, `${JSON.stringify(record, undefined, 2)}\n`, { contentType: 'application/json' });
  }
  if (failed.length > 0) throw undelivered(alert, failed);
  return true;
}

interface Undelivered {
  readonly channel: Notifier['channel'];
  readonly error: unknown;
}

/** A failure has an article of its own; one that is in no catalogue is met with that of its kind. */
function headingOf(alert: Alert): string {
  return alert.kind === 'failed' && isFailureType(alert.failureType) ? alert.failureType : articleOf(alert.kind);
}

function hashOf(alert: Alert): string {
  return createHash('sha256').update(identityOf(alert)).digest('hex').slice(0, 16);
}

/** A record that cannot be read is none: people are rather told twice than never. */
function sentBefore(key: string, body: Buffer | undefined): Record<string, string> {
  if (body === undefined) return {};
  try {
    return recordSchema.parse(JSON.parse(body.toString('utf8'))).sentAt;
  } catch (error) {
    log.warn('what was told of an alert cannot be read; people may be told again', { key, reason: String(error) });
    return {};
  }
}

/** As long as one channel may still take it, it is worth trying again; those that took it are left out then. */
function undelivered(alert: Alert, failed: readonly Undelivered[]): Error {
  const unavailable = failed.flatMap(({ error }) => (error instanceof NotifierUnavailable ? [error] : []));
  const waits = unavailable.flatMap(({ retryAfterSeconds }) => retryAfterSeconds ?? []);
  const reasons = failed.map(
    ({ channel, error }) => `${channel}: ${error instanceof Error ? error.message : String(error)}`,
  );
  return failure(
    unavailable.length === 0 ? 'AlertRefused' : 'AlertUndelivered',
    `the alert '${alert.kind}' was not delivered: ${reasons.join('; ')} [runDate=${alert.runDate}]`,
    waits.length === 0 ? {} : { retryAfterSeconds: Math.max(...waits) },
  );
}
