/** A short run of `npm run chaos:publish`, and one with the pointer moved before the load, which must not go unseen. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freshBucket, testAws } from '../support/aws';
import { PublishHouse } from './publishHouse';
import { type PlayedPublishes, type PublishPlan, playPublishes } from './publishSchedule';

const timeLimitMs = 300_000;

async function play(plan: Omit<PublishPlan, 'clients'>): Promise<PlayedPublishes> {
  const { endpoint } = testAws();
  const house = await PublishHouse.start({
    dir: mkdtempSync(join(tmpdir(), 'frontpage-chaos-')),
    s3Endpoint: endpoint,
    dynamoDbEndpoint: endpoint,
    bucket: await freshBucket(),
    table: `chaos-${randomUUID()}`,
    seed: plan.seed,
  });
  try {
    return await playPublishes(house, { ...plan, clients: 6 });
  } finally {
    await house.end();
  }
}

describe('F16, F17: readers who ask through loads, publishes and rollbacks, while workers are killed and the table misbehaves', () => {
  it(
    'see one version at a time, every list there is, and no version turned back',
    async () => {
      const played = await play({ kills: 3, seed: 3 });
      expect(played.verdict).toMatchObject({ mixedVersions: 0, missingLists: 0, backwardReads: 0, examples: [] });
      expect(played.verdict.reads - played.verdict.degraded).toBeGreaterThan(0);
      expect(played).toMatchObject({ kills: 3, tableDiffersFromShards: [], failures: [] });
      expect(played.publishes).toBeGreaterThan(1);
      expect(played.faults).toBeGreaterThan(0);
    },
    timeLimitMs,
  );

  it(
    'are found to miss their lists when the pointer moves before the load has ended',
    async () => {
      const { verdict, tableDiffersFromShards } = await play({ kills: 1, seed: 4, pointerEarly: true });
      expect(verdict.missingLists).toBeGreaterThan(0);
      expect(verdict.examples.length).toBeGreaterThan(0);
      expect(tableDiffersFromShards).toEqual([]);
    },
    timeLimitMs,
  );
});
