/**
 * The demo's path on a small slice, with everything real but AWS: clicks through the collector, the run through its
 * schedule, a Spot reclaim in the middle of training, and the worker killed in the middle of the load.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import type { Client } from '@temporalio/client';
import { z } from 'zod';
import { Cloud } from '../../local/cloud';
import { postControl } from '../../local/control';
import { backfillDay } from '../../local/demo/backfill';
import { fillLake } from '../../local/demo/fillLake';
import { newsroomSource } from '../../local/demo/newsroomSource';
import { bucket, table } from '../../local/resources';
import { createS3ObjectStore } from '../../src/clients/objectStore.s3';
import { type RunView, viewRun } from '../../src/clients/runs';
import { modelPrefix } from '../../src/domain/keys';
import { lastCompleteDay, startOfDayMs } from '../../src/domain/runDate';
import { parseShardLine } from '../../src/domain/storedList';

const runDate = lastCompleteDay(Date.now());
const slice = { seed: 7, readers: 3000, clicksPerDay: 12_000, articlesPerDay: 200, historyDays: 1, election: false };
/** Small enough that the load takes seconds, in which a worker can be killed. */
const settings = {
  readiness: { waitLimitSeconds: 300, lookSeconds: 1, marginSeconds: 60 },
  historyDays: 1,
  training: { pollSeconds: 0.5, hyperparameters: { factors: '16', iterations: '6', readers_per_shard: '400' } },
  gate: { minEvaluationReaders: 20, recallFloor: 0.001, popularityMargin: 0.2 },
  load: { maxUnitsPerSecond: 200, parallelism: 2 },
};

let cloud: Cloud;
let client: Client;
const restarted: string[] = [];

beforeAll(async () => {
  cloud = await Cloud.start(
    {
      stateDir: mkdtempSync(join(tmpdir(), 'frontpage-e2e-')),
      settings,
      bufferIntervalSeconds: 300,
      heartbeatSeconds: 1,
      deliveryClockMs: startOfDayMs(runDate),
      events: {
        restarted: (name) => restarted.push(name),
        lost: (name, log) => console.error(`${name} lost; see ${log}`),
      },
    },
    () => undefined,
  );
  client = await cloud.connectTemporal();
}, 120_000);

afterAll(async () => {
  await client?.connection.close();
  await cloud?.stop();
}, 60_000);

describe('the path from clicks to front pages', () => {
  it('ends with a live set that is whole and equal to the shards, though Spot reclaimed the job and the worker was killed in the middle of the load', async () => {
    await postControl(cloud.urls.sagemaker, 'reclaims', { phase: 'evaluate', iteration: 3 });
    await backfillDay(client, cloud.environment, runDate);
    const day = await fillLake(
      newsroomSource({ ...slice, runDate }),
      runDate,
      {
        lake: createS3ObjectStore(bucket, cloud.aws),
        collectorUrl: cloud.urls.collector,
        firehoseUrl: cloud.urls.firehose,
        signal: new AbortController().signal,
      },
      { historyDay: () => undefined, hour: () => undefined },
    );

    const loading = await when((view) => view.state !== 'running' || (view.itemsLoaded ?? 0) > 0);
    expect(loading).toMatchObject({ state: 'running', status: { stage: 'loading' } });
    await cloud.supervisor.kill('worker');
    const ended = await when((view) => view.state !== 'running');

    expect(restarted).toContain('worker');
    expect(ended.failure).toBeUndefined();
    const { summary } = published(ended);
    expect(summary.clicks).toMatchObject({ runDate: day.clicks, malformed: 0 });
    expect(summary.trainingAttempts).toHaveLength(1);
    expect(summary.trainingAttempts[0]).toMatchObject({ outcome: 'completed', interruptions: 1 });
    expect(summary.trainingAttempts[0]?.resumedFrom.length).toBe(1);

    const wanted = await listsOfShards(summary.trainingAttempts[0]?.jobName ?? '');
    const stored = await listsOfTable(`v#${summary.version}`);
    expect(summary.itemsLoaded).toBe(wanted.size);
    expect(stored).toEqual(wanted);

    const [reader] = day.clicksOfReader.keys();
    const served = await fetch(`${cloud.urls.serving}/v1/users/${reader}/recommendations?limit=5`);
    const page = z
      .object({ version: z.string(), tier: z.string(), articles: z.array(z.string()) })
      .parse(await served.json());
    expect(page).toMatchObject({ version: summary.version, tier: 'personal' });
    expect(page.articles).toEqual(wanted.get(`u#${reader}`)?.split(' ').slice(0, 5));
  }, 300_000);

  it('does nothing for a day that is live already', async () => {
    const before = await viewRun(client, runDate);
    await backfillDay(client, cloud.environment, runDate);
    const again = await when((view) => view.state === 'completed' && view.startedAtMs > (before?.startedAtMs ?? 0));
    expect(again.result).toMatchObject({ outcome: 'already published', version: published(before).summary.version });
  }, 60_000);
});

async function when(holds: (view: RunView) => boolean): Promise<RunView> {
  for (;;) {
    const view = await viewRun(client, runDate);
    if (view !== undefined && holds(view)) return view;
    await sleep(100);
  }
}

function published(view: RunView | undefined): Extract<RunView['result'], { outcome: 'published' | 'kept newer' }> {
  if (view?.result?.outcome !== 'published') throw new Error(`the run did not publish: ${JSON.stringify(view)}`);
  return view.result;
}

/** Partition key → articles, from what the trainer wrote. */
async function listsOfShards(jobName: string): Promise<Map<string, string>> {
  const lake = createS3ObjectStore(bucket, cloud.aws);
  const lists = new Map<string, string>();
  for (const { key } of await lake.list(modelPrefix(jobName))) {
    if (!key.endsWith('.json.gz')) continue;
    const text = gunzipSync((await lake.get(key)) ?? '').toString('utf8');
    for (const line of text.split('\n').filter((part) => part !== '')) {
      const { pk, articles } = parseShardLine(line);
      lists.set(pk, articles);
    }
  }
  return lists;
}

/** Partition key → articles, of every item with this sort key. */
async function listsOfTable(sk: string): Promise<Map<string, string>> {
  const dynamodb = new DynamoDBClient(cloud.aws);
  const lists = new Map<string, string>();
  for await (const page of paginateScan({ client: dynamodb }, { TableName: table, ConsistentRead: true })) {
    for (const item of page.Items ?? []) {
      const pk = item['pk']?.S ?? '';
      if (item['sk']?.S === sk && pk !== 'versions') lists.set(pk, item['articles']?.S ?? '');
    }
  }
  dynamodb.destroy();
  return lists;
}
