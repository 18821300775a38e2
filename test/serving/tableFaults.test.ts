/** The serving API and its reader over real HTTP on both sides, before a DynamoDB that is slow, down, throttled or damaged. */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { createDynamoDbRecommendationReader } from '../../src/clients/recommendationReader.dynamodb';
import { formatPopular } from '../../src/domain/freshItem';
import { type Serving, type ServingOptions, startServing } from '../../src/serving/startServing';
import { judgeReads, type Move, type Read } from '../support/readHistory';
import { type Reply, ScriptedDynamoDb } from '../support/scriptedDynamoDb';
import { popularTable } from './fakeReader';

const version = '2026-11-23.01';
const throttled: Reply = { kind: 'error', status: 400, type: 'ProvisionedThroughputExceededException' };
const stored: Reply = { kind: 'stored' };
const answerSchema = z.object({
  version: z.string(),
  tier: z.enum(['personal', 'popular']),
  articles: z.array(z.string()),
  degraded: z.literal(true).optional(),
});
/** Never reached by an answer that does not wait for the table, and long for a machine that is busy with other tests. */
const ampleMs = 10_000;

const table = new ScriptedDynamoDb();
let serving: Serving | undefined;

async function start(options: Partial<ServingOptions> = {}): Promise<void> {
  const endpoint = {
    region: 'us-east-1',
    endpoint: table.endpoint,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  const budgetMs = options.budgetMs ?? ampleMs;
  serving = await startServing({
    host: '127.0.0.1',
    port: 0,
    reader: createDynamoDbRecommendationReader('lists', endpoint, { readerListMs: budgetMs, sharedMs: ampleMs }),
    pointerCacheSeconds: 60,
    budgetMs,
    logLevel: 'silent',
    ...options,
  });
}

async function ask(user: string): Promise<z.infer<typeof answerSchema>> {
  const response = await fetch(`${serving?.url}/v1/users/${user}/recommendations`);
  return answerSchema.parse(await response.json());
}

beforeEach(async () => {
  await table.start();
  table.script = () => stored;
  table.calls.length = 0;
  table.putPointer(version);
  table.putList('list#popular', version, 'p1 p2');
  for (let reader = 0; reader < 100; reader++) table.putList(`u#r${reader}`, version, `a${reader}`);
});

afterEach(async () => {
  await serving?.close();
  await table.stop();
});

/** Asks until the answer is not degraded; the test's own time limit ends a vain wait. */
async function askUntilWhole(user: string): Promise<z.infer<typeof answerSchema>> {
  for (;;) {
    const answer = await ask(user);
    if (answer.degraded !== true) return answer;
    await sleep(10);
  }
}

const degradedAnswer = { version, tier: 'popular', articles: ['p1', 'p2'], degraded: true };
const wholeAnswer = { version, tier: 'personal', articles: ['a1', 'p1', 'p2'] };
const quickRule = {
  windowMs: 60_000,
  minCalls: 3,
  maxFailureShare: 0.5,
  pauseMs: 20,
  maxPauseMs: 20,
  probes: 2,
  probeMs: ampleMs,
};

describe('serving before a table that misbehaves', () => {
  it('answers with the last popular list when the table says nothing, and with the own list once it does', async () => {
    await start({ budgetMs: 40 });
    table.script = () => ({ kind: 'nothing' });
    expect(await ask('r1')).toEqual(degradedAnswer);
    table.script = () => stored;
    expect(await askUntilWhole('r1')).toEqual(wholeAnswer);
  });

  it('leaves a table alone that is down, and recovers by probes when it is back', async () => {
    await start({ budgetMs: 1000, circuitRule: { ...quickRule, pauseMs: ampleMs } });
    await table.stop();
    for (let request = 0; request < 5; request++) expect(await ask('r1')).toEqual(degradedAnswer);
    await table.start();
    table.calls.length = 0;
    expect(await ask('r1')).toEqual(degradedAnswer);
    expect(table.calls).toEqual([]);
    await serving?.close();

    await start({ budgetMs: 1000, circuitRule: quickRule });
    await table.stop();
    for (let request = 0; request < 5; request++) expect(await ask('r1')).toEqual(degradedAnswer);
    await table.start();
    expect(await askUntilWhole('r1')).toEqual(wholeAnswer);
  });

  it('tries a throttled read once more, and answers without the own list when that is throttled too', async () => {
    await start();
    table.script = (_call, index) => (index === 0 ? throttled : stored);
    table.calls.length = 0;
    expect(await ask('r1')).toEqual(wholeAnswer);
    table.script = () => throttled;
    table.calls.length = 0;
    expect(await ask('r1')).toEqual(degradedAnswer);
    expect(table.calls).toHaveLength(2);
  });

  it.each<[string, Reply]>([
    ['a damaged', { kind: 'corrupt' }],
    ['a truncated', { kind: 'truncated' }],
    ['a failed', { kind: 'error', status: 500, type: 'InternalServerError' }],
  ])('asks again after %s answer', async (_what, reply) => {
    await start();
    table.script = (_call, index) => (index === 0 ? reply : stored);
    table.calls.length = 0;
    expect(await ask('r1')).toEqual(wholeAnswer);
    expect(table.calls).toHaveLength(2);
  });

  it('serves no mixed answer, no absent list and no version that goes backward while sets come and go under faults', async () => {
    await start({ budgetMs: 250, pointerCacheSeconds: 0.05, circuitRule: { ...quickRule, minCalls: 30 } });
    const random = seeded(2026);
    table.script = () => {
      const dice = random();
      if (dice < 0.03) return throttled;
      if (dice < 0.05) return { kind: 'corrupt' };
      if (dice < 0.06) return { kind: 'nothing' };
      return dice < 0.3 ? { kind: 'stored', afterMs: random() * 30 } : stored;
    };
    const moves: Move[] = [{ kind: 'publish', version, startedAtMs: 0, endedAtMs: 0 }];
    const reads: Read[] = [];
    /** Own lists of each version so far. */
    const seen = new Map<string, number>();
    const publishing = new AbortController();

    const client = async (name: string): Promise<void> => {
      while (!publishing.signal.aborted) {
        const user = readers[Math.floor(random() * readers.length)] ?? '';
        const invokedAtMs = performance.now();
        const answer = await ask(user);
        const read = readOf(answer, user, { client: name, invokedAtMs, returnedAtMs: performance.now() });
        reads.push(read);
        if (read.status === 'own') seen.set(read.version, (seen.get(read.version) ?? 0) + 1);
      }
    };
    /** Moves the pointer, and waits until clients have seen enough of the version. */
    const move = async (kind: Move['kind'], to: string): Promise<void> => {
      const startedAtMs = performance.now();
      table.putPointer(to);
      moves.push({ kind, version: to, startedAtMs, endedAtMs: performance.now() });
      const before = seen.get(to) ?? 0;
      while ((seen.get(to) ?? 0) < before + 15) await sleep(5);
    };

    const clients = Promise.all(Array.from({ length: 8 }, (_, index) => client(String(index))));
    for (const [index, next] of published.entries()) {
      for (const user of readers) if (has(next, user)) table.putList(`u#${user}`, next, listOf(next, user).join(' '));
      table.putList('list#popular', next, `${next}:p:1 ${next}:p:2`);
      await move('publish', next);
      const before = published[index - 1];
      if (index % 3 === 2 && before !== undefined) {
        await move('rollback', before);
        await move('publish', next);
      }
      // The version before the live one is kept, as the sweep keeps it.
      const swept = published[index - 2];
      if (swept !== undefined) {
        for (const user of readers) table.delete(`u#${user}`, `v#${swept}`);
        table.delete('list#popular', `v#${swept}`);
      }
    }
    publishing.abort();
    await clients;

    // How long a look at the pointer takes is a matter of the machine; bench:serve judges that.
    const verdict = judgeReads({ moves, reads }, { hashOf, cacheMs: Number.POSITIVE_INFINITY });
    expect(verdict.examples).toEqual([]);
    expect(verdict).toMatchObject({ mixedVersions: 0, missingLists: 0, backwardReads: 0, refused: 0 });
  });
});

describe('serving before a table whose fresh items misbehave', () => {
  const fresh = { cacheSeconds: 60, maxAgeSeconds: 900 };
  const freshItem = (list: string) => ({
    list: { S: list },
    beat: { N: '7' },
    at: { N: String(Date.now()) },
    expires_at: { N: '4000000000' },
  });
  const get = async (path: string): Promise<Response> => fetch(`${serving?.url}${path}`);

  it('blends without the next list that is throttled again and again, and the personal list is whole', async () => {
    table.put('fresh#popular', 'now', freshItem(formatPopular(popularTable('f1 f2'))));
    table.put('next#c1', 'now', freshItem('n1:0.5'));
    await start({ fresh });
    table.script = () => ({ kind: 'unprocessed', keys: ['next#c1 now'] });
    table.calls.length = 0;
    const answer: unknown = await (await get('/v1/users/r1/recommendations?current=c1')).json();
    expect(answer).toMatchObject({ version, tier: 'fresh', missing: ['next'] });
    expect(answer).not.toHaveProperty('degraded');
    expect(answer).toHaveProperty('articles', expect.arrayContaining(['a1', 'f1', 'f2', 'p1', 'p2']));
    // Reads that a serving of an earlier test had given up on may still come in.
    const asked = table.calls.map(({ keys }) => keys).filter((keys) => keys.includes('next#c1 now'));
    expect(asked).toEqual([[`u#r1 v#${version}`, 'next#c1 now'], ['next#c1 now']]);
  });

  it('answers as without fresh lists when their item cannot be read, and counts that', async () => {
    table.put('fresh#popular', 'now', freshItem('damaged'));
    await start({ fresh });
    expect(await (await get('/v1/users/r1/recommendations?current=c1')).json()).toEqual({ user: 'r1', ...wholeAnswer });
    expect(await (await get('/metrics')).text()).toContain('frontpage_serving_unreadable_total 1\n');
  });
});

const published = Array.from({ length: 6 }, (_, index) => `2026-11-${String(10 + index)}.01`);
const readers = Array.from({ length: 40 }, (_, index) => `r${index}`);
const listOf = (of: string, user: string): string[] => [`${of}:${user}:1`, `${of}:${user}:2`];
/** Every fifth reader has no list in every third version. */
const has = (of: string, user: string): boolean => published.indexOf(of) % 3 !== 0 || Number(user.slice(1)) % 5 !== 0;

function hashOf(of: string, user: string): string | undefined {
  if (of === version) return hash([`a${user.slice(1)}`]);
  return has(of, user) ? hash(listOf(of, user)) : undefined;
}

function readOf(
  answer: z.infer<typeof answerSchema>,
  user: string,
  times: Pick<Read, 'client' | 'invokedAtMs' | 'returnedAtMs'>,
): Read {
  const own = answer.articles.filter((id) => !/^(p\d|.*:p:\d)$/.test(id));
  if (answer.degraded === true) return { ...times, status: 'degraded', version: answer.version };
  // Popular articles fill the list up, and must be of its version too.
  const foreign = answer.articles.find((id) => id.includes(':') && !id.startsWith(`${answer.version}:`));
  const status = answer.tier === 'personal' ? 'own' : 'absent';
  return { ...times, status, user, version: answer.version, hash: foreign ?? hash(own) };
}

const hash = (articles: readonly string[]): string => createHash('sha256').update(articles.join(' ')).digest('hex');

/** Park and Miller's generator: the same faults each time. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
