/** The figures of the ledger, through hours, kills and deletions. */
import { createHash } from 'node:crypto';
import { addToDigest, digestText, emptyDigest } from '../../src/domain/ledger';
import { afterKill, closeSpools, entry, ids, nextClicks, openSpool, segmentsIn } from './spoolFixture';

afterEach(closeSpools);

const digestOf = (eventIds: readonly string[]): string =>
  digestText(
    eventIds.reduce((digest, id) => addToDigest(digest, createHash('sha256').update(id).digest()), emptyDigest),
  );

function clock(start: string) {
  const state = { nowMs: Date.parse(start) };
  return { state, now: () => state.nowMs, at: (time: string) => (state.nowMs = Date.parse(time)) };
}

describe('the ledger of a spool', () => {
  it('counts each hour by itself, closed when it is over, and an hour without clicks with the next number', async () => {
    const { now, at } = clock('2026-11-23T10:30:00Z');
    const { spool } = await openSpool({ now });
    await spool.append(entry('e1', 'e2'));
    await spool.append(entry('e3'));
    at('2026-11-23T11:00:00Z');
    expect(await spool.ledgers()).toEqual([
      {
        schema: 1,
        spool: spool.name,
        hour: '2026-11-23T10',
        first: 1,
        count: 3,
        digest: digestOf(ids(3)),
        closed: true,
      },
      { schema: 1, spool: spool.name, hour: '2026-11-23T11', first: 4, count: 0, digest: digestOf([]), closed: false },
    ]);
    await spool.append(entry('e4'));
    expect((await spool.ledgers())[1]).toMatchObject({ first: 4, count: 1, digest: digestOf(['e4']), closed: false });
  });

  it('stays in an hour when the clock is set back, so that its numbers follow each other', async () => {
    const { now, at } = clock('2026-11-23T10:59:59Z');
    const { spool } = await openSpool({ now });
    await spool.append(entry('e1'));
    at('2026-11-23T11:00:01Z');
    await spool.append(entry('e2'));
    at('2026-11-23T10:59:59Z');
    await spool.append(entry('e3'));
    expect((await spool.ledgers()).map(({ hour, first, count }) => [hour, first, count])).toEqual([
      ['2026-11-23T10', 1, 1],
      ['2026-11-23T11', 2, 2],
    ]);
  });

  it('is the same after a kill, whether the segments are still there or gone', async () => {
    const { now, at } = clock('2026-11-23T10:30:00Z');
    const { spool, folder } = await openSpool({ now, maxBytes: 8 * 1024 });
    for (const id of ids(15)) await spool.append(entry(id));
    at('2026-11-23T11:30:00Z');
    for (const id of ids(5, 'later')) await spool.append(entry(id));
    const all = segmentsIn(folder).length;
    await nextClicks(spool, 12, true);
    const ledgers = await spool.ledgers();
    expect(segmentsIn(folder).length).toBeLessThan(all);
    expect(ledgers.map(({ first, count, digest }) => [first, count, digest])).toEqual([
      [1, 15, digestOf(ids(15))],
      [16, 5, digestOf(ids(5, 'later'))],
    ]);
    const { spool: restarted } = await openSpool({ now, folder: afterKill(folder) });
    expect(await restarted.ledgers()).toEqual(ledgers);
  });

  it('holds clicks that were on disk when a kill came before their answer', async () => {
    const { now } = clock('2026-11-23T10:30:00Z');
    const { spool, folder } = await openSpool({ now });
    await spool.append(entry('e1', 'e2'));
    const { spool: restarted } = await openSpool({ now, folder: afterKill(folder) });
    expect(await restarted.ledgers()).toMatchObject([{ first: 1, count: 2, digest: digestOf(ids(2)) }]);
  });

  it('forgets an hour when its closed ledger was written and its segments are gone, not before', async () => {
    const { now, at } = clock('2026-11-23T10:30:00Z');
    const { spool, folder } = await openSpool({ now });
    await spool.append(entry('e1'));
    at('2026-11-23T11:30:00Z');
    await spool.append(entry('e2'));
    spool.forgetHour('2026-11-23T10');
    expect((await spool.ledgers()).map(({ hour }) => hour)).toEqual(['2026-11-23T10', '2026-11-23T11']);
    await nextClicks(spool, 2, true);
    await spool.ledgers();
    await spool.ledgers();
    spool.forgetHour('2026-11-23T10');
    expect((await spool.ledgers()).map(({ hour }) => hour)).toEqual(['2026-11-23T11']);
    await spool.close();
    const { spool: restarted } = await openSpool({ now, folder });
    expect(await restarted.ledgers()).toMatchObject([{ hour: '2026-11-23T11', first: 2, count: 1 }]);
  });

  it('has an entry for an hour in which nobody clicked, also when a kill ended it', async () => {
    const { now, at } = clock('2026-11-23T10:30:00Z');
    const { spool, folder } = await openSpool({ now });
    await spool.ledgers();
    at('2026-11-23T12:30:00Z');
    const { spool: restarted } = await openSpool({ now, folder: afterKill(folder) });
    expect((await restarted.ledgers()).map(({ hour, count, closed }) => [hour, count, closed])).toEqual([
      ['2026-11-23T10', 0, true],
      ['2026-11-23T12', 0, false],
    ]);
  });
});
