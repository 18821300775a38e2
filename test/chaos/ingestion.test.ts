/** A short run of `npm run chaos:ingestion`, and a loss planted on purpose, which must not go unseen. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { createS3ObjectStore } from '../../src/clients/objectStore.s3';
import { freshBucket, testAws } from '../support/aws';
import { IngestionHouse } from './ingestionHouse';
import { type PlayedSchedule, playSchedule } from './ingestionSchedule';
import { judge } from './verdict';

const timeLimitMs = 180_000;

async function play(seed: number): Promise<{ played: PlayedSchedule; lake: ReturnType<typeof createS3ObjectStore> }> {
  const bucket = await freshBucket();
  const lake = createS3ObjectStore(bucket, testAws());
  const house = await IngestionHouse.start({
    dir: mkdtempSync(join(tmpdir(), 'frontpage-chaos-')),
    aws: testAws(),
    bucket,
  });
  try {
    return { played: await playSchedule(house, lake, seed), lake };
  } finally {
    await house.end();
  }
}

describe('clicks through kills, refusals, lost answers, double and late deliveries', () => {
  it.each([11, 12, 13])(
    'are all found, and the ledger agrees, in schedule %i',
    async (seed) => {
      const { acknowledged, verdict } = (await play(seed)).played;
      expect(acknowledged.size).toBeGreaterThan(0);
      expect(verdict).toMatchObject({ lost: [], ledgerMismatches: [] });
    },
    timeLimitMs,
  );

  it(
    'are missed by the ledger when one acknowledged click is taken from the lake',
    async () => {
      const { played, lake } = await play(14);
      const [victim = ''] = played.acknowledged;
      for (const { key } of await lake.list('clicks/')) {
        const lines = gunzipSync((await lake.get(key)) ?? '')
          .toString('utf8')
          .split('\n');
        const kept = lines.filter((line) => !line.includes(`"event_id":"${victim}"`));
        if (kept.length < lines.length) await lake.put(key, gzipSync(kept.join('\n')));
      }
      const verdict = await judge(lake, played.acknowledged);
      expect(verdict.lost).toEqual([victim]);
      expect(verdict.ledgerMismatches).toHaveLength(2);
      expect(verdict.ledgerMismatches[0]).toMatch(/^ledger\/dt=.*: 1 numbers are not in the lake, first \d+$/);
    },
    timeLimitMs,
  );
});
