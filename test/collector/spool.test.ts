/** The spool on a real disk: what is durable, what a kill leaves, what a next start makes of it. */
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SpoolLocked } from '../../src/collector/spoolLock';
import { SpoolDamaged } from '../../src/collector/spoolState';
import { SpoolUnavailable } from '../../src/collector/spoolUnavailable';
import { eventually } from './collectorFixture';
import { FaultyDisk, ofSegment } from './faultyDisk';
import { afterKill, closeSpools, entry, ids, nextClicks, openSpool, segmentsIn } from './spoolFixture';

afterEach(closeSpools);

describe('appending', () => {
  it('numbers clicks from 1 without gaps, in the order of the spool', async () => {
    const { spool } = await openSpool();
    await Promise.all(ids(50).map((id) => spool.append(entry(id))));
    expect(await nextClicks(spool, 50)).toEqual(ids(50).map((id, index) => `${id}#${index + 1}`));
  });

  it('answers only when the disk has flushed', async () => {
    const files = new FaultyDisk();
    let flush = (): void => undefined;
    files.syncGate = new Promise((resolve) => {
      flush = resolve;
    });
    const { spool } = await openSpool({ files });
    let answered = false;
    const appended = spool.append(entry('e1')).then(() => {
      answered = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(answered).toBe(false);
    flush();
    await appended;
  });

  it('shares one flush among all that wait', async () => {
    let flushes = 0;
    const { spool } = await openSpool({
      onFlush: () => {
        flushes += 1;
      },
    });
    await Promise.all(ids(500).map((id) => spool.append(entry(id))));
    expect(flushes).toBeLessThanOrEqual(5);
  });

  it('turns away what would go beyond its bound, and takes clicks again when others were delivered', async () => {
    const { spool, folder } = await openSpool({ maxBytes: 32 * 1024 });
    let taken = 0;
    await expect(
      (async () => {
        for (;;) {
          await spool.append(entry(...ids(10)));
          taken += 10;
        }
      })(),
    ).rejects.toMatchObject({ reason: 'spool-full' });
    expect(segmentsIn(folder).length).toBeGreaterThan(4);
    expect(spool.state().usedBytes).toBeLessThanOrEqual(32 * 1024);
    expect(spool.state().undeliveredClicks).toBe(taken);
    await nextClicks(spool, taken, true);
    await eventually(() => spool.state().usedBytes < 8 * 1024);
    await spool.append(entry('more'));
    expect(spool.state().undeliveredClicks).toBe(1);
  });
});

describe('a disk that fails', () => {
  it.each(['write', 'sync', 'create'] as const)(
    'at %s: nothing of the request counts, its numbers go to the next, and it mends itself',
    async (operation) => {
      const files = new FaultyDisk();
      const { spool, folder } = await openSpool({ files });
      if (operation !== 'create') await spool.append(entry('e1'));
      files.fail(operation, 'EIO', ofSegment);
      const refused = spool.append(entry('refused-1', 'refused-2'));
      await expect(refused).rejects.toThrow(SpoolUnavailable);
      await expect(refused).rejects.toThrow('EIO');
      files.heal();
      if (operation === 'create') await spool.append(entry('e1'));
      await spool.append(entry('e2'));
      const image = afterKill(folder);
      expect(await nextClicks(spool, 2)).toEqual(['e1#1', 'e2#2']);
      const { spool: restarted } = await openSpool({ folder: image });
      expect(await nextClicks(restarted, 2)).toEqual(['e1#1', 'e2#2']);
      expect(restarted.state().undeliveredClicks).toBe(2);
    },
  );

  it('also when it cannot even cut off what it had refused', async () => {
    const files = new FaultyDisk();
    const { spool, folder } = await openSpool({ files });
    await spool.append(entry('e1'));
    files.fail('sync', 'EIO', ofSegment);
    files.fail('truncate', 'EIO');
    await expect(spool.append(entry('refused'))).rejects.toThrow(SpoolUnavailable);
    files.heal();
    await spool.append(entry('e2'));
    expect(readFileSync(segmentsIn(folder)[0] ?? '', 'utf8')).toContain('refused');
    const { spool: restarted } = await openSpool({ folder: afterKill(folder) });
    expect(await nextClicks(restarted, 2)).toEqual(['e1#1', 'e2#2']);
  });
});

describe('a start after a kill', () => {
  it('drops a last line that was cut off, and delivers every whole one', async () => {
    const { spool, folder } = await openSpool();
    await spool.append(entry(...ids(3)));
    const image = afterKill(folder);
    appendFileSync(segmentsIn(image)[0] ?? '', '{"event_id":"torn","user_id":"r');
    const { spool: restarted } = await openSpool({ folder: image });
    await restarted.append(entry('e4'));
    expect(await nextClicks(restarted, 4)).toEqual(['e1#1', 'e2#2', 'e3#3', 'e4#4']);
    expect(restarted.name).toBe(spool.name);
  });

  it('drops what a loss of power has left of a write that was never acknowledged', async () => {
    const { spool, folder } = await openSpool();
    await spool.append(entry(...ids(3)));
    const image = afterKill(folder);
    appendFileSync(segmentsIn(image)[0] ?? '', `${'\0'.repeat(200)}\n${'\0'.repeat(50)}`);
    const { spool: restarted } = await openSpool({ folder: image });
    await restarted.append(entry('e4'));
    expect(await nextClicks(restarted, 4)).toEqual(['e1#1', 'e2#2', 'e3#3', 'e4#4']);
  });

  it('delivers again only what is not known to be delivered', async () => {
    const { spool, folder } = await openSpool();
    await spool.append(entry(...ids(3)));
    await nextClicks(spool, 3, true);
    await spool.append(entry('e4'));
    await spool.close();
    const { spool: restarted } = await openSpool({ folder });
    expect(restarted.state().undeliveredClicks).toBe(1);
    expect(await nextClicks(restarted, 1)).toEqual(['e4#4']);
  });

  it('delivers twice rather than never when the note of what was delivered is lost', async () => {
    const { spool, folder } = await openSpool();
    await spool.append(entry(...ids(2)));
    await nextClicks(spool, 2, true);
    const image = afterKill(folder);
    writeFileSync(join(image, 'delivered'), '\0\0\0');
    const { spool: restarted } = await openSpool({ folder: image });
    expect(await nextClicks(restarted, 2)).toEqual(['e1#1', 'e2#2']);
  });

  it('goes on counting where segments are gone', async () => {
    const { spool, folder } = await openSpool();
    await spool.append(entry(...ids(5)));
    await nextClicks(spool, 5, true);
    await spool.close();
    expect(segmentsIn(folder)).toEqual([]);
    const { spool: restarted } = await openSpool({ folder });
    await restarted.append(entry('e6'));
    expect(await nextClicks(restarted, 1)).toEqual(['e6#6']);
  });

  it('finishes the deletion that a kill interrupted', async () => {
    const files = new FaultyDisk();
    const { spool, folder } = await openSpool({ files });
    await spool.append(entry(...ids(5)));
    await nextClicks(spool, 5, true);
    files.fail('remove', 'EIO', ofSegment);
    await spool.close();
    expect(segmentsIn(folder)).toHaveLength(1);
    const { spool: restarted } = await openSpool({ folder: afterKill(folder) });
    expect((await restarted.ledgers()).map(({ count }) => count)).toEqual([5]);
    await restarted.append(entry('e6'));
    expect(await nextClicks(restarted, 1)).toEqual(['e6#6']);
  });

  it('refuses a spool from which acknowledged clicks are missing, naming the place', async () => {
    const { spool, folder } = await openSpool({ maxBytes: 8 * 1024 });
    for (const id of ids(20)) await spool.append(entry(id));
    const image = afterKill(folder);
    rmSync(segmentsIn(image)[1] ?? '');
    await expect(openSpool({ folder: image })).rejects.toThrow(SpoolDamaged);
    await expect(openSpool({ folder: image })).rejects.toThrow(/ndjson begins with \d+, not \d+/);
  });
});

describe('a segment', () => {
  it('is deleted when every line of it was acknowledged, not before, and in any order', async () => {
    const { spool, folder } = await openSpool({ maxBytes: 8 * 1024 });
    for (const id of ids(12)) await spool.append(entry(id));
    const before = segmentsIn(folder);
    const pieces = [await spool.read(600), await spool.read(600), await spool.read(600)];
    for (const piece of [pieces[2], pieces[1]]) if (piece !== undefined) spool.delivered(piece);
    await spool.ledgers();
    expect(segmentsIn(folder)).toEqual(before);
    if (pieces[0] !== undefined) spool.delivered(pieces[0]);
    await eventually(() => segmentsIn(folder).length < before.length);
    expect(before.slice(-segmentsIn(folder).length)).toEqual(segmentsIn(folder));
  });
});

describe('the lock', () => {
  it('keeps a second collector out, naming the folder, and ends with the first', async () => {
    const { spool, folder } = await openSpool();
    await expect(openSpool({ folder })).rejects.toThrow(SpoolLocked);
    await expect(openSpool({ folder })).rejects.toThrow(folder);
    await spool.append(entry('e1'));
    await spool.close();
    const { spool: next } = await openSpool({ folder });
    expect(next.state().undeliveredClicks).toBe(1);
  });

  it.each([
    ['has ended', { pid: 2 ** 22 + 1, startedAt: '77' }],
    ['had the same process id before a restart', { pid: process.pid, startedAt: '77' }],
    ['left nothing readable', {}],
  ])('of a process that %s is taken over', async (_what, holder) => {
    const { spool, folder } = await openSpool();
    await spool.close();
    writeFileSync(join(folder, 'lock'), JSON.stringify(holder));
    await expect(openSpool({ folder })).resolves.toBeDefined();
    await expect(openSpool({ folder })).rejects.toThrow(SpoolLocked);
  });
});
