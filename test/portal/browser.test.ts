/**
 * The portal, the beacon and the operator's page as people see them: in Chromium, with a real serving process and a real collector
 * in memory of AWS. From a click to the lake and back: wholePath.test.ts.
 */
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { freePort } from '../../local/processes';
import { type Collector, startCollector } from '../../src/collector/startCollector';
import type { Operator } from '../../src/operator/startOperator';
import { collectorOptions } from '../collector/collectorFixture';
import { FakeDeliveryStream } from '../collector/fakeDeliveryStream';
import { browserOfFile } from '../support/browser';
import { FakePipeline, startOperatorOf, view } from './operatorFixture';
import { beaconIsDone, graveViolations, openAllDetails, overflow } from './pageChecks';
import { headlines, readNow, type StartedPortal, startPortal } from './portalFixture';

const browser = browserOfFile();
let portal: StartedPortal;
let pipeline: FakePipeline;
let operator: Operator;
let collectorPort: number;
let collector: Collector | undefined;
let stream: FakeDeliveryStream;
const contexts: BrowserContext[] = [];

beforeAll(async () => {
  collectorPort = await freePort();
  portal = await startPortal({ collectorUrl: `http://127.0.0.1:${collectorPort}/v1/clicks`, catalogue: headlines() });
  pipeline = new FakePipeline();
  await pipeline.deliver(6, 1200);
  operator = await startOperatorOf(pipeline);
});

beforeEach(() => {
  stream = new FakeDeliveryStream();
});

afterEach(async () => {
  await Promise.all(contexts.splice(0).map((context) => context.close()));
  await collector?.close();
  collector = undefined;
});

afterAll(async () => {
  await portal.close();
  await operator.close();
});

async function startTheCollector(): Promise<void> {
  const admission = { allowedOrigins: [portal.serving.url], requestsPerMinute: 1_000_000 };
  collector = await startCollector(collectorOptions(stream, { port: collectorPort, admission }));
}

interface Visit {
  readonly page: Page;
  /** What the browser complained of. */
  readonly complaints: string[];
  /** Addresses outside the portal that the page has asked for. */
  readonly elsewhere: string[];
}

async function visit(options: BrowserContextOptions = {}, consent?: 'yes' | 'no', reader?: string): Promise<Visit> {
  const context = await browser().open({ baseURL: portal.serving.url, ...options });
  contexts.push(context);
  const cookies = { fp_consent: consent, fp_reader: reader };
  for (const [name, value] of Object.entries(cookies)) {
    if (value !== undefined) await context.addCookies([{ name, value, url: portal.serving.url }]);
  }
  const page = await context.newPage();
  const complaints: string[] = [];
  const elsewhere: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(portal.serving.url)) elsewhere.push(request.url());
  });
  return { page, complaints, elsewhere };
}

interface Line {
  readonly event_id: string;
  readonly user_id: string;
  readonly article_id: string;
  readonly section?: string;
}

/** Heartbeats of the collector left out. */
const clicks = (): Line[] =>
  stream.lines.filter((line) => !line.includes('heartbeat_at')).map((line) => JSON.parse(line));

/** Looks until so many different clicks have come; the test's own time limit ends a vain wait. */
async function delivered(count: number): Promise<Line[]> {
  for (;;) {
    const byId = new Map(clicks().map((click) => [click.event_id, click]));
    if (byId.size >= count) return [...byId.values()];
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('a reader', () => {
  it('agrees, opens an article from the front page, and the collector has one click of it', async () => {
    await startTheCollector();
    const { page, complaints } = await visit();
    await page.goto('/');
    await page.getByRole('button', { name: 'Count my reading' }).click();
    await page.getByLabel('Reading as').selectOption('r1');
    await page.getByRole('button', { name: 'Switch' }).click();
    await page.getByRole('link', { name: 'Headline number 2 of the day' }).click();
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Headline number 2 of the day');
    expect(await delivered(1)).toEqual([
      expect.objectContaining({ user_id: 'r1', article_id: 'p2', section: 'world' }),
    ]);
    await beaconIsDone(page);
    await page.goto('/');
    expect(await page.getByRole('link', { name: 'Headline number 2 of the day' }).count()).toBe(0);
    expect(clicks()).toHaveLength(1);
    expect(complaints).toEqual([]);
  });

  it('does not agree, and nothing is sent or stored by any page', async () => {
    await startTheCollector();
    const { page, elsewhere, complaints } = await visit();
    await page.goto('/');
    await page.getByRole('button', { name: 'Do not count' }).click();
    for (const path of ['/article/p1', '/article/p2', '/section/sport', '/']) {
      await page.goto(path);
      await page.waitForTimeout(1300);
    }
    expect(await page.evaluate('localStorage.length + sessionStorage.length')).toBe(0);
    expect([elsewhere, complaints, clicks()]).toEqual([[], [], []]);
  });

  it('asks not to be tracked, and consent changes nothing about it', async () => {
    await startTheCollector();
    const { page, elsewhere } = await visit({}, 'yes', 'r1');
    await page.addInitScript(`Object.defineProperty(navigator, 'doNotTrack', { value: '1' })`);
    await page.goto('/article/p1');
    await page.waitForTimeout(1300);
    expect([elsewhere, clicks()]).toEqual([[], []]);
  });

  it('leaves an article at once, and the browser still brings its click', async () => {
    await startTheCollector();
    const { page } = await visit({}, 'yes', 'r1');
    await page.goto('/article/p7');
    await page.goto('about:blank');
    expect((await delivered(1)).map(({ article_id }) => article_id)).toEqual(['p7']);
  });

  it('reads while the collector is away, and the clicks come when it is back, each counted once', async () => {
    const { page } = await visit({}, 'yes', 'r1');
    for (const id of ['p3', 'p4']) {
      await page.goto(`/article/${id}`);
      await page.waitForEvent('requestfailed');
    }
    await startTheCollector();
    await page.goto('/article/p5');
    const arrived = await delivered(3);
    expect(arrived.map(({ article_id }) => article_id).sort()).toEqual(['p3', 'p4', 'p5']);
    await beaconIsDone(page);
  });

  it('asks why an article is there, and how the page was made', async () => {
    const { page } = await visit({}, 'no', 'r1');
    await page.goto('/');
    const lead = page.locator('.story.lead');
    await lead.getByText('Why this?').click();
    expect(await lead.locator('.reasons').innerText()).toContain('It is number 1 of your personal list.');
    await page.getByText('How was this page made?').click();
    expect(await page.locator('.how dl').innerText()).toMatch(/personal: your own list[^]*2026-11-23\.01/);
  });

  it('sees what is read now first, as soon as it leads', async () => {
    const { page } = await visit({}, 'no');
    await page.goto('/');
    readNow(portal.reader, 'p33 p34');
    while ((await page.locator('.lead a').getAttribute('href')) !== '/article/p33') await page.reload();
    expect(await page.locator('.how dl').textContent()).toContain('fresh: what is read now');
    portal.reader.popular = undefined;
  });

  it('comes by keyboard to the news without passing every link', async () => {
    const { page } = await visit({}, 'no');
    await page.goto('/');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the news');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('news');
  });
});

const looks: readonly [name: string, options: BrowserContextOptions][] = [
  ['in light', { colorScheme: 'light', viewport: { width: 1280, height: 900 } }],
  ['in dark', { colorScheme: 'dark', viewport: { width: 1280, height: 900 } }],
  ['on a phone', { viewport: { width: 390, height: 844 }, hasTouch: true }],
];

describe.each(looks)('%s', (_name, options) => {
  it.each(['/', '/section/sport', '/article/p1', '/article/none'])(
    'the portal at %s has no serious fault of accessibility, and nothing sticks out',
    async (path) => {
      const { page } = await visit(options, path === '/' ? undefined : 'no', 'r1');
      await page.goto(path);
      await openAllDetails(page);
      expect(await graveViolations(page)).toEqual([]);
      expect(await overflow(page)).toBeLessThanOrEqual(0);
    },
  );

  it.each(['/', '/rollback?version=2026-11-22.01'])(
    "the operator's page at %s has no serious fault of accessibility, and nothing sticks out",
    async (path) => {
      const { page, complaints } = await visit(options);
      await page.goto(operator.url + path);
      await openAllDetails(page);
      expect(await graveViolations(page)).toEqual([]);
      expect(await overflow(page)).toBeLessThanOrEqual(0);
      expect(complaints).toEqual([]);
    },
  );
});

describe('an operator', () => {
  it('sees the page follow the run by itself, and keeps the table open, the focus, and what was scrolled', async () => {
    const { page, complaints } = await visit({ viewport: { width: 390, height: 844 } });
    await page.goto(operator.url);
    await page.getByText('As a table').click();
    const leads = `document.querySelector('[aria-label="What leads now"]').scrollLeft`;
    await page.evaluate(`${leads} = 40`);
    await page.locator('#temporal').focus();
    // The first answer is what later ones are compared with.
    await page.waitForResponse(/\/live/);
    pipeline.run = {
      ...view,
      state: 'completed',
      result: { outcome: 'already published', runDate: view.runDate, version: '2026-11-23.01' },
    };
    await page.getByText('outcome: already published').waitFor();
    expect(await page.locator('#hours-table').getAttribute('open')).not.toBeNull();
    expect(await page.evaluate('document.activeElement.id')).toBe('temporal');
    expect(await page.evaluate(leads)).toBe(40);
    expect(complaints).toEqual([]);
  });

  it('rolls back with a reason and the key, and without the key does not', async () => {
    const { page } = await visit();
    await page.goto(operator.url);
    await page.getByRole('link', { name: 'Roll back to 2026-11-22.01' }).click();
    await page.getByLabel('Why?').fill('lists were stale');
    await page.getByLabel('Key of this program').fill('a key that is made up');
    await page.getByRole('button', { name: 'Roll back' }).click();
    expect(await page.getByRole('alert').innerText()).toBe('The key is wrong. Nothing was done.');
    await page.getByLabel('Key of this program').fill('the key of the operator');
    await page.getByRole('button', { name: 'Roll back' }).click();
    await page.getByText('Live: 2026-11-22.01 (was 2026-11-23.01).').waitFor();
    expect(pipeline.ordered).toEqual([{ version: '2026-11-22.01', reason: 'lists were stale' }]);
  });
});
