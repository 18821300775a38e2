import { Counters } from '../../src/collector/counters';
import { createPacker, type Packer, type PackerOptions } from '../../src/collector/packer';
import { FakeDeliveryStream, type PutBehaviour } from './fakeDeliveryStream';

const line = (name: string): string => `${name.padEnd(9, '.')}\n`;
const lineBytes = 10;
const lines = (...texts: string[]): Buffer => Buffer.from(texts.join(''));
const refuseAll: PutBehaviour = { refuse: () => true };

function setUp(script: PutBehaviour[] = [], options: Partial<PackerOptions> = {}) {
  const stream = new FakeDeliveryStream(script);
  const counters = new Counters();
  const sleeps: number[] = [];
  const packer: Packer = createPacker({
    stream,
    counters,
    lingerMs: 1,
    random: () => 1,
    sleep: async (ms) => {
      sleeps.push(ms);
    },
    ...options,
  });
  return { stream, counters, sleeps, packer };
}

function gate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describe('the packer', () => {
  it('packs the lines of many requests into one record', async () => {
    const { packer, stream, counters } = setUp();
    await Promise.all([packer.deliver(lines(line('a'))), packer.deliver(lines(line('b'), line('c')))]);
    expect(stream.calls).toEqual([[line('a') + line('b') + line('c')]]);
    expect(counters.value('records_total')).toBe(1);
    expect(counters.value('record_bytes_total')).toBe(3 * lineBytes);
    expect(counters.value('billed_units_total')).toBe(1);
  });

  it('closes a record that is full without waiting for the linger time', async () => {
    const { packer, stream } = setUp([], { maxRecordBytes: 2 * lineBytes, lingerMs: 60_000 });
    await Promise.all([packer.deliver(lines(line('a'), line('b'))), packer.deliver(lines(line('c'))), packer.drain()]);
    expect(stream.taken).toEqual([line('a') + line('b'), line('c')]);
  });

  it('counts bytes, not characters, against the size of a record', async () => {
    const { packer, stream } = setUp([], { maxRecordBytes: 10 });
    await packer.deliver(lines('äöü\n', 'x\n', 'yy\n'));
    expect(stream.taken).toEqual(['äöü\nx\n', 'yy\n']);
  });

  it('tells of no delivery before the stream has acknowledged the lines', async () => {
    const held = gate();
    const { packer } = setUp([{ until: held.opened }]);
    let answered = false;
    const delivery = packer.deliver(lines(line('a'))).then(() => {
      answered = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(answered).toBe(false);
    held.open();
    await delivery;
    expect(answered).toBe(true);
  });

  it('tells of a delivery when each of its records is acknowledged, also when only the last was refused', async () => {
    const { packer, stream } = setUp([{}, refuseAll, refuseAll], { maxRecordBytes: lineBytes, maxCallsInFlight: 1 });
    await packer.deliver(lines(line('a'), line('b')));
    expect(stream.calls).toEqual([[line('a')], [line('b')], [line('b')], [line('b')]]);
    expect(stream.lines).toHaveLength(2);
  });

  it('resends only the records that were refused, and backs off between', async () => {
    const held = gate();
    const { packer, stream, sleeps, counters } = setUp(
      [{ until: held.opened }, { refuse: (position) => position !== 1 }, { refuse: (position) => position === 1 }],
      { maxRecordBytes: lineBytes, maxCallsInFlight: 1 },
    );
    const deliveries = ['first', 'a', 'b', 'c'].map((name) => packer.deliver(lines(line(name))));
    const closing = packer.drain();
    held.open();
    await Promise.all([...deliveries, closing]);
    expect(stream.calls).toEqual([
      [line('first')],
      [line('a'), line('b'), line('c')],
      [line('a'), line('c')],
      [line('c')],
    ]);
    expect([...stream.taken].sort()).toEqual(['a', 'b', 'c', 'first'].map(line));
    expect(sleeps).toEqual([50, 100]);
    expect(counters.value('records_refused_total')).toBe(3);
  });

  it('resends the whole call when its answer was lost', async () => {
    const { packer, stream, counters } = setUp([{ throwAfterTaking: true }]);
    await packer.deliver(lines(line('a')));
    expect(stream.taken).toEqual([line('a'), line('a')]);
    expect(counters.value('put_failures_total')).toBe(1);
    expect(counters.value('records_total')).toBe(1);
  });

  it('treats a call that hangs as failed and offers its records again', async () => {
    const { packer, stream, counters } = setUp([{ hang: true }], { putTimeoutMs: 20 });
    await packer.deliver(lines(line('a')));
    expect(stream.taken).toEqual([line('a')]);
    expect(counters.value('put_failures_total')).toBe(1);
  });

  it('offers a record again however often it was refused, with pauses that grow to five seconds', async () => {
    const { packer, stream, sleeps } = setUp(Array.from({ length: 500 }, () => refuseAll));
    await packer.deliver(lines(line('a')));
    expect(stream.calls).toHaveLength(501);
    expect(stream.taken).toEqual([line('a')]);
    expect(sleeps.slice(0, 8)).toEqual([50, 100, 200, 400, 800, 1600, 3200, 5000]);
    expect(sleeps.at(-1)).toBe(5000);
  });

  it('never has more calls in flight than allowed, and joins what queues up behind them', async () => {
    const held = gate();
    const { packer, stream } = setUp([{ until: held.opened }, { until: held.opened }], {
      maxRecordBytes: lineBytes,
      maxCallsInFlight: 2,
    });
    const deliveries = Array.from({ length: 7 }, (_, index) => packer.deliver(lines(line(`l${index}`))));
    const closing = packer.drain();
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(stream.callsInFlight).toBe(2);
    held.open();
    await Promise.all([...deliveries, closing]);
    expect(stream.mostCallsInFlight).toBe(2);
    expect(stream.calls.map((call) => call.length)).toEqual([1, 1, 5]);
  });

  it('offers at most 500 records and 3 MiB in one call', async () => {
    const held = gate();
    const { packer, stream } = setUp([{ until: held.opened }], { maxRecordBytes: lineBytes, maxCallsInFlight: 1 });
    const many = packer.deliver(lines(...Array.from({ length: 1201 }, (_, index) => line(`${index}`))));
    const closing = packer.drain();
    held.open();
    await Promise.all([many, closing]);
    expect(stream.calls.map((call) => call.length)).toEqual([1, 500, 500, 200]);

    const heldAgain = gate();
    const large = setUp([{ until: heldAgain.opened }], { maxRecordBytes: 1_000_000, maxCallsInFlight: 1 });
    const megabytes = large.packer.deliver(lines(...Array.from({ length: 8 }, () => `${'x'.repeat(999_999)}\n`)));
    const closingAgain = large.packer.drain();
    heldAgain.open();
    await Promise.all([megabytes, closingAgain]);
    expect(large.stream.calls.map((call) => call.length)).toEqual([1, 3, 3, 1]);
  });

  it('begins to back off where the calls before had to go, and forgets it as calls succeed', async () => {
    const { packer, sleeps } = setUp([refuseAll, refuseAll, refuseAll, {}, {}, refuseAll, {}, {}, {}, {}, refuseAll]);
    for (let call = 0; call < 7; call++) await packer.deliver(lines(line(`${call}`)));
    expect(sleeps).toEqual([50, 100, 200, 200, 100]);
  });

  it('drains what lingers and what is being retried', async () => {
    const { packer, stream } = setUp([refuseAll, {}], { lingerMs: 60_000 });
    const delivery = packer.deliver(lines(line('a')));
    await packer.drain();
    await delivery;
    expect(stream.taken).toEqual([line('a')]);
  });

  it('offers nothing again once it is stopped', async () => {
    const { packer, stream } = setUp(
      Array.from({ length: 500 }, () => refuseAll),
      { sleep: () => new Promise((resolve) => setTimeout(resolve, 5)) },
    );
    void packer.deliver(lines(line('a')));
    while (stream.calls.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
    packer.stop();
    await packer.drain();
    const offers = stream.calls.length;
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(stream.calls).toHaveLength(offers);
    expect(stream.taken).toEqual([]);
  });

  it('delivers each line of each request exactly once while the stream refuses a third of everything', async () => {
    let offered = 0;
    const refuse = (): boolean => {
      offered += 1;
      return offered % 3 === 0;
    };
    const { packer, stream } = setUp(
      Array.from({ length: 1000 }, () => ({ refuse })),
      { maxRecordBytes: 5 * lineBytes },
    );
    const all = Array.from({ length: 300 }, (_, index) => line(`${index}`));
    await Promise.all(all.map((one) => packer.deliver(lines(one))));
    expect(stream.lines.sort()).toEqual(all.map((one) => one.trim()).sort());
  });
});
