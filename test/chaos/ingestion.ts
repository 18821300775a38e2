/**
 * `npm run --silent chaos:ingestion -- --schedules 300 --seed S --json`: random schedules of kills, refusals, throttling,
 * lost answers, double and late deliveries against the real collector and the local Firehose. Whatever was acknowledged
 * must be in the lake, and the ledger must agree. Exit code 1 on any loss, naming the seed of the schedule.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { startEmulator } from '../../local/emulator';
import { prepare } from '../../local/prepare';
import { freePort } from '../../local/processes';
import { createBucket } from '../../local/resources';
import { createS3ObjectStore } from '../../src/clients/objectStore.s3';
import { IngestionHouse } from './ingestionHouse';
import { type PlayedSchedule, playSchedule } from './ingestionSchedule';

/** Schedules that run at the same time; each has processes of its own. */
const lanes = 2;

const flagsSchema = z.object({
  schedules: z.coerce.number().int().positive().default(20),
  seed: z.coerce.number().int().nonnegative().default(1),
  /** Plays this one schedule, as a loss named it, instead. */
  only: z.coerce.number().int().nonnegative().optional(),
  json: z.boolean().default(false),
});

async function main(): Promise<void> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { schedules: text, seed: text, only: text, json: { type: 'boolean' } } });
  const flags = flagsSchema.parse(values);
  prepare((line) => console.error(line));
  const startedAtMs = Date.now();
  const dir = mkdtempSync(join(tmpdir(), 'frontpage-chaos-'));
  const port = await freePort();
  const emulator = await startEmulator({ port, logFile: join(dir, 'emulator.log') });
  const endpoint = `http://127.0.0.1:${port}`;
  const seeds =
    flags.only === undefined
      ? Array.from({ length: flags.schedules }, (_, index) => flags.seed * 100_000 + index)
      : [flags.only];
  const played: PlayedSchedule[] = [];
  try {
    const drain = async (): Promise<void> => {
      for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
        played.push(await playIn(join(dir, String(seed)), endpoint, seed));
      }
    };
    await Promise.all(Array.from({ length: lanes }, drain));
  } finally {
    await emulator.stop();
  }
  const bad = played.filter(({ verdict }) => verdict.lost.length + verdict.ledgerMismatches.length > 0);
  const sum = (of: (schedule: PlayedSchedule) => number): number => played.reduce((total, one) => total + of(one), 0);
  const result = {
    schedules: played.length,
    acknowledged: sum(({ acknowledged }) => acknowledged.size),
    found: sum(({ verdict }) => verdict.found.size),
    lost: sum(({ verdict }) => verdict.lost.length),
    ledgerMismatches: sum(({ verdict }) => verdict.ledgerMismatches.length),
    seconds: Math.round((Date.now() - startedAtMs) / 1000),
  };
  console.log(flags.json ? JSON.stringify(result) : JSON.stringify(result, undefined, 2));
  for (const { seed, steps, verdict } of bad) {
    console.error(
      `schedule ${seed}: lost ${verdict.lost.length} (${verdict.lost.slice(0, 3).join(', ')}); ${verdict.ledgerMismatches.join('; ')}; steps: ${steps.join(', ')}; see ${join(dir, String(seed))}`,
    );
  }
  if (bad.length > 0) process.exitCode = 1;
  else rmSync(dir, { recursive: true });
}

async function playIn(dir: string, endpoint: string, seed: number): Promise<PlayedSchedule> {
  const aws = { region: 'us-east-1', endpoint, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
  const bucket = `chaos-${seed}`;
  await createBucket(aws, bucket);
  const house = await IngestionHouse.start({ dir, aws, bucket });
  try {
    return await playSchedule(house, createS3ObjectStore(bucket, aws), seed);
  } finally {
    await house.end();
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof z.ZodError ? z.prettifyError(error) : error);
  process.exitCode = 1;
});
