/**
 * The whole path, as a reader and an operator go it in a browser: from a click on the portal to the lake, to what is read now, to a
 * personal front page after the daily run, and back to the version before. Everything is real but AWS.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import type { Client } from '@temporalio/client';
import type { Page } from 'playwright-core';
import { Cloud } from '../../local/cloud';
import { backfillDay } from '../../local/demo/backfill';
import { catalogued } from '../../local/demo/catalogued';
import { exampleReaders } from '../../local/demo/demoState';
import { fillLake } from '../../local/demo/fillLake';
import { beatAt } from '../../local/demo/freshBeats';
import { newsroomSource } from '../../local/demo/newsroomSource';
import { writeCatalogue } from '../../local/portalCatalogue';
import { bucket } from '../../local/resources';
import { createS3ObjectStore } from '../../src/clients/objectStore.s3';
import { viewRun } from '../../src/clients/runs';
import { loadFreshSettings } from '../../src/config';
import { clicksDayPrefix } from '../../src/domain/keys';
import { addDays, lastCompleteDay, type RunDate, startOfDayMs } from '../../src/domain/runDate';
import { applySchedule } from '../../src/schedules/apply';
import { freshSchedule } from '../../src/schedules/wanted';
import { browserOfFile } from '../support/browser';
import { compiledPrograms } from '../support/nodeArguments';
import { beaconIsDone } from './pageChecks';

const timeLimitMs = 300_000;
const minuteMs = 60_000;
const runDate = lastCompleteDay(Date.now());
const dayBefore = addDays(runDate, -1);
const settings = {
  readiness: { waitLimitSeconds: 300, lookSeconds: 1, marginSeconds: 60, quietSeconds: 2 },
  historyDays: 1,
  training: { pollSeconds: 0.2, hyperparameters: { factors: '8', iterations: '3' } },
  // Both days must be published, whatever they have learned.
  gate: {
    minEvaluationReaders: 20,
    recallFloor: 0.001,
    popularityMargin: 0.5,
    championMargin: 1,
    minReadersShare: 0.1,
  },
  load: { parallelism: 2 },
  fresh: { everyMinutes: 1 },
};

const browser = browserOfFile();
let stateDir: string;
let cloud: Cloud;
let client: Client;

beforeAll(async () => {
  stateDir = mkdtempSync(join(tmpdir(), 'frontpage-portal-'));
  cloud = await Cloud.start(
    {
      stateDir,
      settings,
      bufferIntervalSeconds: 1,
      heartbeatSeconds: 1,
      clockMs: startOfDayMs(runDate),
      pages: true,
      compiled: compiledPrograms,
      events: { restarted: () => undefined, lost: (name, logFile) => console.error(`${name} is lost; see ${logFile}`) },
    },
    () => undefined,
  );
  client = await cloud.connectTemporal();
  await applySchedule(client, { ...freshSchedule(loadFreshSettings(cloud.environment)), state: { paused: true } });
}, timeLimitMs);

afterAll(async () => {
  await client.connection.close();
  await cloud.stop();
}, 60_000);

/** Looks again and again; the test's own time limit ends a vain wait. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(300);
}

async function linesInLake(): Promise<string> {
  const lake = createS3ObjectStore(bucket, cloud.aws);
  const objects = await lake.list(clicksDayPrefix(runDate));
  const bodies = await Promise.all(objects.map(({ key }) => lake.get(key)));
  return bodies.map((body) => (body === undefined ? '' : gunzipSync(body).toString('utf8'))).join('');
}

async function publish(day: RunDate): Promise<void> {
  await backfillDay(client, cloud.environment, day);
  for (;;) {
    const view = await viewRun(client, day);
    if (view?.result?.outcome === 'published') return;
    if (view !== undefined && view.state !== 'running') throw new Error(`the run of ${day}: ${JSON.stringify(view)}`);
    await sleep(300);
  }
}

async function pageOf(reader: string): Promise<Page> {
  const context = await browser().open({ baseURL: cloud.urls.serving });
  const cookies = { fp_consent: 'yes', fp_reader: reader };
  await context.addCookies(Object.entries(cookies).map(([name, value]) => ({ name, value, url: cloud.urls.serving })));
  return context.newPage();
}

const howMade = (page: Page): Promise<string | null> => page.locator('.how dl').first().textContent();

describe('the portal over a whole pipeline', () => {
  it(
    'brings what readers open into the lake, and to the top of the page a beat later',
    async () => {
      const title = 'The article that three readers open';
      writeCatalogue(stateDir, [], { w1: { title, section: 'world' }, w2: { title: 'Another one', section: 'sport' } });
      const startMs = startOfDayMs(runDate) + minuteMs;
      await cloud.setClock(startMs, 1);
      for (const reader of ['wa', 'wb', 'wc']) {
        const page = await pageOf(reader);
        await page.goto('/');
        await page.getByRole('link', { name: title }).click();
        await beaconIsDone(page);
        await page.context().close();
      }
      await until(async () => {
        const lines = await linesInLake();
        return ['wa', 'wb', 'wc'].every((reader) => lines.includes(`"user_id":"${reader}","article_id":"w1"`));
      });
      await cloud.setClock(startMs + 5 * minuteMs, 1);
      await beatAt(startMs + 4 * minuteMs, { client, titleOf: () => undefined });
      const page = await pageOf('wd');
      await until(async () => {
        await page.goto('/');
        return (await howMade(page))?.includes('fresh: what is read now') === true;
      });
      expect(await page.locator('.lead h3').innerText()).toBe(title);
      await page.context().close();
    },
    timeLimitMs,
  );

  it(
    'is personal after the daily run, and of the version before after a rollback',
    async () => {
      const shape = {
        seed: 7,
        readers: 1000,
        clicksPerDay: 5000,
        articlesPerDay: 100,
        historyDays: 1,
        election: false,
      };
      const filled = await fillLake(
        catalogued(newsroomSource({ ...shape, runDate }), runDate, stateDir),
        runDate,
        {
          lake: createS3ObjectStore(bucket, cloud.aws),
          collectorUrl: cloud.urls.collector,
          setClock: (nowMs, speed) => cloud.setClock(nowMs, speed),
          signal: new AbortController().signal,
        },
        { historyDay: () => undefined, hour: () => undefined },
      );
      await publish(dayBefore);
      await publish(runDate);
      await cloud.setClock(await cloud.clockMs(), 1);
      const [reader = ''] = exampleReaders(filled.clicksOfReader);

      const page = await pageOf(reader);
      await until(async () => {
        await page.goto('/');
        return (await howMade(page))?.includes(`${runDate}.01`) === true;
      });
      expect(await howMade(page)).toContain('personal: your own list');
      await page.locator('.lead').getByText('Why this?').click();
      expect(await page.locator('.lead .reasons').innerText()).toContain('of your personal list.');

      const desk = await page.context().newPage();
      await desk.goto(cloud.urls.operator);
      await desk.getByRole('link', { name: `Roll back to ${dayBefore}.01` }).click();
      await desk.getByLabel('Why?').fill('to see that it works');
      await desk.getByLabel('Key of this program').fill(cloud.environment['OPERATOR_KEY'] ?? '');
      await desk.getByRole('button', { name: 'Roll back' }).click();
      await desk.getByText(`Live: ${dayBefore}.01 (was ${runDate}.01).`).waitFor({ timeout: 60_000 });
      await until(async () => {
        await page.goto('/');
        return (await howMade(page))?.includes(`${dayBefore}.01`) === true;
      });

      await desk.goto(cloud.urls.operator);
      expect(await desk.locator('#versions-title + p').innerText()).toContain('Reason: to see that it works.');
      await desk.getByRole('link', { name: `The last report, of ${runDate}` }).click();
      expect(await desk.title()).toContain(runDate);
    },
    timeLimitMs,
  );
});
