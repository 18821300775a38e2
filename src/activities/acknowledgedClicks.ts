/** How many clicks the collectors acknowledged in each hour of a day, by the ledgers that they left in the lake. */
import { z } from 'zod';
import type { ObjectStore } from '../clients/objectStore';
import { hourOfLedgerKey, ledgerDayPrefix } from '../domain/keys';
import type { RunDate } from '../domain/runDate';

const ledgerSchema = z.object({ schema: z.literal(1), count: z.number().int().nonnegative() });

/** Hour → clicks. An hour without ledgers, or with one that cannot be read, is absent: the trainer names and refuses that one. */
export async function acknowledgedClicks(lake: ObjectStore, day: RunDate): Promise<ReadonlyMap<number, number>> {
  const ledgers = await lake.list(ledgerDayPrefix(day));
  const counts = await Promise.all(
    ledgers.map(async ({ key }) => ({ hour: hourOfLedgerKey(day, key), count: countIn(await lake.get(key)) })),
  );
  const clicks = new Map<number, number>();
  for (const { hour, count } of counts) {
    // What is not a number spreads over its hour.
    if (hour !== undefined) clicks.set(hour, (clicks.get(hour) ?? 0) + count);
  }
  return new Map([...clicks].filter(([, count]) => !Number.isNaN(count)));
}

function countIn(body: Buffer | undefined): number {
  try {
    return ledgerSchema.parse(JSON.parse(body?.toString('utf8') ?? '')).count;
  } catch {
    return Number.NaN;
  }
}
