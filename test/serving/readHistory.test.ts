/** The checker is itself checked: it accepts what serving may do, and catches each way in which it may fail. */
import { judgeReads, type Move, type Read, type Truth } from '../support/readHistory';

const users = Array.from({ length: 20 }, (_, index) => `r${index}`);
const hashOf = (version: string, user: string): string | undefined =>
  user === 'r0' && version === 'v1' ? undefined : `${version} of ${user}`;
const truth: Truth = { hashOf, cacheMs: 500 };

/** Published 0: v1, 10 s: v2, 20 s: v3, rolled back to v2 at 30 s. Each move takes 10 ms. */
const moves: readonly Move[] = [
  { kind: 'publish', version: 'v1', startedAtMs: 0, endedAtMs: 10 },
  { kind: 'publish', version: 'v2', startedAtMs: 10_000, endedAtMs: 10_010 },
  { kind: 'publish', version: 'v3', startedAtMs: 20_000, endedAtMs: 20_010 },
  { kind: 'rollback', version: 'v2', startedAtMs: 30_000, endedAtMs: 30_010 },
];

/** What a serving process answers that looks at the pointer every 400 ms. */
function servedVersion(atMs: number): string {
  const lookedAtMs = Math.max(10, Math.floor(atMs / 400) * 400);
  return moves.findLast(({ endedAtMs }) => endedAtMs <= lookedAtMs)?.version ?? '';
}

function answer(client: string, user: string, atMs: number, version = servedVersion(atMs)): Read {
  const hash = hashOf(version, user);
  const times = { client, invokedAtMs: atMs, returnedAtMs: atMs + 5 };
  return hash === undefined
    ? { ...times, status: 'absent', user, version, hash: '' }
    : { ...times, status: 'own', user, version, hash };
}

/** Four clients that each ask every 10 ms for 40 s. */
function cleanReads(): Read[] {
  return ['c1', 'c2', 'c3', 'c4'].flatMap((client, clientIndex) =>
    Array.from({ length: 3990 }, (_, index) => {
      const user = users[(index * 7 + clientIndex) % users.length] ?? '';
      return answer(client, user, 20 + index * 10 + clientIndex);
    }),
  );
}

const clean = cleanReads();

/** The clean history with other answers in it. */
function judge(change: (read: Read) => Read, ...more: Read[]) {
  return judgeReads({ moves, reads: [...clean.map(change), ...more] }, truth);
}

const at = (read: Read, fromMs: number, toMs: number): boolean => read.invokedAtMs >= fromMs && read.invokedAtMs < toMs;
type Answer = Extract<Read, { status: 'own' | 'absent' }>;
const isAnswer = (read: Read): read is Answer => read.status === 'own' || read.status === 'absent';
const same = (read: Read): Read => read;
const none = { mixedVersions: 0, missingLists: 0, backwardReads: 0 };

describe('the checker of reads', () => {
  it('accepts a clean history with its publishes, its rollback, and versions that end a little late', () => {
    expect(judge(same)).toEqual({ reads: 15_960, degraded: 0, refused: 0, ...none, examples: [] });
  });

  it('accepts degraded answers of an old version, answers of none, and refusals', () => {
    const verdict = judge((read) => {
      const times = { client: read.client, invokedAtMs: read.invokedAtMs, returnedAtMs: read.returnedAtMs };
      if (at(read, 10_000, 15_000)) return { ...times, status: 'degraded', version: 'v1' };
      if (at(read, 15_000, 15_100)) return { ...times, status: 'degraded', version: null };
      return at(read, 15_100, 15_200) ? { ...times, status: 'refused' } : read;
    });
    expect(verdict).toMatchObject({ degraded: 2040, refused: 40, ...none });
  });

  it('catches a pointer that moved before the load had ended', () => {
    const missing = new Set(['r3', 'r4']);
    const verdict = judge((read) =>
      isAnswer(read) && read.version === 'v2' && at(read, 10_000, 11_000) && missing.has(read.user)
        ? { ...read, status: 'absent', hash: '' }
        : read,
    );
    expect(verdict).toMatchObject({ ...none, missingLists: expect.any(Number) });
    expect(verdict.missingLists).toBeGreaterThan(0);
  });

  it('catches an item of another version', () => {
    const verdict = judge((read) =>
      isAnswer(read) && read.version === 'v2' && at(read, 12_000, 12_010)
        ? { ...read, hash: `v1 of ${read.user}` }
        : read,
    );
    expect(verdict).toMatchObject({ ...none, mixedVersions: 4 });
    expect(verdict.examples[0]).toMatch(/^not the list of its version: .*v1 of/);
  });

  it('catches a version that is not published', () => {
    const early = judge((read) =>
      isAnswer(read) && at(read, 5000, 5010) ? answer(read.client, read.user, read.invokedAtMs, 'v2') : read,
    );
    // What follows is of v1 again, which is older than what the client saw only if v2 had been published.
    expect(early).toMatchObject({ ...none, mixedVersions: 4 });
  });

  it('catches a version that is served for longer than the cache may keep it', () => {
    const verdict = judge((read) =>
      isAnswer(read) && at(read, 10_400, 11_000) ? answer(read.client, read.user, read.invokedAtMs, 'v1') : read,
    );
    expect(verdict).toMatchObject({ mixedVersions: 0, missingLists: 0 });
    // Asked for later than 10,510 ms: the move ended at 10,010.
    expect(verdict.backwardReads).toBe(48 + 3 * 49);
  });

  it('catches an old version that is removed while it is still served', () => {
    const verdict = judge((read) =>
      isAnswer(read) && read.version === 'v1' && at(read, 10_010, 10_400) && read.user !== 'r0'
        ? { ...read, status: 'absent', hash: '' }
        : read,
    );
    expect(verdict).toMatchObject({ mixedVersions: 0, backwardReads: 0 });
    expect(verdict.missingLists).toBeGreaterThan(100);
  });

  it('catches a version that turns back for a client, also while both may be served, and in degraded answers', () => {
    const back = judge(same, answer('c5', 'r1', 10_020, 'v2'), answer('c5', 'r1', 10_040, 'v1'));
    expect(back).toMatchObject({ ...none, backwardReads: 1 });
    const times = { client: 'c6', invokedAtMs: 10_040, returnedAtMs: 10_045 };
    const degraded = judge(same, answer('c6', 'r1', 10_020, 'v2'), { ...times, status: 'degraded', version: 'v1' });
    expect(degraded).toMatchObject({ ...none, backwardReads: 1 });
    const others = judge(same, answer('c7', 'r1', 10_020, 'v2'), answer('c8', 'r1', 10_040, 'v1'));
    expect(others).toMatchObject(none);
  });

  it('refuses to judge reads of one client that overlap', () => {
    expect(() => judge(same, answer('c1', 'r1', 22))).toThrow('reads of client c1 overlap');
  });
});
