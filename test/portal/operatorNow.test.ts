/** What the operator's page says of this moment: whether ingestion holds, and what leads. Over a whole pipeline: electionNight.test.ts. */
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { headlinesIn } from '../../src/clients/headlines';
import { runDateOf } from '../../src/domain/runDate';
import { earlierWeekdays } from '../../src/domain/volume';
import { CollectorPace } from '../../src/operator/collectorPace';
import type { OperatorSources } from '../../src/operator/sources';
import type { Operator } from '../../src/operator/startOperator';
import { summary } from '../support/reports';
import { beatRow, collectorMetrics, FakePipeline, freshList, runDate, startOperatorOf, view } from './operatorFixture';

const open: Operator[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((operator) => operator.close()));
});

/** The page as it looks after `change`, without its tags. */
async function pageOf(
  change: (pipeline: FakePipeline) => void | Promise<void>,
  more: Partial<OperatorSources> = {},
): Promise<string> {
  const pipeline = new FakePipeline();
  await change(pipeline);
  const operator = await startOperatorOf(Object.assign(pipeline, more));
  open.push(operator);
  const markup = await (await fetch(`${operator.url}/live`)).text();
  return markup.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
}

const unchanged = (): void => undefined;

describe('what leads now', () => {
  it('is the fresh list: headlines, places in the list before, how much of what is read they are', async () => {
    const page = await pageOf((pipeline) => {
      pipeline.popular = freshList(42, 'a1 a2 a3');
      pipeline.beats = [beatRow(42, 'a1 a2 a3'), beatRow(41, 'a2 a1', 6)];
    });
    expect(page).toMatch(/What leads now fresh The list of [\d-]+ [\d:]+ UTC, made a minute ago; the newest click/);
    expect(page).toContain(
      'the newest click that it counts was 61 s old by then. The fresh loop makes one every 5 minutes.',
    );
    expect(page).toContain('of clicks, half-life 2 min half-life 60 min first opened');
    expect(page).toContain(
      ' 1 2 The vote is counted politics 40.0 % 20.0 % 35 min before 2 1 a2 politics 20.0 % 10.0 % 70 min before 3 below 2 a3 ',
    );
    expect(page).toContain('another one led the list before');
  });

  it('tells for how many lists the first article has led', async () => {
    const led = (...tops: string[]) =>
      pageOf((pipeline) => {
        pipeline.beats = tops.map((top, at) => beatRow(42 - at, top, 1 + 5 * at));
      });
    expect(await led('a1', 'a1', 'a1', 'a2', 'a1')).toContain('The first article led the 2 lists before too.');
    expect(await led('a1', 'a1')).toContain('led the list before too, of which no older one is known');
    expect(await led('a1')).toContain('1 not known The vote is counted');
  });

  it('is as old as its beat says, when the loop lives in the time of a day that is played', async () => {
    const played = freshList(42, 'a1', 20 * 60);
    const page = await pageOf((pipeline) => {
      pipeline.popular = { ...played, expiresAt: 4_000_000_000 };
      pipeline.beats = [beatRow(42, 'a1', 2)];
    });
    expect(page).toMatch(/What leads now fresh The list of .* made 2 min ago/);
  });

  it.each([
    ['none was ever made', undefined, 'none There is no fresh list: the fresh loop has published none.'],
    ['the loop stands still', freshList(42, 'a1 a2', 16), 'old The list of '],
    ['the last one has expired', { ...freshList(42, 'a1', 181) }, 'expired There is no fresh list any more'],
    ['nobody reads', freshList(42, ''), 'The list is empty: nobody has read anything in its time.'],
  ])('says so when %s', async (_when, popular, says) => {
    const page = await pageOf((pipeline) => {
      pipeline.popular = popular;
      pipeline.beats = [];
    });
    expect(page).toContain(says);
    expect(page.includes('What leads now fresh')).toBe(says.startsWith('The list is empty'));
  });

  it('is not old one beat after another, and is after three without a list', async () => {
    const after = (minutes: number) =>
      pageOf((pipeline) => {
        pipeline.popular = freshList(42, 'a1', minutes);
        pipeline.beats = [beatRow(42, 'a1', minutes)];
      });
    expect(await after(14)).toContain('What leads now fresh');
    expect(await after(16)).toContain('None has come since.');
  });

  it('is shown without Temporal too, and names a beat that failed', async () => {
    const without = await pageOf((pipeline) => {
      pipeline.temporalFails = new Error('no connection');
    });
    expect(without).toMatch(/What leads now fresh .* Beats are not to be had: no connection .* The vote is counted/);
    const failed = await pageOf((pipeline) => {
      pipeline.beats = [{ state: 'failed', startedAtMs: Date.parse('2026-11-23T20:10:00Z') }, ...pipeline.beats];
    });
    expect(failed).toContain('The newest beat, started 2026-11-23 20:10:00 UTC, ended as failed.');
  });

  it('has ids where headlines cannot be had, and what a headline says is text', async () => {
    const page = await pageOf(unchanged, { headlines: () => Promise.reject(new Error('no such file')) });
    expect(page).toMatch(/Headlines are not to be had: no such file .* 1 2 a1 /);
    const wicked = await pageOf((pipeline) => {
      pipeline.titles = { a1: '<script>alert(1)</script>' };
    });
    expect(wicked).toContain('&#60;script&#62;alert(1)&#60;/script&#62;');
  });

  it('says why when the table does not answer, and the rest of the page is there', async () => {
    const page = await pageOf(unchanged, { fresh: { freshPopular: () => Promise.reject(new Error('no answer')) } });
    expect(page).toMatch(/What leads now Not to be had: no answer .* Live: 2026-11-23\.01/);
  });
});

describe('headlines', () => {
  it('are read again when their file has changed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'frontpage-headlines-'));
    const file = join(folder, 'catalogue.json');
    const write = (title: string): void => {
      writeFileSync(`${file}.new`, JSON.stringify({ schema: 1, site: 'S', readers: [], articles: { a1: { title } } }));
      renameSync(`${file}.new`, file);
    };
    const headlines = headlinesIn(file);
    await expect(headlines()).rejects.toThrow('no such file');
    write('before');
    expect((await headlines()).get('a1')).toBe('before');
    await new Promise((resolve) => setTimeout(resolve, 20));
    write('after');
    expect((await headlines()).get('a1')).toBe('after');
    rmSync(folder, { recursive: true });
  });
});

describe('ingestion now', () => {
  const withCollector = (change: Readonly<Record<string, number>>) =>
    pageOf(unchanged, { collectorMetrics: async () => collectorMetrics(change) });

  it('holds when clicks wait for seconds, and is behind when they wait for longer', async () => {
    expect(await withCollector({})).toContain(
      'ingestion holds Every click that was answered 202 is with the delivery stream.',
    );
    const waiting = { spool_undelivered_clicks: 1700, spool_oldest_undelivered_seconds: 9 };
    expect(await withCollector(waiting)).toContain('ingestion holds Every click that was answered 202 is with');
    expect(await withCollector({ ...waiting, spool_oldest_undelivered_seconds: 90 })).toContain(
      'or on disk: 1,700 wait there. But the delivery stream does not take clicks, the oldest has waited 90 s.',
    );
  });

  it('is behind for a minute after requests were turned away', async () => {
    const pipeline = new FakePipeline();
    let turnedAway = 3;
    const metrics = async () => collectorMetrics({ requests_unavailable_total: turnedAway });
    const operator = await startOperatorOf(Object.assign(pipeline, { collectorMetrics: metrics }));
    open.push(operator);
    const live = async () => (await fetch(`${operator.url}/live`)).text();
    expect(await live()).toContain('ingestion holds');
    turnedAway = 5;
    // Looks that are closer are one.
    await new Promise((resolve) => setTimeout(resolve, 1600));
    expect(await live()).toContain('2 requests of the last minute were turned away');
  });

  it('compares the newest hour with the one before, and with what the weekday usually brings', async () => {
    const page = await pageOf(async (pipeline) => {
      for (const day of earlierWeekdays(runDate).slice(0, 2)) await pipeline.deliver(19, 50, day);
      await pipeline.deliver(18, 100);
      await pipeline.deliver(19, 4300);
    });
    expect(page).toContain(
      'from 19:00 of 2026-11-23, collectors have acknowledged 4,300 : 43 times the hour before (100), 86 times what the whole hour usually brings (50, or 0.8 a minute).',
    );
    expect(page).toContain('A line marks what the hour usually brings on this weekday.');
  });

  it('is of today when clicks come in today, whatever day is shown, and heartbeats are no clicks', async () => {
    const today = runDateOf(Date.now());
    const of = (clicks: number) =>
      pageOf(async (pipeline) => {
        await pipeline.deliver(18, 100);
        await pipeline.deliver(0, clicks, today);
      });
    expect(await of(70)).toContain(`from 00:00 of ${today}, collectors have acknowledged 70 .`);
    expect(await of(0)).toContain('from 18:00 of 2026-11-23, collectors have acknowledged 100 .');
  });

  it('says of a day without ledgers that none tells', async () => {
    expect(await pageOf(unchanged)).toContain('No ledger tells of a click of 2026-11-23 yet.');
  });
});

describe('the ledger of a run', () => {
  const withLedger = (counts: { found: number; acknowledged: number }) =>
    pageOf((pipeline) => {
      pipeline.run = {
        ...view,
        state: 'completed',
        result: { outcome: 'published', runDate, summary: { ...summary, ledger: { spools: 1, ...counts } } },
      };
    });

  it('proves that nothing is lost, or says how much is', async () => {
    expect(await withLedger({ found: 1200, acknowledged: 1200 })).toContain(
      'nothing lost The run found each of 1,200 acknowledged clicks in the lake.',
    );
    expect(await withLedger({ found: 1190, acknowledged: 1200 })).toContain('10 missing The run found 1,190 of 1,200');
  });
});

describe('the pace of a collector', () => {
  it('is that of the last minute, and unknown until it was seen twice', () => {
    const pace = new CollectorPace();
    const take = (seconds: number, accepted: number) => pace.take(seconds * 1000, { accepted, unavailable: 0 });
    expect(take(0, 100)).toBeUndefined();
    expect(take(30, 150)?.acceptedPerMinute).toBe(100);
    expect(take(60, 160)?.acceptedPerMinute).toBe(60);
    expect(take(90, 1150)?.acceptedPerMinute).toBe(1000);
  });

  it('begins anew with a collector that was started again', () => {
    const pace = new CollectorPace();
    pace.take(0, { accepted: 5000, unavailable: 4 });
    expect(pace.take(10_000, { accepted: 10, unavailable: 0 })).toBeUndefined();
    expect(pace.take(70_000, { accepted: 110, unavailable: 1 })).toEqual({ acceptedPerMinute: 100, unavailable: 1 });
  });
});
