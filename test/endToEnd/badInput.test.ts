/** What must not go live does not, and says why in the words of the runbook; what is live stays live all the while. */

import { table as tableName } from '../../local/resources';
import { OrderRefused, orderRun } from '../../src/clients/operatorOrders';
import { createDynamoDbRecommendationTable } from '../../src/clients/recommendationTable.dynamodb';
import { startRun } from '../../src/clients/runs';
import { clicksHourPrefix, popularPk, reportKey, trainingOutputPrefix, versionSk } from '../../src/domain/keys';
import { addDays } from '../../src/domain/runDate';
import { versionOf } from '../../src/domain/version';
import { runDate, Slice } from './slice';

const timeLimitMs = 240_000;
const yesterday = addDays(runDate, -1);
const live = {
  version: versionOf(yesterday, 1),
  runDate: yesterday,
  publishedAt: '2026-01-01T00:00:00.000Z',
  reason: 'published by the daily run',
};
let slice: Slice;

beforeAll(async () => {
  slice = await Slice.start();
  const table = createDynamoDbRecommendationTable(tableName, slice.cloud.aws);
  await table.write([{ pk: popularPk, sk: versionSk(live.version), articles: 'a1 a2 a3', expiresAt: 9_999_999_999 }]);
  await table.moveLive(live, undefined);
}, timeLimitMs);

afterAll(async () => {
  await slice?.stop();
}, 60_000);

/** That nothing of it reached readers. */
async function expectSameLive(): Promise<void> {
  expect(await createDynamoDbRecommendationTable(tableName, slice.cloud.aws).live()).toEqual(live);
  const served = await fetch(`${slice.cloud.urls.serving}/v1/users/anybody/recommendations`);
  expect(await served.json()).toMatchObject({ version: live.version, articles: ['a1', 'a2', 'a3'] });
}

/** Starts the run of the day and waits for its end. */
async function failureOfRun(waitLimitSeconds: number, maxUnitsPerSecond = 200): Promise<unknown> {
  const input = slice.dailyInput();
  const sinceMs = Date.now() - 1000;
  await startRun(slice.client, {
    ...input,
    settings: {
      ...input.settings,
      readiness: { ...input.settings.readiness, waitLimitSeconds },
      load: { ...input.settings.load, maxUnitsPerSecond },
    },
  });
  return (await slice.when((view) => view.state !== 'running' && view.startedAtMs >= sinceMs)).failure;
}

async function reportOfRun(): Promise<unknown> {
  return JSON.parse((await slice.lake.get(reportKey(runDate)))?.toString('utf8') ?? 'null');
}

describe('bad input', () => {
  it.each([
    ['no JSON', '{"event_id":', 400, 'the body is not JSON'],
    ['a field of the wrong type', '{"event_id":7}', 400, 'event_id must be a string'],
    ['a body of 10 MB', `{"event_id":"${'x'.repeat(10_000_000)}"}`, 413, 'larger than 1048576 bytes'],
  ])('in a click, %s, is refused with a sentence that names it', async (_what, body, status, sentence) => {
    const answer = await fetch(`${slice.cloud.urls.collector}/v1/clicks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(answer.status).toBe(status);
    expect(await answer.text()).toContain(sentence);
    await expectSameLive();
  });

  it(
    'an empty lake ends the run as PartitionsIncomplete',
    async () => {
      expect(await failureOfRun(8)).toMatchObject({
        type: 'PartitionsIncomplete',
        message: expect.stringContaining('0 of 24 hours have objects'),
      });
      expect(await reportOfRun()).toMatchObject({
        outcome: 'failed',
        failedStage: 'waiting for clicks',
        failureType: 'PartitionsIncomplete',
      });
      await expectSameLive();
    },
    timeLimitMs,
  );

  it(
    'a missing hour is waited for until an operator abandons the run, or ends it as PartitionsIncomplete that names it',
    async () => {
      await slice.fill();
      const hour = await slice.lake.list(clicksHourPrefix(runDate, 12));
      expect(hour.length).toBeGreaterThan(0);
      const aside = hour.map(({ key }) => ({ key, asideKey: `aside/${key}` }));
      for (const { key, asideKey } of aside) {
        await slice.lake.copy(key, asideKey);
        await slice.lake.remove(key);
      }
      // The delivery clock passes five minutes after midnight at 60 times its pace.
      await new Promise((resolve) => setTimeout(resolve, 8000));
      const abandoned = failureOfRun(60);
      await slice.when((view) => view.state === 'running' && view.readiness !== undefined);
      await orderRun(slice.client, runDate, 'abandon', { by: 'the desk', reason: 'noon is lost' });
      expect(await abandoned).toMatchObject({
        type: 'RunAbandoned',
        message: expect.stringContaining('abandoned by the desk: noon is lost'),
      });
      await expect(
        orderRun(slice.client, runDate, 'abandon', { by: 'the desk', reason: 'twice' }),
      ).rejects.toBeInstanceOf(OrderRefused);

      const failed = failureOfRun(8);
      const { readiness } = await slice.when((view) => view.state === 'running' && view.readiness !== undefined);
      expect(readiness).toMatchObject({ waitingFor: expect.arrayContaining(['missing hours 12']) });
      expect(readiness?.hours[12]).toEqual({ hour: 12, objects: 0, sizeBytes: 0, state: 'missing' });
      expect(readiness?.hours[13]).toMatchObject({ state: 'not judged' });
      expect(await failed).toMatchObject({
        type: 'PartitionsIncomplete',
        message: expect.stringMatching(/23 of 24 hours have objects; missing hours 12;/),
      });
      for (const { key, asideKey } of aside) await slice.lake.copy(asideKey, key);
      await expectSameLive();
    },
    timeLimitMs,
  );

  it(
    'a shard that is corrupt ends the run as ModelArtefactInvalid that names the file',
    async () => {
      const sinceMs = Date.now() - 1000;
      // So slow that a second shard is read many seconds after the load began.
      const failed = failureOfRun(60, 60);
      await slice.when(
        (view) => view.startedAtMs >= sinceMs && (view.status?.stage === 'loading' || view.state !== 'running'),
      );
      const shards = (await slice.lake.list(trainingOutputPrefix)).filter(({ key }) => key.endsWith('.json.gz'));
      for (const { key } of shards) await slice.lake.put(key, 'not what the trainer wrote');
      expect(await failed).toMatchObject({
        type: 'ModelArtefactInvalid',
        // Whoever reads it first says so: by its digest, or by what it cannot unpack.
        message: expect.stringMatching(
          /(?:a file of the artefact is corrupt: SHA-256|a shard is no gzip file).*part-0000\d\.json\.gz/,
        ),
      });
      expect(await reportOfRun()).toMatchObject({ outcome: 'failed', failedStage: 'loading' });
      await expectSameLive();
    },
    timeLimitMs,
  );
});
