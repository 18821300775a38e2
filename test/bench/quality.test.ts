import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Quality } from '../../bench/quality/measure';
import { clickLine } from '../../src/domain/click';
import { randomNumbers, seededState } from '../../src/domain/random';

const startMs = Date.UTC(2026, 10, 20);
const minuteMs = 60_000;
const days = 3;

let dir: string;

/** Three days on which everybody opens one of the newest articles, and then the one that follows it. */
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'frontpage-quality-test-'));
  const next = randomNumbers(seededState(1));
  const lines = Array.from({ length: days }, (): string[] => []);
  for (let visit = 0; visit < 9000; visit++) {
    const minute = next() % (days * 1440 - 10);
    const newest = Math.floor(minute / 30);
    const opened = newest - (next() % 20);
    const user_id = `r${next() % 1500}`;
    for (const [step, article] of [opened, opened - 40].entries()) {
      const atMs = startMs + (minute + step) * minuteMs + (next() % minuteMs);
      const click = { user_id, article_id: `a${article + 100}`, occurred_at: new Date(atMs).toISOString() };
      lines[Math.floor((atMs - startMs) / 86_400_000)]?.push(clickLine({ event_id: `e${visit}-${step}`, ...click }));
    }
  }
  for (const [day, text] of lines.entries()) {
    const folder = join(dir, `dt=2026-11-${20 + day}`);
    await mkdir(folder);
    await writeFile(join(folder, 'clicks.ndjson'), text.join(''));
  }
});
afterAll(() => rm(dir, { recursive: true }));

async function bench(...args: string[]): Promise<Quality & Record<string, unknown>> {
  const program = join(__dirname, '..', '..', 'bench', 'quality.ts');
  const node = ['--no-warnings', '--import', require.resolve('tsx'), program, '--clicks', dir, '--json', ...args];
  const { stdout } = await promisify(execFile)(process.execPath, node);
  return JSON.parse(stdout);
}

const span = ['--history-until', '2026-11-22T12:00:00Z', '--until', '2026-11-22T18:00:00Z'];

describe('bench:quality', () => {
  it('measures each method with intervals, with lists of the real trainer for the nightly ones', async () => {
    const quality = await bench(...span);
    expect(Object.keys(quality.figures.next)).toEqual([
      'nightlyPopular',
      'nightlyPersonal',
      'popular1h',
      'freshPopular',
      'coVisitation',
      'served',
    ]);
    const { freshPopular, coVisitation, served } = quality.figures.next;
    // Half a day after midnight none of the night's articles is opened any more; the article that follows has no equal.
    expect(quality.figures.first.nightlyPopular?.hitAt10.value).toBeLessThan(0.05);
    expect(freshPopular?.hitAt10.value).toBeGreaterThan(0.1);
    expect(coVisitation?.hitAt10.low).toBeGreaterThan(freshPopular?.hitAt10.high ?? 1);
    expect(served?.hitAt10.low).toBeGreaterThan(freshPopular?.hitAt10.high ?? 1);
    expect(quality.servedOverFreshPopular.next.hitAt10.low).toBeGreaterThan(1.12);
    expect(quality.clicks.first + quality.clicks.next).toBe(quality.clicks.all);
    expect(quality.ceiling).toBeGreaterThan(0.9);
    expect(quality.days).toHaveLength(1);
    expect(quality.days[0]?.clicks).toEqual(quality.clicks);
    expect(quality['choice']).toMatchObject({ next: { fitted: true } });
  }, 300_000);

  it('leaves the nightly methods out on request, and splits the span into days', async () => {
    const { figures, days: byDay } = await bench(
      '--history-until',
      '2026-11-21T12:00:00Z',
      '--until',
      '2026-11-22T18:00:00Z',
      '--no-nightly',
    );
    expect(Object.keys(figures.all)).toEqual(['popular1h', 'freshPopular', 'coVisitation', 'served']);
    expect(byDay.map(({ from }) => from)).toEqual(['2026-11-21T12:00:00.000Z', '2026-11-22T12:00:00.000Z']);
  }, 120_000);

  it.each([
    [
      '--until must be after --history-until',
      ['--history-until', '2026-11-22T12:00:00Z', '--until', '2026-11-21T12:00:00Z'],
    ],
    ['It must be a UTC time', ['--history-until', '2026-11-22', '--until', '2026-11-23T00:00:00Z']],
    ['no clicks before or after', ['--history-until', '2026-12-01T00:00:00Z', '--until', '2026-12-02T00:00:00Z']],
  ])('refuses a span that cannot be judged: %s', async (message, args) => {
    await expect(bench(...args)).rejects.toThrow(message);
  });
});
