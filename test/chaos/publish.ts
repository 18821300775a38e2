/**
 * `npm run --silent chaos:publish -- --kills 50 --seed S --json [--dynamodb-endpoint URL]`: sets of many days are loaded,
 * verified, published and rolled back while the worker is killed and DynamoDB misbehaves, and readers ask all the time.
 * Nobody may see a list of two versions, no list where there is one, or a version that goes backward, and the table must be
 * what the shards say. Exit code 1 otherwise, naming the seed.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { startEmulator } from '../../local/emulator';
import { prepare } from '../../local/prepare';
import { freePort } from '../../local/processes';
import { PublishHouse } from './publishHouse';
import { type PlayedPublishes, playPublishes } from './publishSchedule';

const flagsSchema = z.object({
  kills: z.coerce.number().int().positive().default(10),
  seed: z.coerce.number().int().nonnegative().default(1),
  clients: z.coerce.number().int().positive().default(12),
  'dynamodb-endpoint': z.url({ protocol: /^https?$/ }).optional(),
  json: z.boolean().default(false),
});

async function main(): Promise<void> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: { kills: text, seed: text, clients: text, 'dynamodb-endpoint': text, json: { type: 'boolean' } },
  });
  const flags = flagsSchema.parse(values);
  prepare((line) => console.error(line));
  const startedAtMs = Date.now();
  const dir = mkdtempSync(join(tmpdir(), 'frontpage-chaos-'));
  const port = await freePort();
  const emulator = await startEmulator({ port, logFile: join(dir, 'emulator.log') });
  const s3Endpoint = `http://127.0.0.1:${port}`;
  let played: PlayedPublishes;
  try {
    const house = await PublishHouse.start({
      dir,
      s3Endpoint,
      dynamoDbEndpoint: flags['dynamodb-endpoint'] ?? s3Endpoint,
      bucket: 'chaos',
      // A table that outlives the run must not be met by the next one.
      table: `chaos-${startedAtMs}`,
      seed: flags.seed,
    });
    try {
      played = await playPublishes(house, flags);
    } finally {
      await house.end();
    }
  } finally {
    await emulator.stop();
  }
  const { kills, verdict, tableDiffersFromShards, failures, ...counts } = played;
  const { mixedVersions, missingLists, backwardReads } = verdict;
  const result = {
    kills,
    reads: verdict.reads,
    mixedVersions,
    missingLists,
    backwardReads,
    tableDiffersFromShards: tableDiffersFromShards.length,
    ...counts,
    degraded: verdict.degraded,
    refused: verdict.refused,
    seconds: Math.round((Date.now() - startedAtMs) / 1000),
  };
  console.log(flags.json ? JSON.stringify(result) : JSON.stringify(result, undefined, 2));
  const violations = [...verdict.examples, ...tableDiffersFromShards.slice(0, 10), ...failures];
  if (violations.length === 0) rmSync(dir, { recursive: true });
  else {
    console.error(`seed ${flags.seed}, see ${dir}:\n${violations.join('\n')}`);
    process.exitCode = 1;
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof z.ZodError ? z.prettifyError(error) : error);
  process.exitCode = 1;
});
