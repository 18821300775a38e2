/**
 * What became of a schedule's clicks: the lake read line by line, beside what was acknowledged and what the ledger says.
 * Reads the formats of docs/formats.md by itself, so that it cannot share a fault with the code it judges.
 */
import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import type { ObjectStore } from '../../src/clients/objectStore';

export interface Verdict {
  /** Distinct event ids in the lake. */
  readonly found: ReadonlySet<string>;
  /** Acknowledged event ids that are not in the lake. */
  readonly lost: readonly string[];
  /** One sentence for each spool and hour in which ledger and lake disagree. */
  readonly ledgerMismatches: readonly string[];
}

const lineSchema = z.union([
  z.object({ heartbeat_at: z.string() }),
  // Without a number where Firehose took it and the disk could not.
  z.object({ event_id: z.string(), ack: z.string().optional() }),
]);
const ledgerSchema = z.object({
  spool: z.string(),
  hour: z.string(),
  first: z.number(),
  count: z.number(),
  digest: z.string(),
});

export async function judge(lake: ObjectStore, acknowledged: ReadonlySet<string>): Promise<Verdict> {
  const { found, numbers } = await readLake(lake);
  return {
    found,
    lost: [...acknowledged].filter((id) => !found.has(id)),
    ledgerMismatches: await compareLedger(lake, numbers),
  };
}

/** Spool → acknowledgement number → event id. */
type Numbers = Map<string, Map<number, string>>;

async function readLake(lake: ObjectStore): Promise<{ found: Set<string>; numbers: Numbers }> {
  const found = new Set<string>();
  const numbers: Numbers = new Map();
  for (const { key } of await lake.list('clicks/')) {
    const body = (await lake.get(key)) ?? Buffer.alloc(0);
    for (const line of gunzipSync(body).toString('utf8').split('\n')) {
      if (line === '') continue;
      const parsed = lineSchema.parse(JSON.parse(line));
      if ('heartbeat_at' in parsed) continue;
      found.add(parsed.event_id);
      if (parsed.ack === undefined) continue;
      const [spool = '', number = ''] = parsed.ack.split(':');
      const ofSpool = numbers.get(spool) ?? new Map<number, string>();
      numbers.set(spool, ofSpool.set(Number(number), parsed.event_id));
    }
  }
  return { found, numbers };
}

async function compareLedger(lake: ObjectStore, numbers: Numbers): Promise<string[]> {
  const mismatches: string[] = [];
  const covered = new Map<string, number>();
  for (const { key } of await lake.list('ledger/')) {
    const ledger = ledgerSchema.parse(JSON.parse((await lake.get(key))?.toString('utf8') ?? 'null'));
    const ofSpool = numbers.get(ledger.spool) ?? new Map<number, string>();
    let digest = 0n;
    const missing: number[] = [];
    for (let number = ledger.first; number < ledger.first + ledger.count; number++) {
      const eventId = ofSpool.get(number);
      if (eventId === undefined) missing.push(number);
      else digest = BigInt.asUintN(64, digest + hashOf(eventId));
    }
    covered.set(ledger.spool, (covered.get(ledger.spool) ?? 0) + ledger.count);
    const hex = digest.toString(16).padStart(16, '0');
    if (missing.length > 0)
      mismatches.push(`${key}: ${missing.length} numbers are not in the lake, first ${missing[0]}`);
    else if (hex !== ledger.digest)
      mismatches.push(`${key}: digest ${hex} in the lake, ${ledger.digest} in the ledger`);
  }
  for (const [spool, ofSpool] of numbers) {
    const counted = covered.get(spool) ?? 0;
    if (counted !== ofSpool.size) {
      mismatches.push(`${spool}: ${ofSpool.size} numbers in the lake, ${counted} in the ledger`);
    }
  }
  return mismatches;
}

function hashOf(eventId: string): bigint {
  return createHash('sha256').update(eventId).digest().readBigUInt64BE(0);
}
