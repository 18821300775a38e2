/** The ledger, asked for while the clicks of an hour that has just ended are still on their way onto the disk. */
import { FaultyDisk } from './faultyDisk';
import { closeSpools, entry, openSpool } from './spoolFixture';

afterEach(closeSpools);

it('a ledger written while a commit of the hour before is under way begins the new hour behind its numbers', async () => {
  const files = new FaultyDisk();
  let nowMs = Date.parse('2026-11-23T10:59:59.999Z');
  const { spool } = await openSpool({ files, now: () => nowMs });
  await spool.append(entry('e1'));
  let flush = (): void => undefined;
  let reached = (): void => undefined;
  const committing = new Promise<void>((resolve) => {
    reached = resolve;
  });
  // A disk asks for its gate when it is about to flush.
  Object.defineProperty(files, 'syncGate', {
    get: () => {
      reached();
      return new Promise<void>((resolve) => {
        flush = resolve;
      });
    },
  });
  const appended = spool.append(entry('e2', 'e3'));
  await committing;
  nowMs = Date.parse('2026-11-23T11:00:00.001Z');
  await spool.ledgers();
  flush();
  await appended;
  expect((await spool.ledgers()).map(({ hour, first, count }) => [hour, first, count])).toEqual([
    ['2026-11-23T10', 1, 3],
    ['2026-11-23T11', 4, 0],
  ]);
});
