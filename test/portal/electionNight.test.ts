/**
 * Election night, as an operator sees it in a browser: from six in the evening fifty times the usual load, most of it on one story,
 * while the delivery stream takes nothing for two minutes. Everything is real but AWS and the readers.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { Page } from 'playwright-core';
import { Cloud } from '../../local/cloud';
import { postControl } from '../../local/control';
import { catalogued } from '../../local/demo/catalogued';
import { beatAt } from '../../local/demo/freshBeats';
import { newsroomSource } from '../../local/demo/newsroomSource';
import { electionNight } from '../../local/newsroom/rhythm';
import { bucket } from '../../local/resources';
import { createS3ObjectStore } from '../../src/clients/objectStore.s3';
import { loadFreshSettings } from '../../src/config';
import { type Click, clickLine } from '../../src/domain/click';
import { hourMs, minuteMs } from '../../src/domain/durations';
import { samplesOf } from '../../src/domain/prometheusText';
import { lastCompleteDay, startOfDayMs } from '../../src/domain/runDate';
import { applySchedule } from '../../src/schedules/apply';
import { freshSchedule } from '../../src/schedules/wanted';
import { judge } from '../chaos/verdict';
import { browserOfFile } from '../support/browser';
import { compiledPrograms } from '../support/nodeArguments';
import { graveViolations, openAllDetails, overflow } from './pageChecks';

const timeLimitMs = 180_000;
const runDate = lastCompleteDay(Date.now());
const riseMs = startOfDayMs(runDate) + electionNight.fromHour * hourMs;
const settings = {
  // The lists of yesterday evening must last until this test is over.
  fresh: { keepMinutes: 3 * 24 * 60, maxNextLists: 50 },
};
/** Every headline of it has this in it. */
const story = 'Electoral commission';
const clicksPerRequest = 500;

const browser = browserOfFile();
let cloud: Cloud;
let client: Client;
let evening: readonly Click[];
/** Event ids of the clicks that were answered 202. */
const acknowledged = new Set<string>();

beforeAll(async () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'frontpage-election-'));
  cloud = await Cloud.start(
    {
      stateDir,
      settings,
      bufferIntervalSeconds: 60,
      heartbeatSeconds: 1,
      clockMs: riseMs - 30 * minuteMs,
      pages: true,
      compiled: compiledPrograms,
      events: { restarted: () => undefined, lost: (name, logFile) => console.error(`${name} is lost; see ${logFile}`) },
    },
    () => undefined,
  );
  client = await cloud.connectTemporal();
  await applySchedule(client, { ...freshSchedule(loadFreshSettings(cloud.environment)), state: { paused: true } });
  evening = await clicksOfEvening(stateDir);
}, timeLimitMs);

afterAll(async () => {
  await client.connection.close();
  await cloud.stop();
}, 60_000);

/** Of the newsroom: the hour before the rise, and the one that begins with it. */
async function clicksOfEvening(stateDir: string): Promise<Click[]> {
  const shape = { seed: 5, readers: 20_000, clicksPerDay: 8000, articlesPerDay: 100, historyDays: 0, election: true };
  const clicks: Click[] = [];
  for await (const hour of catalogued(newsroomSource({ ...shape, runDate }), runDate, stateDir).hours()) {
    if (hour.hour >= electionNight.fromHour - 1) clicks.push(...hour.clicks);
    if (hour.hour === electionNight.fromHour) break;
  }
  return clicks;
}

/**
 * Posts the clicks of these minutes after the rise as the clock passes them; tells how many they are. Where the delivery stream
 * takes them, the clock waits for that, or they would arrive in a later minute.
 */
async function play(fromMinute: number, untilMinute: number, stepMinutes: number, isTaken = true): Promise<number> {
  let sent = 0;
  for (let minute = fromMinute; minute < untilMinute; minute += stepMinutes) {
    const [startsMs, endsMs] = [riseMs + minute * minuteMs, riseMs + (minute + stepMinutes) * minuteMs];
    const clicks = evening.filter(({ occurred_at: at }) => Date.parse(at) >= startsMs && Date.parse(at) < endsMs);
    await cloud.setClock(endsMs - 1, 0);
    for (let from = 0; from < clicks.length; from += clicksPerRequest) {
      const batch = clicks.slice(from, from + clicksPerRequest);
      const answer = await fetch(`${cloud.urls.collector}/v1/clicks`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson' },
        body: batch.map(clickLine).join(''),
      });
      expect(answer.status).toBe(202);
      for (const { event_id } of batch) acknowledged.add(event_id);
    }
    sent += clicks.length;
    if (isTaken) await until(async () => (await undelivered()) === '0');
  }
  return sent;
}

async function undelivered(): Promise<string | undefined> {
  const metrics = await (await fetch(`${cloud.urls.collector}/metrics`)).text();
  return samplesOf(metrics, 'frontpage_collector_spool_undelivered_clicks')[0]?.value;
}

/** Looks again and again; the test's own time limit ends a vain wait. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(200);
}

async function openDesk(complaints: string[]): Promise<Page> {
  const page = await (await browser().open({ viewport: { width: 1280, height: 900 } })).newPage();
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(`${cloud.urls.operator}/?date=${runDate}`);
  return page;
}

const section = (page: Page, name: string) => page.locator('section', { has: page.locator(`#${name}-title`) });

async function tile(page: Page, name: string): Promise<string> {
  const found = page.locator('.tiles div', { has: page.getByText(name, { exact: true }) });
  return found.locator('dd').innerText();
}

/** The beat that is due at this minute after the rise; resolves when the page has its list. */
async function beatUntilShown(minute: number, page: Page): Promise<void> {
  const atMs = riseMs + minute * minuteMs;
  await beatAt(atMs, { client, titleOf: () => undefined });
  const time = new Date(atMs).toISOString().slice(0, 16).replace('T', ' ');
  await until(async () => (await section(page, 'leads').innerText()).includes(`The list of ${time}`));
}

interface Leading {
  readonly before: string;
  readonly headline: string;
}

async function leading(page: Page): Promise<Leading> {
  const first = page.locator('.leads tbody tr').first();
  return { before: await first.locator('td').nth(1).innerText(), headline: await first.locator('th').innerText() };
}

describe('on election night', () => {
  it(
    'ingestion holds, the story leads with the first beat after it began, and nothing is lost',
    async () => {
      const complaints: string[] = [];
      const desk = await openDesk(complaints);
      expect(await section(desk, 'leads').innerText()).toContain('There is no fresh list');

      const quiet = await play(-20, 0, 5);
      await cloud.setClock(riseMs, 1);
      await beatUntilShown(0, desk);
      expect((await leading(desk)).headline).not.toContain(story);

      await postControl(cloud.urls.firehose, 'faults', { fault: 'throttle', calls: 1_000_000 });
      const refused = await play(0, 2, 1, false);
      await until(async () => (await tile(desk, 'waiting on disk')) === refused.toLocaleString('en'));
      expect(await section(desk, 'ingestion').innerText()).toMatch(/ingestion holds .* or on disk: [\d,]+ wait there/);
      await postControl(cloud.urls.firehose, 'clear', {});
      await until(async () => (await tile(desk, 'waiting on disk')) === '0');

      const night = refused + (await play(2, 5, 1));
      await until(async () => (await tile(desk, 'clicks accepted')) === (quiet + night).toLocaleString('en'));
      await cloud.setClock(riseMs + 5 * minuteMs, 1);
      await beatUntilShown(loadFreshSettings(cloud.environment).everyMinutes, desk);
      const { headline, before } = await leading(desk);
      expect([headline, before]).toEqual([expect.stringContaining(story), expect.not.stringMatching(/^1$|not known/)]);
      expect(await section(desk, 'leads').innerText()).toMatch(
        /^What leads now\s+fresh .* another one led the list before/s,
      );

      const front = await (await browser().open({ baseURL: cloud.urls.serving })).newPage();
      await until(async () => {
        await front.goto('/');
        return (await front.locator('.lead h3').innerText()) === headline;
      });

      await play(5, 20, 5);
      await cloud.setClock(riseMs + 22 * minuteMs, 1);
      await until(async () =>
        (await section(desk, 'hours').innerText()).includes(
          `${acknowledged.size.toLocaleString('en')} clicks acknowledged by collectors.`,
        ),
      );
      expect(await tile(desk, 'clicks accepted')).toBe(acknowledged.size.toLocaleString('en'));
      const times = Number(/: (\d+) times the hour before/.exec(await section(desk, 'ingestion').innerText())?.[1]);
      expect(times).toBeGreaterThan(electionNight.factor / 2);

      const verdict = await judge(createS3ObjectStore(bucket, cloud.aws), acknowledged);
      expect([verdict.found.size, verdict.lost, verdict.ledgerMismatches]).toEqual([acknowledged.size, [], []]);
      expect([await tile(desk, 'waiting on disk'), await tile(desk, 'requests turned away (503)')]).toEqual(['0', '0']);

      for (const colorScheme of ['light', 'dark'] as const) {
        await desk.emulateMedia({ colorScheme });
        await openAllDetails(desk);
        expect([colorScheme, await graveViolations(desk)]).toEqual([colorScheme, []]);
      }
      await desk.setViewportSize({ width: 390, height: 844 });
      expect([await graveViolations(desk), await overflow(desk), complaints]).toEqual([[], expect.any(Number), []]);
      expect(await overflow(desk)).toBeLessThanOrEqual(0);
    },
    timeLimitMs,
  );
});
