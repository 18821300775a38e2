import { MockActivityEnvironment } from '@temporalio/testing';
import { createChooseBlend } from '../../src/activities/chooseBlend';
import type { ChooseBlendInput, ChosenBlend } from '../../src/contract';
import { defaultBlendWeights } from '../../src/domain/blendWeights';
import { defaultFreshSettings } from '../../src/domain/freshSettings';
import { partitionManifestKey } from '../../src/domain/keys';
import { randomNumbers, seededState } from '../../src/domain/random';
import { addDays, endOfDayMs, parseRunDate } from '../../src/domain/runDate';
import { clickKey, clickObject, type TestClick } from '../support/clickObjects';
import { type GateArtefact, putGateArtefact } from '../support/gateArtefact';
import { createMemoryLake } from '../support/memoryLake';
import { createMemoryTable } from '../support/memoryTable';

const runDate = parseRunDate('2026-11-23');
const minuteMs = 60_000;
const cutMs = endOfDayMs(runDate) - 6 * 60 * minuteMs;
const readers = Array.from({ length: 600 }, (_, index) => `r${String(index).padStart(4, '0')}`);
const random = randomNumbers(seededState(5));
/** What each reader comes for, and when. */
const wishes = readers.map((reader) => ({ reader, article: random() % 60, minute: random() % 340 }));
const article = (number: number): string => `a${number % 60}`;
const input: ChooseBlendInput = {
  runDate,
  jobName: 'frontpage-2026-11-23-0123456789ab-a1',
  version: '2026-11-23.01',
  blend: { everyMinutes: 5, deliverySeconds: 90, lists: defaultFreshSettings },
};

/** In the holdout each reader opens an article of their own, and then the one after it. */
const clicks: TestClick[] = wishes.flatMap(({ reader, article: wish, minute }, index) => {
  const atMs = cutMs + minute * minuteMs + index;
  return [
    { user: `early-${reader}`, article: article(wish), atMs: cutMs - 2 * 60 * minuteMs + index },
    { user: reader, article: article(wish), atMs },
    { user: reader, article: article(wish + 1), atMs: atMs + minuteMs },
  ];
});

/** Lists that name each reader's article, or somebody else's. */
function artefact(offset: number): GateArtefact {
  return {
    popular: Array.from({ length: 20 }, (_, index) => article(index)),
    holdout: wishes.map(({ reader, article: wish }) => ({
      reader,
      list: [article(wish + offset)],
      read: [],
      opened: [article(wish), article(wish + 1)],
    })),
    lists: new Map(wishes.map(({ reader, article: wish }) => [reader, [article(wish + offset)]])),
  };
}

async function house({ offset = 0, objects = [clicks] as readonly (readonly TestClick[])[] } = {}) {
  const lake = createMemoryLake();
  const table = createMemoryTable();
  await putGateArtefact(lake, input, artefact(offset));
  const entries = [];
  for (const [index, part] of objects.entries()) {
    const key = clickKey(cutMs, `part-${index}`);
    const body = clickObject(part);
    await lake.put(key, body);
    entries.push({ key, etag: '"x"', sizeBytes: body.length });
  }
  const frozen = { schema: 1, runDate, clicks: entries, interactions: [], ledgers: [] };
  await lake.put(partitionManifestKey(runDate), JSON.stringify(frozen));
  const choose = (): Promise<ChosenBlend> =>
    new MockActivityEnvironment().run(createChooseBlend({ lake, table }), input);
  return { lake, table, entries, choose };
}

describe('chooseBlend', () => {
  it('gives lists that name what their readers open a weight, and says what they add', async () => {
    const { choose } = await house();
    const { weights, first, clicks: replayed, readersOneIn } = await choose();
    expect(first.personalKept).toBe(true);
    expect(first.personalGain.hitAt10.low).toBeGreaterThan(0.2);
    expect(weights.first.personal).toBeGreaterThan(0.5);
    expect({ replayed, readersOneIn }).toEqual({ replayed: clicks.length, readersOneIn: 1 });
  });

  it('gives lists that name what others open no weight', async () => {
    const { choose } = await house({ offset: 30 });
    const { weights, first, next } = await choose();
    expect([first.personalKept, next.personalKept]).toEqual([false, false]);
    expect([weights.first.personal, weights.next.personal]).toEqual([0, 0]);
  });

  it('compares with the set that is live, blended as it is', async () => {
    const { choose, table } = await house();
    const version = `${addDays(runDate, -1)}.01`;
    const inUse = { ...defaultBlendWeights, first: { ...defaultBlendWeights.first, personal: 5 } };
    const put = (pk: string, articles: string): void => {
      table.lists.set(`${pk}|v#${version}`, { pk, sk: `v#${version}`, articles, expiresAt: 4_000_000_000 });
    };
    put('list#popular', 'a1');
    for (const { reader, article: wish } of wishes) put(`u#${reader}`, article(wish + 30));
    const record = { version, runDate: addDays(runDate, -1), items: 601, readers: 600, modelUri: '', publishedAt: '' };
    await table.recordVersion({ ...record, blend: JSON.stringify(inUse) }, 0);
    table.pointer = { version, runDate: addDays(runDate, -1), publishedAt: '', reason: '' };
    const { first } = await choose();
    expect(first.overRival?.hitAt10.low).toBeGreaterThan(1.5);
  });

  it('replays the same clicks in whatever objects they lie', async () => {
    const halves = [clicks.filter((_, index) => index % 2 === 1), clicks.filter((_, index) => index % 2 === 0)];
    const [whole, split] = [await house(), await house({ objects: halves })];
    expect(await split.choose()).toEqual(await whole.choose());
  });

  it('names an object that cannot be read', async () => {
    const { choose, lake, entries } = await house();
    const key = entries[0]?.key ?? '';
    await lake.put(key, Buffer.from('no gzip'));
    await expect(choose()).rejects.toMatchObject({ type: 'ClickObjectCorrupt', message: expect.stringContaining(key) });
  });
});
