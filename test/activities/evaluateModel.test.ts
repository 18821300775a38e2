import { CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createEvaluateModel } from '../../src/activities/evaluateModel';
import type { EvaluatedModel, ModelInput } from '../../src/contract';
import { defaultGate, type GivenGateSettings } from '../../src/domain/gateSettings';
import { addDays, parseRunDate, type RunDate } from '../../src/domain/runDate';
import {
  articleIds,
  type GateArtefact,
  gateArtefact,
  naiveMetrics,
  naiveQuality,
  type PutOptions,
  putGateArtefact,
  shardLine,
  shuffled,
} from '../support/gateArtefact';
import { createMemoryLake } from '../support/memoryLake';
import { createMemoryTable, type MemoryTable } from '../support/memoryTable';

const runDate = parseRunDate('2026-11-23');
const yesterday = addDays(runDate, -1);
const model: ModelInput = { runDate, jobName: 'frontpage-2026-11-23-0123456789ab-a1', version: '2026-11-23.01' };

async function house(artefact: GateArtefact = gateArtefact(), options: PutOptions = {}) {
  const lake = createMemoryLake();
  const table = createMemoryTable();
  await putGateArtefact(lake, model, artefact, options);
  const evaluateModel = createEvaluateModel({ lake, table });
  const evaluate = (
    settings: GivenGateSettings = defaultGate,
    environment = new MockActivityEnvironment(),
  ): Promise<EvaluatedModel> => environment.run(evaluateModel, { ...model, settings });
  return { lake, table, evaluate };
}

interface LiveOptions {
  readonly of?: RunDate;
  readonly readers?: number;
  readonly lists?: ReadonlyMap<string, readonly string[]>;
  readonly popular?: readonly string[];
  readonly expiresAt?: number;
}

/** Makes a version live, with these lists. */
async function putLive(table: MemoryTable, options: LiveOptions = {}): Promise<void> {
  const { of = yesterday, readers = 400, lists = new Map(), popular = articleIds.slice(0, 20) } = options;
  const version = `${of}.01`;
  const { expiresAt = 4_000_000_000 } = options;
  const put = (pk: string, articles: readonly string[]): void => {
    const list = { pk, sk: `v#${version}`, articles: articles.join(' '), expiresAt };
    table.lists.set(`${pk}|${list.sk}`, list);
  };
  for (const [reader, list] of lists) put(`u#${reader}`, list);
  if (popular.length > 0) put('list#popular', popular);
  const record = { version, runDate: of, items: readers + 1, readers, modelUri: 's3://lake/x', publishedAt: '' };
  await table.recordVersion(record, 0);
  table.pointer = { version, runDate: of, publishedAt: '', reason: '' };
}

function failedNames({ decision }: EvaluatedModel): string[] {
  return [...decision.checks, ...(decision.guards ?? [])].filter(({ passed }) => !passed).map(({ name }) => name);
}

describe('evaluateModel', () => {
  it('measures the candidate again from the holdout, and accepts one that is good and whole', async () => {
    const artefact = gateArtefact();
    const { evaluate } = await house(artefact);
    const evaluated = await evaluate();
    expect(failedNames(evaluated)).toEqual([]);
    expect(evaluated).toMatchObject({
      decision: { accepted: true, verdict: 'accepted' },
      readers: 400,
      items: 401,
      shards: 3,
    });
    const { candidate, popular } = naiveMetrics(artefact);
    expect(evaluated.quality.candidate.recallAt10).toBeCloseTo(candidate.recallAt10, 12);
    expect(evaluated.quality.candidate.ndcgAt10).toBeCloseTo(candidate.ndcgAt10, 12);
    expect(evaluated.quality.popular.recallAt10).toBeCloseTo(popular.recallAt10, 12);
    expect(evaluated.decision.comparisons?.map(({ metric, against, superior }) => [metric, against, superior])).toEqual(
      [
        ['recall@10', 'recent popularity', true],
        ['NDCG@10', 'recent popularity', true],
      ],
    );
  });

  it('gives the same when it runs again', async () => {
    const { evaluate, table } = await house();
    await putLive(table);
    expect(await evaluate()).toEqual(await evaluate());
  });

  it('judges by the defaults what a run of before did not set', async () => {
    const { evaluate } = await house();
    const { recallFloor, popularityMargin, minEvaluationReaders, minReadersShare } = defaultGate;
    const before = { recallFloor, popularityMargin, minEvaluationReaders, minReadersShare };
    expect(await evaluate(before)).toEqual(await evaluate(defaultGate));
  });

  it('tells that it is alive, and ends when it is cancelled', async () => {
    const { evaluate } = await house();
    const environment = new MockActivityEnvironment();
    let heartbeats = 0;
    environment.on('heartbeat', () => {
      heartbeats += 1;
      if (heartbeats === 5) environment.cancel();
    });
    await expect(evaluate(defaultGate, environment)).rejects.toBeInstanceOf(CancelledFailure);
    expect(heartbeats).toBe(5);
  });

  it('refuses a set with too few readers against the live one', async () => {
    const { evaluate, table } = await house();
    await putLive(table, { readers: 600 });
    const evaluated = await evaluate();
    expect(failedNames(evaluated)).toEqual(['readers against the live set']);
    expect(evaluated.decision.verdict).toBe('rejected');
  });

  it('asks a human about a candidate whose readers cannot tell whether it is too bad', async () => {
    const artefact = shuffled(gateArtefact());
    const { candidate, popular } = naiveMetrics(artefact);
    const { evaluate } = await house(artefact);
    // The bound lies where the candidate is.
    const { decision } = await evaluate({
      popularityMargin: 1 - candidate.ndcgAt10 / popular.ndcgAt10,
      championMargin: 1,
    });
    expect(decision).toMatchObject({ accepted: false, verdict: 'borderline' });
    expect(decision.checks.find(({ name }) => name === 'NDCG@10 against recent popularity')).toMatchObject({
      passed: false,
      inDoubt: true,
    });
  });
});

describe('evaluateModel, of the live set', () => {
  const artefact = gateArtefact();
  const half = artefact.holdout.slice(0, 200);
  const lists = new Map(half.map(({ reader, opened }) => [reader, [opened[0] ?? '', ...articleIds.slice(40, 59)]]));

  it('tells how well it predicted the same clicks, by its own lists where readers have them, else by its popular list', async () => {
    const { evaluate, table } = await house(artefact);
    await putLive(table, { lists, popular: articleIds.slice(5, 25) });
    const { quality, decision } = await evaluate();
    const naive = naiveQuality(
      artefact.holdout.map(({ reader, read, opened }) => ({
        list: [...(lists.get(reader) ?? articleIds.slice(5, 25))].filter((id) => !read.includes(id)).slice(0, 10),
        opened,
      })),
    );
    expect(quality.champion).toMatchObject({ version: '2026-11-22.01', readers: 400, readersWithList: 200 });
    expect(quality.champion?.recallAt10).toBeCloseTo(naive.recallAt10, 12);
    expect(quality.champion?.ndcgAt10).toBeCloseTo(naive.ndcgAt10, 12);
    expect(decision.checks.map(({ name }) => name)).toContain('recall@10 against the live set');
    expect(decision.notes).toEqual([]);
  });

  it('refuses a candidate that is worse than it', async () => {
    const all = new Map(artefact.holdout.map(({ reader, opened }) => [reader, opened]));
    const { evaluate, table } = await house(artefact);
    await putLive(table, { lists: all });
    const evaluated = await evaluate();
    expect(failedNames(evaluated)).toEqual(['recall@10 against the live set', 'NDCG@10 against the live set']);
    expect(evaluated.decision.verdict).toBe('rejected');
  });

  it('gives a reader nothing that the reader had read by then', async () => {
    const withRead = artefact.holdout.map((row) => ({ ...row, read: ['a29'] }));
    const { evaluate, table } = await house({ ...artefact, holdout: withRead });
    // The eleventh article moves up where the first was read.
    await putLive(table, { popular: ['a29', ...Array.from({ length: 9 }, (_, i) => `z${i}`), 'a00'] });
    const { quality } = await evaluate();
    const hits = withRead.filter(({ opened }) => opened.includes('a00'));
    const expected = hits.reduce((sum, { opened }) => sum + 1 / opened.length, 0) / withRead.length;
    expect(hits.length).toBeGreaterThan(0);
    expect(quality.champion?.recallAt10).toBeCloseTo(expected, 12);
  });

  it.each<[string, (table: MemoryTable) => Promise<void>, string]>([
    ['nothing is live', async () => undefined, 'nothing is live yet'],
    ['it is of the same day', (table) => putLive(table, { of: runDate }), 'has learned from the holdout itself'],
    ['its lists have expired', (table) => putLive(table, { lists, expiresAt: 1000 }), 'has no popular list'],
  ])('says why it compares with none when %s', async (_what, prepare, why) => {
    const { evaluate, table } = await house(artefact);
    await prepare(table);
    const { decision, quality } = await evaluate();
    expect(decision.notes).toEqual([expect.stringContaining(why)]);
    expect(quality).not.toHaveProperty('champion');
    expect(decision.accepted).toBe(true);
    expect(decision.checks.map(({ name }) => name)).not.toContain('recall@10 against the live set');
  });

  it('reads its lists in batches that the table takes', async () => {
    const { evaluate, table } = await house(artefact);
    await putLive(table, { lists });
    const sizes: number[] = [];
    const read = table.read.bind(table);
    table.read = async (keys) => {
      sizes.push(keys.length);
      return read(keys);
    };
    await evaluate();
    expect(sizes).toEqual([1, 100, 100, 100, 100]);
  });
});

describe('evaluateModel, of an artefact that is not what it says', () => {
  const good = gateArtefact();
  const told = naiveMetrics(good);

  async function refusalOf(artefact: GateArtefact, options: PutOptions = {}): Promise<string> {
    const { evaluate } = await house(artefact, options);
    const error: unknown = await evaluate().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ type: 'ModelArtefactInvalid', nonRetryable: true });
    return error instanceof Error ? error.message : '';
  }

  it.each([
    ['recall@10 of the candidate', { candidate: { ...told.candidate, recallAt10: told.candidate.recallAt10 + 2e-6 } }],
    ['NDCG@10 of the candidate', { candidate: { ...told.candidate, ndcgAt10: told.candidate.ndcgAt10 - 2e-6 } }],
    ['recall@10 of popularity', { popular: { ...told.popular, recallAt10: told.popular.recallAt10 + 2e-6 } }],
    ['NDCG@10 of popularity', { popular: { ...told.popular, ndcgAt10: told.popular.ndcgAt10 - 2e-6 } }],
    ['readers', { readers: 401 }],
    ['clicks', { clicks: told.clicks - 1 }],
  ])('refuses metrics that do not follow from the holdout: %s', async (name, evaluation) => {
    expect(await refusalOf(good, { evaluation })).toMatch(
      new RegExp(`they say ${name} [\\d.]+ and not [\\d.]+ \\[job=`),
    );
  });

  it('takes metrics that differ by less than a millionth', async () => {
    const candidate = { ...told.candidate, recallAt10: told.candidate.recallAt10 + 5e-7 };
    const { evaluate } = await house(good, { evaluation: { candidate } });
    expect((await evaluate()).decision.accepted).toBe(true);
  });

  it('refuses one without a holdout: nobody could check it', async () => {
    expect(await refusalOf(good, { withoutHoldout: true })).toContain('lists no holdout');
  });

  it.each<[string, GateArtefact['holdout'], string]>([
    ['a reader twice', [...good.holdout.slice(0, 3), ...good.holdout.slice(2)], 'line 5: r00002 is not after r00002'],
    ['a reader out of order', good.holdout.toReversed(), 'is not after'],
    ['a list that holds what was read', good.holdout.map((row) => ({ ...row, read: ['a00'] })), 'had read a00'],
  ])('refuses a holdout with %s', async (_what, holdout, reason) => {
    const message = await refusalOf({ ...good, holdout });
    expect(message).toContain(reason);
    expect(message).toContain('[file=holdout.ndjson.gz]');
  });

  it('refuses a holdout of more readers than it holds in memory', async () => {
    const many = Array.from({ length: 20_001 }, (_, index) => ({
      ...(good.holdout[index % 400] ?? { list: [], read: [], opened: ['a00'] }),
      reader: `r${String(index).padStart(5, '0')}`,
    }));
    expect(await refusalOf({ ...good, holdout: many })).toContain('20001 readers, more than 20000');
  });

  it('refuses a set with other readers than its manifest counts', async () => {
    expect(await refusalOf(good, { extraShardLines: [shardLine(model, 'u#nobody', ['a00'])] })).toContain(
      'lists for 401 readers, the manifest says 400',
    );
  });

  it('refuses a shard of another version', async () => {
    const line = shardLine({ ...model, version: '2026-11-22.01' }, 'list#section#sport', ['a00']);
    expect(await refusalOf(good, { extraShardLines: [line] })).toContain("sk is 'v#2026-11-22.01'");
  });

  it('refuses an artefact of another run', async () => {
    const { lake, table } = await house(good);
    const evaluateModel = createEvaluateModel({ lake, table });
    const input = { ...model, version: '2026-11-23.02', settings: defaultGate };
    await expect(new MockActivityEnvironment().run(evaluateModel, input)).rejects.toMatchObject({
      type: 'ModelArtefactInvalid',
    });
  });

  it('refuses a catalogue without times', async () => {
    const catalogue = new Map([...(good.catalogue ?? [])].map(([id]) => [id, Number.NaN]));
    expect(await refusalOf({ ...good, catalogue })).toContain('firstSeenMs is missing');
  });

  it('rejects what no reader was there to measure', async () => {
    const nothing = { recallAt10: 0, ndcgAt10: 0 };
    const { evaluate } = await house(
      { ...good, holdout: [] },
      { evaluation: { candidate: nothing, popular: nothing } },
    );
    const evaluated = await evaluate();
    expect(evaluated.decision.verdict).toBe('rejected');
    expect(failedNames(evaluated)).toEqual(['evaluation readers', 'recall@10 against the floor']);
  });

  it('says what it cannot judge without a catalogue', async () => {
    const { popular, holdout, lists } = good;
    const { evaluate } = await house({ popular, holdout, lists });
    const { decision } = await evaluate();
    expect(decision.notes).toContainEqual(expect.stringContaining('has no catalogue'));
    expect(decision.accepted).toBe(true);
  });
});
