/** What the spool refused, offered to a delivery stream in memory: acknowledged, or turned away soon and cheaply. */
import { maxBytesPerPut, maxBytesPerRecord } from '../../src/clients/deliveryStream';
import { maxClicksPerRequest } from '../../src/collector/clickBody';
import { Counters } from '../../src/collector/counters';
import { PassThrough, type PassThroughOptions } from '../../src/collector/passThrough';
import { clickLine } from '../../src/domain/click';
import { FakeDeliveryStream, type PutBehaviour } from './fakeDeliveryStream';

const refuseAll: PutBehaviour = { refuse: () => true };
/** Larger than the records that are shared. */
const large = (name: string): string => `${name.padEnd(60_000, '.')}\n`;

function setUp(script: PutBehaviour[] = [], options: Partial<PassThroughOptions> = {}) {
  const stream = new FakeDeliveryStream(script);
  const counters = new Counters();
  const clock = { ms: 0 };
  const told: string[] = [];
  const passThrough = new PassThrough({
    stream,
    counters,
    now: () => clock.ms,
    onBegin: (reason) => told.push(`begins: ${reason}`),
    onTrouble: (reason) => told.push(`trouble: ${reason}`),
    ...options,
  });
  const append = (...lines: string[]): Promise<boolean> => passThrough.append(lines, 'disk');
  return { stream, counters, clock, told, append };
}

function gate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** Until a call is under way. */
async function called(stream: FakeDeliveryStream): Promise<void> {
  while (stream.callsInFlight === 0) await new Promise((resolve) => setImmediate(resolve));
}

describe('what the spool refused', () => {
  it('is taken when the stream has acknowledged it, and not before', async () => {
    const held = gate();
    const { stream, counters, append } = setUp([{ until: held.opened }]);
    let answered = false;
    const taken = append('a\n', 'b\n').finally(() => {
      answered = true;
    });
    await called(stream);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(answered).toBe(false);
    expect(counters.value('clicks_passed_through_total')).toBe(0);
    held.open();
    expect(await taken).toBe(true);
    expect(stream.taken).toEqual(['a\nb\n']);
    expect(counters.value('clicks_passed_through_total')).toBe(2);
    expect(counters.value('records_total')).toBe(1);
    expect(counters.value('billed_units_total')).toBe(1);
  });

  it('shares records and the next call while one is under way', async () => {
    const held = gate();
    const { stream, append } = setUp([{ until: held.opened }]);
    const first = append('a\n');
    await called(stream);
    const others = [append('b\n'), append(large('c')), append('d\n'), append('e\n')];
    held.open();
    expect(await Promise.all([first, ...others])).toEqual([true, true, true, true, true]);
    expect(stream.calls).toEqual([['a\n'], ['b\n', large('c'), 'd\ne\n']]);
    expect(stream.mostCallsInFlight).toBe(1);
  });

  it('goes in calls of 256 KB, whatever waits', async () => {
    const { stream, append } = setUp();
    const waiting = Array.from({ length: 10 }, (_, index) => append(large(`r${index}`)));
    expect(new Set(await Promise.all(waiting))).toEqual(new Set([true]));
    expect(stream.calls.map((records) => records.length)).toEqual([4, 4, 2]);
  });

  it('has room in one record for as many of the largest clicks as a request may hold', async () => {
    const id = 'x'.repeat(64);
    const line = clickLine({
      event_id: id,
      user_id: id,
      article_id: id,
      occurred_at: '2026-11-23T10:00:00.000Z',
      section: 'x'.repeat(32),
      session_id: id,
      referrer: '\ud800'.repeat(256),
    });
    const { stream, append } = setUp();
    expect(await append(...Array.from({ length: maxClicksPerRequest }, () => line))).toBe(true);
    expect(stream.calls.map((records) => records.length)).toEqual([1]);
    expect(await append('x'.repeat(maxBytesPerRecord + 1))).toBe(false);
    expect(stream.calls).toHaveLength(1);
    expect(maxBytesPerRecord).toBeLessThan(maxBytesPerPut);
  });

  it('is turned away by the request when only some records of a call are refused', async () => {
    const { stream, counters, append } = setUp([{ refuse: (position) => position === 1 }]);
    expect(await Promise.all([append(large('a')), append('b\n'), append('c\n'), append(large('d'))])).toEqual([
      true,
      false,
      false,
      true,
    ]);
    expect(stream.taken).toEqual([large('a'), large('d')]);
    expect(counters.value('clicks_passed_through_total')).toBe(2);
    expect(counters.value('records_refused_total')).toBe(1);
    // The stream takes, so it is asked again at once.
    expect(await append('b\n')).toBe(true);
  });

  it.each([
    ['the answer is lost', { throwAfterTaking: true }],
    ['no answer comes in time', { hang: true }],
  ])('is turned away when %s, and not offered again', async (_case, behaviour) => {
    const { stream, counters, append } = setUp([behaviour], { patienceMs: 20 });
    expect(await append('a\n')).toBe(false);
    expect(counters.value('clicks_passed_through_total')).toBe(0);
    expect(counters.value('put_failures_total')).toBe(1);
    expect(await append('b\n')).toBe(true);
    expect(stream.calls).toEqual([['a\n'], ['b\n']]);
  });

  it('is turned away unoffered when it has waited too long for its turn', async () => {
    const held = gate();
    const { stream, clock, append } = setUp([{ until: held.opened }]);
    const first = append('a\n');
    await called(stream);
    const tooLong = append('b\n');
    clock.ms += 2_501;
    const inTime = append('c\n');
    held.open();
    expect(await Promise.all([first, tooLong, inTime])).toEqual([true, false, true]);
    expect(stream.calls).toEqual([['a\n'], ['c\n']]);
  });
});

describe('a stream that takes nothing either', () => {
  it('is asked once a second by one request, whatever comes, and used again when it takes', async () => {
    const held = gate();
    const { stream, clock, told, append } = setUp(
      [...[refuseAll, refuseAll, refuseAll], { ...refuseAll, until: held.opened }],
      { patienceMs: 600_000 },
    );
    const waiting = Array.from({ length: 20 }, (_, index) => append(large(`r${index}`)));
    expect(new Set(await Promise.all(waiting))).toEqual(new Set([false]));
    for (let index = 0; index < 100; index++) expect(await append('a\n')).toBe(false);
    expect(stream.calls).toHaveLength(3);

    clock.ms += 1_000;
    const probe = append('b\n');
    await called(stream);
    for (let index = 0; index < 100; index++) expect(await append('c\n')).toBe(false);
    held.open();
    expect(await probe).toBe(false);
    expect(await append('d\n')).toBe(false);
    expect(stream.calls.slice(3)).toEqual([['b\n']]);

    clock.ms += 1_000;
    expect(await append('e\n')).toBe(true);
    expect(await Promise.all([append('f\n'), append('g\n')])).toEqual([true, true]);
    expect(stream.taken).toEqual(['e\n', 'f\ng\n']);
    expect(told).toEqual(['trouble: ServiceUnavailableException: Slow down.', 'begins: disk']);
  });

  it('holds no more than 4 MiB of requests that wait for it', async () => {
    const held = gate();
    const { stream, append } = setUp([{ until: held.opened }]);
    const waiting = [append('a\n')];
    await called(stream);
    const request = 'x'.repeat(512 * 1024 - 1);
    for (let index = 0; index < 7; index++) waiting.push(append(`${request}\n`));
    expect(await append(`${request}\n`)).toBe(false);
    expect(stream.calls).toHaveLength(1);
    held.open();
    expect(new Set(await Promise.all(waiting))).toEqual(new Set([true]));
    expect(await append(`${request}\n`)).toBe(true);
  });
});

it('tells once of an episode, which ends when nothing was passed through for a minute', async () => {
  const { clock, told, append } = setUp();
  for (const pauseMs of [0, 59_000, 59_000, 61_000, 1_000]) {
    clock.ms += pauseMs;
    await append('a\n');
  }
  expect(told).toEqual(['begins: disk', 'begins: disk']);
});
