import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { judgeExpiry, judgePublicAccess } from '../../src/domain/checkupLake';
import { judgeClock, judgeNode, judgeSpoolDisk, minNodeVersion } from '../../src/domain/checkupMachine';
import { judgeFreshness, judgeStream, type StreamDescription } from '../../src/domain/checkupStream';
import { judgeRecovery, judgeTable, judgeTimeToLive } from '../../src/domain/checkupTable';
import { judgeNamespace, judgePollers, judgeSearchAttributes } from '../../src/domain/checkupTemporal';
import { clicksPrefixExpression, errorsPrefixExpression } from '../../src/domain/keys';

const now = Date.parse('2026-11-30T00:00:00Z');

describe('the clock', () => {
  const reading = (serverAheadMs: number) => ({
    askedAtMs: now,
    answeredAtMs: now + 200,
    serverAtMs: now + serverAheadMs,
  });

  it.each([
    // The server writes whole seconds, and its answer was on its way for 200 ms.
    [-900, 'ok', 'as the clock of S3'],
    [200, 'ok', 'as the clock of S3'],
    [4_000, 'ok', '3.8 s behind the clock of S3'],
    [9_000, 'warning', '8.8 s behind the clock of S3'],
    [-9_000, 'warning', '8.0 s ahead of the clock of S3'],
    [302_000, 'failure', '301.8 s behind the clock of S3: AWS refuses'],
  ])('of a server that is %d ms ahead gives the verdict %s', (aheadMs, verdict, found) => {
    const judged = judgeClock(reading(aheadMs));
    expect(judged.verdict).toBe(verdict);
    expect(judged.found).toContain(found);
  });
});

describe('Node.js', () => {
  it('is wanted in the version that package.json asks for', () => {
    const { engines }: { engines: { node: string } } = JSON.parse(
      readFileSync(join(__dirname, '../../package.json'), 'utf8'),
    );
    expect(engines.node).toBe(`>=${minNodeVersion}`);
  });

  it.each([
    ['20.19.0', 'ok'],
    ['24.1.0', 'ok'],
    ['20.18.9', 'failure'],
    ['18.20.0', 'failure'],
  ])('%s is %s', (version, verdict) => {
    expect(judgeNode(version).verdict).toBe(verdict);
  });
});

describe('the disk of the spool', () => {
  it('is doubted when the spool could fill it', () => {
    expect(judgeSpoolDisk(2 ** 30, 2 ** 30).verdict).toBe('ok');
    expect(judgeSpoolDisk(2 ** 30 - 1, 2 ** 30)).toMatchObject({
      verdict: 'warning',
      found: expect.stringContaining('1023 MB free'),
    });
  });
});

describe('the bucket', () => {
  const closed = { blocksAcls: true, ignoresAcls: true, blocksPolicies: true, restrictsBuckets: true };

  it('is doubted unless all public access is blocked', () => {
    expect(judgePublicAccess(closed, 'lake').verdict).toBe('ok');
    expect(judgePublicAccess(undefined, 'lake').verdict).toBe('warning');
    expect(judgePublicAccess({ ...closed, blocksPolicies: false }, 'lake').found).toContain('not blocksPolicies');
  });

  it.each([
    [[], 'ok'],
    [[{ id: 'old clicks', prefix: 'clicks/', days: 30 }], 'ok'],
    [[{ id: 'all', prefix: '', days: 365 }], 'failure'],
    [[{ id: 'days', prefix: 'interactions/', days: 7 }], 'failure'],
    [[{ id: 'days', prefix: 'interactions/', days: 8 }], 'ok'],
    [[{ id: 'some', prefix: 'fresh/state-', days: 1 }], 'failure'],
  ])('with lifecycle rules %j is %s', (rules, verdict) => {
    expect(judgeExpiry(rules, 7).verdict).toBe(verdict);
  });
});

describe('the delivery stream', () => {
  const lake = {
    bucket: 'lake',
    prefix: clicksPrefixExpression,
    errorPrefix: errorsPrefixExpression,
    compression: 'GZIP',
    intervalSeconds: 60,
    sizeMb: 5,
    timeZone: 'UTC',
    processed: false,
  };
  const wanted = { bucket: 'lake', deliverySeconds: 90 };
  const judged = (changes: Partial<typeof lake>) =>
    judgeStream({ status: 'ACTIVE', lake: { ...lake, ...changes } }, wanted);

  it('is right when it writes where the pipeline reads', () => {
    expect(judged({})).toEqual({ verdict: 'ok', found: 'delivers to lake after 60 s or 5 MB' });
  });

  it.each([
    [{ bucket: 'other' }, "the bucket is 'other'"],
    [{ prefix: 'clicks/' }, "the prefix is 'clicks/'"],
    [{ errorPrefix: '' }, 'the prefix of errors'],
    [{ compression: 'UNCOMPRESSED' }, "wanted 'GZIP'"],
    [{ timeZone: 'Europe/Berlin' }, "the time zone is 'Europe/Berlin'"],
    [{ processed: true }, 'processes records'],
  ])('is broken with %j', (changes, names) => {
    expect(judged(changes)).toMatchObject({ verdict: 'failure', found: expect.stringContaining(names) });
  });

  it('is doubted when it delivers later than the settings say', () => {
    expect(judged({ intervalSeconds: 300 })).toMatchObject({
      verdict: 'warning',
      found: expect.stringContaining('after 300 s'),
    });
  });

  it.each<[StreamDescription]>([[{ status: 'ACTIVE' }], [{ status: 'DELETING', lake }]])(
    'is broken as %j',
    (stream) => {
      expect(judgeStream(stream, wanted).verdict).toBe('failure');
    },
  );

  it('is doubted when it has told of no delivery for twenty minutes', () => {
    const point = (minutesAgo: number) => ({ atMs: now - minutesAgo * 60_000, ageSeconds: 70 });
    expect(judgeFreshness([], now).verdict).toBe('warning');
    expect(judgeFreshness([point(50), point(21)], now).verdict).toBe('warning');
    expect(judgeFreshness([point(50), point(5)], now).verdict).toBe('ok');
  });
});

describe('the table', () => {
  const table = { status: 'ACTIVE', keys: ['pk:S:HASH', 'sk:S:RANGE'], deletionProtected: true };

  it.each([
    [{}, 'ok', 'on demand'],
    [{ status: 'CREATING' }, 'failure', 'CREATING'],
    [{ keys: ['pk:S:HASH'] }, 'failure', 'wanted pk:S:HASH, sk:S:RANGE'],
    [{ provisionedWriteUnits: 100 }, 'warning', '100 write units'],
    [{ provisionedWriteUnits: 3000 }, 'ok', '3000 write units'],
    [{ deletionProtected: false }, 'warning', 'deleted by mistake'],
  ])('with %j is %s', (changes, verdict, found) => {
    expect(judgeTable({ ...table, ...changes }, 'lists', 3000)).toMatchObject({
      verdict,
      found: expect.stringContaining(found),
    });
  });

  it.each([
    [{ status: 'ENABLED', attribute: 'expires_at' }, 'ok'],
    [{ status: 'ENABLED', attribute: 'ttl' }, 'failure'],
    [{ status: 'DISABLED' }, 'failure'],
  ])('with time to live %j is %s', (timeToLive, verdict) => {
    expect(judgeTimeToLive(timeToLive, 'lists').verdict).toBe(verdict);
  });

  it('is doubted without point-in-time recovery', () => {
    expect(judgeRecovery(true, 'lists').verdict).toBe('ok');
    expect(judgeRecovery(false, 'lists')).toMatchObject({ verdict: 'warning', mend: expect.stringContaining('lists') });
  });
});

describe('Temporal', () => {
  it.each([
    [undefined, 'failure'],
    [3, 'warning'],
    [31, 'ok'],
  ])('with a namespace that keeps runs for %p days has the verdict %s', (days, verdict) => {
    expect(judgeNamespace(days, 'portal').verdict).toBe(verdict);
  });

  it('lacks what is not registered, and clashes with what is registered as another type', () => {
    const wanted = [
      { name: 'RunDate', type: 'DATETIME' },
      { name: 'Rung', type: 'KEYWORD' },
    ];
    expect(judgeSearchAttributes({ RunDate: 'DATETIME', Rung: 'KEYWORD', Other: 'INT' }, wanted).verdict).toBe('ok');
    expect(judgeSearchAttributes({ Rung: 'TEXT' }, wanted)).toMatchObject({
      verdict: 'failure',
      found: 'not registered: RunDate; Rung is of type TEXT, wanted KEYWORD',
    });
  });

  it.each([
    [[], 'failure', 'no worker polls it'],
    [[{ identity: '7@a', lastSeenMs: now - 90_000, build: '' }], 'failure', 'for 90 s'],
    [[{ identity: '7@a', lastSeenMs: now - 60_000, build: 'v4' }], 'ok', 'polled by 7@a, build v4'],
    [
      [
        { identity: '7@a', lastSeenMs: now, build: 'v3' },
        { identity: '8@a', lastSeenMs: now, build: 'v4' },
      ],
      'warning',
      'build v3 and v4',
    ],
  ])('with the pollers %j has the verdict %s', (pollers, verdict, found) => {
    expect(judgePollers(pollers, now)).toMatchObject({ verdict, found: expect.stringContaining(found) });
  });
});
