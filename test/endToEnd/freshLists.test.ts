/**
 * From a click to the lists of the fresh loop: the real collector, the local Firehose with a small buffer, the real worker
 * and schedule. No timing is asserted but that clicks arrive; how long they took stands in the result of each beat.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { Cloud } from '../../local/cloud';
import { bucket, table } from '../../local/resources';
import { newestFreshState } from '../../src/clients/freshStates';
import { createDynamoDbFreshTable } from '../../src/clients/freshTable.dynamodb';
import { createS3ObjectStore } from '../../src/clients/objectStore.s3';
import { loadFreshSettings } from '../../src/config';
import { type FreshBeat, freshListsWorkflowId, freshScheduleId } from '../../src/contract';
import { clickLine } from '../../src/domain/click';
import { parsePopular, parseScored } from '../../src/domain/freshItem';
import { freshPopularPk, freshSectionPk, nextListPk } from '../../src/domain/keys';
import { applySchedule } from '../../src/schedules/apply';
import { freshSchedule } from '../../src/schedules/wanted';
import type { freshLists } from '../../src/workflows';
import { compiledPrograms } from '../support/nodeArguments';

const timeLimitMs = 240_000;
let cloud: Cloud;
let client: Client;
let posted = 0;

beforeAll(async () => {
  cloud = await Cloud.start(
    {
      stateDir: mkdtempSync(join(tmpdir(), 'frontpage-fresh-')),
      settings: {},
      bufferIntervalSeconds: 1,
      heartbeatSeconds: 1,
      compiled: compiledPrograms,
      events: { restarted: () => undefined, lost: (name, logFile) => console.error(`${name} is lost; see ${logFile}`) },
    },
    () => undefined,
  );
  client = await cloud.connectTemporal();
  // Beats are triggered here, and not waited for.
  await applySchedule(client, { ...freshSchedule(loadFreshSettings(cloud.environment)), state: { paused: true } });
}, timeLimitMs);

afterAll(async () => {
  await client.connection.close();
  await cloud.stop();
}, 60_000);

/** Each reader opens the articles one after another. */
async function post(readers: readonly string[], ...articles: string[]): Promise<void> {
  const lines = readers.flatMap((user_id) =>
    articles.map((article_id, index) => {
      posted += 1;
      const occurred_at = new Date(Date.now() - 1000 * (articles.length - index)).toISOString();
      return clickLine({ event_id: `e${posted}`, user_id, article_id, occurred_at, section: 'sport' });
    }),
  );
  const answer = await fetch(`${cloud.urls.collector}/v1/clicks`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: lines.join(''),
  });
  expect(answer.status).toBe(202);
}

const readers = (name: string, count: number): string[] => Array.from({ length: count }, (_, n) => `${name}${n}`);

/** Triggers a beat of the schedule and answers what it did. */
async function beat(): Promise<FreshBeat> {
  const handle = client.schedule.getHandle(freshScheduleId);
  const before = (await handle.describe()).info.numActionsTaken;
  await handle.trigger();
  for (;;) {
    const { numActionsTaken, recentActions } = (await handle.describe()).info;
    const workflow = recentActions.at(-1)?.action.workflow;
    if (numActionsTaken > before && workflow !== undefined) {
      expect(workflow.workflowId).toContain(freshListsWorkflowId);
      return client.workflow.getHandle<typeof freshLists>(workflow.workflowId, workflow.firstExecutionRunId).result();
    }
    await sleep(100);
  }
}

/** Beats until everything that was posted is counted; the test's own time limit ends a vain wait. */
async function beatUntilAllCounted(): Promise<FreshBeat[]> {
  const lake = createS3ObjectStore(bucket, cloud.aws);
  const beats: FreshBeat[] = [];
  for (;;) {
    beats.push(await beat());
    const clicks = (await newestFreshState(lake)).record?.state.size.clicks ?? 0;
    if (clicks >= posted) return beats;
    await sleep(200);
  }
}

async function item(pk: string): Promise<string> {
  const items = await createDynamoDbFreshTable(table, cloud.aws).read([pk]);
  return items.get(pk)?.list ?? '';
}

describe('a click', () => {
  it(
    'is in the lists a beat after it was delivered: popular, its section, and what is read next',
    async () => {
      await post(readers('a', 20), 'a1', 'a2');
      const beats = await beatUntilAllCounted();
      const clickToList = beats.findLast((done) => done.lines.counted > 0)?.clickToList;
      expect(clickToList).toEqual({ newestSeconds: expect.any(Number), medianSeconds: expect.any(Number) });
      console.log(`from click to list: ${JSON.stringify(clickToList)}`);
      expect(parsePopular(await item(freshPopularPk)).articles).toEqual(['a2', 'a1']);
      expect(parseScored(await item(freshSectionPk('sport'))).articles).toEqual(['a2', 'a1']);
      expect(parseScored(await item(nextListPk('a1'))).articles).toEqual(['a2']);
    },
    timeLimitMs,
  );

  it(
    'changes what leads when many readers make it, and is counted once though the worker is killed in the middle of beats',
    async () => {
      await post(readers('b', 60), 'a3');
      for (let kills = 0; kills < 3; kills++) {
        const beating = beatUntilAllCounted();
        beating.catch(() => undefined);
        await sleep(150 * kills);
        await cloud.supervisor.kill('worker');
        await beating;
        await post(readers(`c${kills}-`, 5), 'a4');
      }
      await beatUntilAllCounted();
      expect(parsePopular(await item(freshPopularPk)).articles[0]).toBe('a3');
      const { record } = await newestFreshState(createS3ObjectStore(bucket, cloud.aws));
      expect(record?.state.size.clicks).toBe(posted);
    },
    timeLimitMs,
  );
});
