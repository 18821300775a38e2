/** One look at a day: what it finds, what it tells the next look, and what it takes over from the one before. */

import { Client, Connection } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createCheckReadiness } from '../../src/activities/checkReadiness';
import type { CheckReadinessInput, ReadinessHeartbeat } from '../../src/contract';
import type { FreshnessPoint } from '../../src/domain/readiness';
import { parseRunDate } from '../../src/domain/runDate';
import { usualVolume } from '../../src/domain/volume';
import { createMemoryLake, type MemoryLake } from '../support/memoryLake';

const runDate = parseRunDate('2026-11-23');
const input: CheckReadinessInput = { runDate, lookSeconds: 60, marginSeconds: 300, quietSeconds: 120 };
const delivered: FreshnessPoint = { atMs: Date.parse('2026-11-24T00:10:00Z'), ageSeconds: 60 };
const noDays = usualVolume([]);

interface Look {
  readonly outcome: { readonly summary: string } | Error;
  readonly beats: ReadinessHeartbeat[];
}

class Day {
  readonly lake: MemoryLake = createMemoryLake();
  freshness: FreshnessPoint[] = [delivered];
  /** What the run was told. */
  readonly told: unknown[] = [];
  /** Thrown by the next telling. */
  deaf: Error | undefined;

  private hear(look: unknown): void {
    if (this.deaf !== undefined) throw this.deaf;
    this.told.push(look);
  }

  async fill(day: string = runDate, bytes = 100): Promise<void> {
    for (let hour = 0; hour < 24; hour++) {
      await this.lake.put(`clicks/dt=${day}/hr=${String(hour).padStart(2, '0')}/x.gz`, 'x'.repeat(bytes));
    }
  }

  /** One attempt of the activity, with what the attempt before left in its heartbeat. */
  async look(before?: ReadinessHeartbeat, given = input, scheduledTimestampMs = Date.now()): Promise<Look> {
    const client = new Client({
      // Nothing is sent: the interceptor takes it.
      connection: Connection.lazy({ address: '127.0.0.1:1' }),
      interceptors: { workflow: [{ signal: async ({ args: [told] }) => this.hear(told) }] },
    });
    const env = new MockActivityEnvironment({ heartbeatDetails: before, scheduledTimestampMs }, { client });
    const beats: ReadinessHeartbeat[] = [];
    env.on('heartbeat', (details: ReadinessHeartbeat) => beats.push(details));
    const activity = createCheckReadiness({
      lake: this.lake,
      deliveryMetrics: { freshness: async () => this.freshness },
    });
    const looking: Promise<{ readonly summary: string }> = env.run(activity, given);
    const outcome = await looking.catch((error: unknown) => {
      if (error instanceof Error) return error;
      throw error;
    });
    return { outcome, beats };
  }
}

/** The heartbeat of a first look, as if it had been so long ago. */
async function lookedBefore(day: Day, secondsAgo: number): Promise<ReadinessHeartbeat> {
  const [beat] = (await day.look()).beats;
  if (beat === undefined) throw new Error('the look left no heartbeat');
  return { ...beat, quietSinceMs: Date.now() - secondsAgo * 1000 };
}

describe('checkReadiness', () => {
  it('fails benignly and asks for the next look while hours are missing', async () => {
    const day = new Day();
    await day.lake.put('clicks/dt=2026-11-23/hr=05/x.gz', 'x');
    expect((await day.look()).outcome).toMatchObject({
      type: 'PartitionsIncomplete',
      nonRetryable: false,
      category: 'BENIGN',
      nextRetryDelay: 60_000,
      message: expect.stringContaining('1 of 24 hours have objects'),
    });
  });

  it('tells its run at the first look, when an hour has another state, and else twice an hour', async () => {
    const day = new Day();
    await day.lake.put('clicks/dt=2026-11-23/hr=05/x.gz', 'x');
    const [first] = (await day.look()).beats;
    expect(day.told).toMatchObject([{ readiness: { hoursWithObjects: 1 }, waitsUntilMs: expect.any(Number) }]);
    await day.lake.put('clicks/dt=2026-11-23/hr=05/y.gz', 'y');
    const [second] = (await day.look(first)).beats;
    expect(day.told).toHaveLength(1);
    expect(second?.toldAtMs).toBe(first?.toldAtMs);
    await day.lake.put('clicks/dt=2026-11-23/hr=06/x.gz', 'x');
    const [third] = (await day.look(second)).beats;
    expect(day.told).toHaveLength(2);
    await day.look(third && { ...third, toldAtMs: Date.now() - 31 * 60_000 });
    expect(day.told).toHaveLength(3);
  });

  it('tells its run when it waits for something else, and not that seconds have passed', async () => {
    const day = new Day();
    await day.lake.put('clicks/dt=2026-11-23/hr=05/x.gz', 'x');
    const [first] = (await day.look()).beats;
    if (first === undefined) throw new Error('the look left no heartbeat');
    const { waitingFor } = first.readiness;
    const sawFirst = (phrases: readonly string[]): ReadinessHeartbeat => {
      return { ...first, readiness: { ...first.readiness, waitingFor: phrases } };
    };
    await day.look(sawFirst(waitingFor.map((phrase) => phrase.replaceAll(/\d/g, '7'))));
    expect(day.told).toHaveLength(1);
    await day.look(sawFirst(['waiting for 2026-11-24T00:01:00Z', ...waitingFor.slice(1)]));
    expect(day.told).toHaveLength(2);
  });

  it('waits on when the run cannot be told, and tells it at the next look', async () => {
    const day = new Day();
    day.deaf = new Error('no connection');
    const { outcome, beats } = await day.look();
    expect(outcome).toMatchObject({ type: 'PartitionsIncomplete' });
    day.deaf = undefined;
    await day.look(beats[0]);
    expect(day.told).toHaveLength(1);
  });

  it('heartbeats the whole picture before it fails: every hour, the watermark, what is waited for and until when', async () => {
    const day = new Day();
    await day.fill();
    await day.lake.remove('clicks/dt=2026-11-23/hr=07/x.gz');
    const scheduledAtMs = Date.parse('2026-11-24T00:30:00Z');
    const { beats } = await day.look(undefined, { ...input, waitLimitSeconds: 3600 }, scheduledAtMs);
    expect(beats).toMatchObject([
      {
        waitsUntilMs: scheduledAtMs + 3_600_000,
        readiness: {
          ready: false,
          missingHours: [7],
          watermarkMs: Date.parse('2026-11-24T00:09:00Z'),
          waitingFor: ['missing hours 7', 'objects unchanged for 0 of 120 s'],
        },
      },
    ]);
    expect(beats[0]?.readiness.hours).toHaveLength(24);
    expect(beats[0]?.readiness.hours[8]).toEqual({ hour: 8, objects: 1, sizeBytes: 100, state: 'not judged' });
  });

  it('is content with a complete day only at a later look that finds the same objects', async () => {
    const day = new Day();
    await day.fill();
    expect((await day.look()).outcome).toMatchObject({ message: expect.stringContaining('objects unchanged for 0') });
    const tooEarly = await lookedBefore(day, 60);
    expect((await day.look(tooEarly)).outcome).toMatchObject({ type: 'PartitionsIncomplete' });
    const longAgo = await lookedBefore(day, 121);
    expect((await day.look(longAgo)).outcome).toEqual({
      summary: expect.stringMatching(/^24 of 24 hours have objects/),
    });
  });

  it.each<[string, (lake: MemoryLake) => Promise<void>]>([
    ['another object', (lake) => lake.put('clicks/dt=2026-11-23/hr=07/y.gz', 'y')],
    ['other contents', (lake) => lake.put('clicks/dt=2026-11-23/hr=07/x.gz', 'y')],
    ['an object fewer', (lake) => lake.remove('clicks/dt=2026-11-23/hr=07/x.gz')],
  ])('counts the quiet anew when it finds %s than the look before', async (_what, change) => {
    const day = new Day();
    await day.fill();
    const before = await lookedBefore(day, 3600);
    await change(day.lake);
    const { outcome, beats } = await day.look(before);
    expect(outcome).toMatchObject({ message: expect.stringContaining('objects unchanged for 0 of 120 s') });
    expect(beats[0]?.quietSinceMs).toBeGreaterThan(before.quietSinceMs);
  });

  it('hands on since when it is quiet as long as nothing changes', async () => {
    const day = new Day();
    await day.fill();
    const before = await lookedBefore(day, 30);
    const [beat] = (await day.look(before)).beats;
    expect(beat).toMatchObject({ fingerprint: before.fingerprint, quietSinceMs: before.quietSinceMs });
  });

  it('compares hours with those of the same weekday before, which it reads once', async () => {
    const day = new Day();
    await day.fill(runDate, 20);
    await day.fill('2026-11-16', 100);
    await day.fill('2026-11-02', 300);
    await day.fill('2026-11-22', 1);
    const before = await lookedBefore(day, 121);
    expect(before.usual).toEqual({ weekdays: 2, bytesOfHour: Array(24).fill(200) });
    for (const key of [...day.lake.objects.keys()].filter((name) => !name.includes(runDate)))
      day.lake.objects.delete(key);
    expect((await day.look(before)).outcome).toMatchObject({
      message: expect.stringContaining('hold less than 0.3 times the median of 2 earlier days of this weekday'),
    });
    const spike = { ...input, spikes: [{ date: runDate, acceptVolumeUpTo: 10 }] };
    expect((await day.look(before, spike)).outcome).toBeInstanceOf(Error);
    expect((await day.look({ ...before, usual: noDays }, spike)).outcome).toMatchObject({
      summary: expect.stringContaining('volume not judged'),
    });
  });

  it('judges an hour by the clicks that collectors acknowledged in it, where this and earlier days have ledgers', async () => {
    const day = new Day();
    const acknowledged = async (of: string, hour: number, spool: string, count: number): Promise<void> => {
      const key = `ledger/dt=${of}/hr=${String(hour).padStart(2, '0')}/${spool}.json`;
      await day.lake.put(
        key,
        JSON.stringify({ schema: 1, spool, hour: `${of}T${hour}`, first: 1, count, digest: '', closed: true }),
      );
    };
    for (const weekday of [runDate, '2026-11-16', '2026-11-09']) {
      await day.fill(weekday);
      await acknowledged(weekday, 10, 'web1', 300);
      await acknowledged(weekday, 11, 'web1', 300);
      await acknowledged(weekday, 12, 'web1', 300);
    }
    await acknowledged(runDate, 10, 'web1', 80);
    // Two of them, each with less.
    await acknowledged(runDate, 11, 'web1', 100);
    await acknowledged(runDate, 11, 'web2', 100);
    await day.lake.put(`ledger/dt=${runDate}/hr=12/web2.json`, 'no ledger');
    const [beat] = (await day.look()).beats;
    const hours = beat?.readiness.hours ?? [];
    expect(hours.slice(9, 13)).toEqual([
      { hour: 9, objects: 1, sizeBytes: 100, state: 'as usual' },
      { hour: 10, objects: 1, sizeBytes: 100, clicks: 80, state: 'too little' },
      { hour: 11, objects: 1, sizeBytes: 100, clicks: 200, state: 'as usual' },
      { hour: 12, objects: 1, sizeBytes: 100, state: 'as usual' },
    ]);
  });

  it('lets a long quiet decide when the metric says nothing beyond its time of grace', async () => {
    // Long over, by the clock of whoever runs this test.
    const past = { ...input, runDate: parseRunDate('2024-11-18') };
    const day = new Day();
    await day.fill(past.runDate);
    day.freshness = [];
    const [first] = (await day.look(undefined, past)).beats;
    if (first === undefined) throw new Error('the look left no heartbeat');
    const quiet = { ...first, quietSinceMs: Date.now() - 1_801_000 };
    expect((await day.look(quiet, past)).outcome).toMatchObject({ type: 'PartitionsIncomplete' });
    const waitingForAnHour = Date.now() - 3_600_000;
    expect((await day.look(quiet, past, waitingForAnHour)).outcome).toEqual({
      summary: expect.stringContaining('quiet alone decides'),
    });
  });
});
