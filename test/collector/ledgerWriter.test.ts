/** The ledger on its way to the lake. */
import { type LedgerWriter, startLedgerWriter } from '../../src/collector/ledgerWriter';
import { createMemoryLake } from '../support/memoryLake';
import { eventually } from './collectorFixture';
import { closeSpools, entry, openSpool } from './spoolFixture';

let writer: LedgerWriter | undefined;

afterEach(async () => {
  await writer?.stop();
  await closeSpools();
});

async function setUp() {
  const state = { nowMs: Date.parse('2026-11-23T10:30:00Z'), away: false, failures: 0, puts: 0 };
  const lake = createMemoryLake();
  const { spool } = await openSpool({ now: () => state.nowMs });
  writer = startLedgerWriter({
    spool,
    lake: {
      put: async (key, body) => {
        state.puts += 1;
        if (state.away) throw new Error('connect ECONNREFUSED');
        await lake.put(key, body);
      },
    },
    intervalSeconds: 0.02,
    onFailure: () => {
      state.failures += 1;
    },
  });
  const read = (hour: string): unknown => {
    const body = lake.objects.get(`ledger/dt=2026-11-23/hr=${hour}/${spool.name}.json`);
    return body === undefined ? undefined : JSON.parse(body.toString());
  };
  return { state, spool, lake, read };
}

describe('the ledger writer', () => {
  it('writes the hour again and again while it lasts, and closes it once', async () => {
    const { state, spool, lake, read } = await setUp();
    await spool.append(entry('e1', 'e2'));
    await writer?.write();
    expect(read('10')).toEqual({
      schema: 1,
      spool: spool.name,
      hour: '2026-11-23T10',
      first: 1,
      count: 2,
      digest: '376bcea077abdbac',
      closed: false,
    });
    state.nowMs = Date.parse('2026-11-23T11:00:00Z');
    await writer?.write();
    expect(read('10')).toMatchObject({ count: 2, closed: true });
    expect(read('11')).toMatchObject({ first: 3, count: 0, closed: false });
    expect(lake.objects.size).toBe(2);
    // Its clicks still wait for delivery, so the spool keeps the figures; the lake has them for good.
    lake.objects.clear();
    await writer?.write();
    expect(lake.objects.size).toBe(1);
    expect(read('11')).toMatchObject({ closed: false });
  });

  it('makes good everything when the lake was away for hours', async () => {
    const { state, spool, lake, read } = await setUp();
    state.away = true;
    for (const hour of ['11', '12', '13']) {
      state.nowMs = Date.parse(`2026-11-23T${hour}:15:00Z`);
      await spool.append(entry(`e${hour}`));
      await writer?.write();
    }
    expect(state.failures).toBeGreaterThan(2);
    const before = lake.objects.size;
    state.away = false;
    await eventually(() => lake.objects.size >= before + 3);
    expect(read('11')).toMatchObject({ first: 1, count: 1, closed: true });
    expect(read('12')).toMatchObject({ first: 2, count: 1, closed: true });
    expect(read('13')).toMatchObject({ first: 3, count: 1, closed: false });
  });
});
