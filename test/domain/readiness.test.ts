import { assessReadiness, type FreshnessPoint, type ReadinessInput, watermarkMs } from '../../src/domain/readiness';
import { defaultReadiness } from '../../src/domain/readinessSettings';
import { parseRunDate } from '../../src/domain/runDate';
import { usualVolume } from '../../src/domain/volume';

const runDate = parseRunDate('2026-11-23');
const at = (time: string, ageSeconds: number): FreshnessPoint => ({ atMs: Date.parse(time), ageSeconds });
const hoursOf = (sizeBytes: number) => Array.from({ length: 24 }, (_, hour) => ({ hour, objects: 3, sizeBytes }));
const without = (hour: number) =>
  hoursOf(1000).map((partition) => (partition.hour === hour ? { ...partition, objects: 0, sizeBytes: 0 } : partition));
const withHour = (hour: number, sizeBytes: number) =>
  hoursOf(1000).map((partition) => (partition.hour === hour ? { ...partition, sizeBytes } : partition));
const weekdays = (count: number) => usualVolume(Array.from({ length: count }, () => hoursOf(1000)));
const later = (seconds: number): number => ready.nowMs + seconds * 1000;

const ready: ReadinessInput = {
  runDate,
  hours: hoursOf(1000),
  freshness: [at('2026-11-24T00:12:00Z', 300)],
  usual: weekdays(4),
  settings: defaultReadiness,
  nowMs: Date.parse('2026-11-24T00:15:00Z'),
  quietSinceMs: Date.parse('2026-11-24T00:13:00Z'),
  waitingSinceMs: Date.parse('2026-11-24T00:10:00Z'),
};

describe('a day of clicks', () => {
  it('is ready when all is delivered, each hour has its usual volume, and the objects have been quiet', () => {
    expect(assessReadiness(ready)).toMatchObject({
      ready: true,
      missingHours: [],
      hoursWithObjects: 24,
      waitingFor: [],
      watermarkMs: Date.parse('2026-11-24T00:07:00Z'),
    });
  });

  it('waits while records of the day may still be in the stream, though each hour has objects', () => {
    const readiness = assessReadiness({
      ...ready,
      freshness: [at('2026-11-24T00:12:00Z', 900)],
      settings: { ...defaultReadiness, marginSeconds: 0 },
    });
    expect(readiness.ready).toBe(false);
    expect(readiness.summary).toContain('everything that arrived before 2026-11-23T23:57:00Z is delivered');
    expect(readiness.summary).toContain('waiting for 2026-11-24T00:00:00Z');
  });

  it('waits for hours that have no object, and names them once everything is delivered', () => {
    const readiness = assessReadiness({ ...ready, hours: without(7) });
    expect(readiness).toMatchObject({ ready: false, missingHours: [7] });
    expect(readiness.summary).toMatch(/^23 of 24 hours have objects; missing hours 7;/);
    expect(readiness.hours[7]).toEqual({ hour: 7, objects: 0, sizeBytes: 0, state: 'missing' });
  });

  it('believes the latest of all watermarks, for what was delivered stays delivered', () => {
    expect(watermarkMs([at('2026-11-24T00:10:00Z', 60), at('2026-11-24T00:11:00Z', 600)])).toBe(
      Date.parse('2026-11-24T00:09:00Z'),
    );
  });
});

describe('the quiet of the objects', () => {
  it('must last: a day whose objects are seen for the first time is not ready', () => {
    const readiness = assessReadiness({ ...ready, quietSinceMs: ready.nowMs });
    expect(readiness.ready).toBe(false);
    expect(readiness.waitingFor).toEqual(['objects unchanged for 0 of 120 s']);
  });

  it.each([
    [119, false],
    [120, true],
  ])('counts from their first sight: after %d seconds of 120 the day is ready: %s', (seconds, expected) => {
    expect(assessReadiness({ ...ready, quietSinceMs: later(-seconds) }).ready).toBe(expected);
  });
});

describe('a delivery metric that says nothing', () => {
  const silent: ReadinessInput = { ...ready, freshness: [] };
  const graceEnds = (silent.waitingSinceMs - silent.nowMs) / 1000 + defaultReadiness.metricGraceSeconds;

  it('is waited for while grace lasts', () => {
    const readiness = assessReadiness({ ...silent, nowMs: later(graceEnds - 1), quietSinceMs: 0 });
    expect(readiness.ready).toBe(false);
    expect(readiness.watermarkMs).toBeUndefined();
    expect(readiness.summary).toContain('no delivery metric yet');
  });

  it('leaves the decision to a longer quiet after that, and the summary says so', () => {
    const nowMs = later(graceEnds);
    const quietFor = (seconds: number) => assessReadiness({ ...silent, nowMs, quietSinceMs: nowMs - seconds * 1000 });
    expect(quietFor(defaultReadiness.quietSeconds).waitingFor).toEqual(['objects unchanged for 120 of 1800 s']);
    expect(quietFor(defaultReadiness.quietWithoutMetricSeconds)).toMatchObject({
      ready: true,
      summary: expect.stringContaining('no delivery metric for the end of the day: quiet alone decides'),
    });
  });

  it('is also one that fell silent before the end of the day', () => {
    const freshness = [at('2026-11-23T23:50:00Z', 60)];
    expect(assessReadiness({ ...silent, freshness, nowMs: later(graceEnds), quietSinceMs: 0 }).ready).toBe(true);
  });

  it('is not one that speaks of a backlog: that is waited for as long as the run may wait', () => {
    const freshness = [at('2026-11-24T00:20:00Z', 7200)];
    expect(assessReadiness({ ...silent, freshness, nowMs: later(graceEnds * 9), quietSinceMs: 0 }).ready).toBe(false);
  });

  it('begins its grace at the end of the day when the run waits since before that', () => {
    const waitingSinceMs = Date.parse('2026-11-23T12:00:00Z');
    const nowMs = Date.parse('2026-11-24T00:15:00Z');
    expect(assessReadiness({ ...silent, waitingSinceMs, nowMs, quietSinceMs: 0 }).ready).toBe(false);
  });

  it('proves no hour that is missing', () => {
    const readiness = assessReadiness({ ...silent, hours: without(3), nowMs: later(graceEnds), quietSinceMs: 0 });
    expect(readiness.waitingFor).toEqual(['missing hours 3']);
  });
});

describe('the volume of an hour', () => {
  it.each([
    [299, 'too little', 'hours 20 hold less than 0.3 times the median of 4 earlier days of this weekday'],
    [5001, 'too much', 'hours 20 hold more than 5 times the median of 4 earlier days of this weekday'],
  ])('of %d bytes where 1000 are usual is %s and blocks', (sizeBytes, state, phrase) => {
    const readiness = assessReadiness({ ...ready, hours: withHour(20, sizeBytes) });
    expect(readiness).toMatchObject({ ready: false, waitingFor: [phrase] });
    expect(readiness.hours[20]?.state).toBe(state);
    expect(readiness.hours[19]?.state).toBe('as usual');
  });

  it('is that of its acknowledged clicks where ledgers tell, and the phrase says how many they were', () => {
    const counted = (clicks: number) => hoursOf(1000).map((partition) => ({ ...partition, clicks }));
    const hours = counted(40).map((partition) => (partition.hour === 20 ? { ...partition, clicks: 11 } : partition));
    const readiness = assessReadiness({ ...ready, hours, usual: usualVolume([counted(40), counted(40)]) });
    expect(readiness.waitingFor).toEqual([
      'hours 20 (11 clicks acknowledged) hold less than 0.3 times the median of 2 earlier days of this weekday',
    ]);
    expect(readiness.hours[19]?.state).toBe('as usual');
  });

  it('is that of its bytes, ledgers or not, where no metric says that what was acknowledged is delivered', () => {
    const counted = (hours: ReturnType<typeof hoursOf>) => hours.map((partition) => ({ ...partition, clicks: 40 }));
    const usual = usualVolume([counted(hoursOf(1000)), counted(hoursOf(1000))]);
    const behind = { ...ready, hours: counted(withHour(20, 1)), usual };
    expect(assessReadiness(behind).ready).toBe(true);
    const nowMs = later(24 * 3600);
    expect(assessReadiness({ ...behind, freshness: [], nowMs }).waitingFor).toEqual([
      'hours 20 hold less than 0.3 times the median of 2 earlier days of this weekday',
    ]);
  });

  it('is not judged by a single earlier day, and the summary says so', () => {
    const readiness = assessReadiness({ ...ready, hours: withHour(20, 1), usual: weekdays(1) });
    expect(readiness.ready).toBe(true);
    expect(readiness.hours[20]?.state).toBe('not judged');
    expect(readiness.summary).toContain('volume not judged: 1 earlier days of this weekday in the lake');
  });

  it('is no finding while its records may still be on their way', () => {
    const readiness = assessReadiness({
      ...ready,
      hours: withHour(20, 1),
      freshness: [at('2026-11-24T00:12:00Z', 900)],
    });
    expect(readiness.waitingFor).toEqual(['waiting for 2026-11-24T00:05:00Z']);
  });

  it('may be tenfold on a day on which a spike is expected, and still not too small', () => {
    const settings = { ...defaultReadiness, spikes: [{ date: runDate, acceptVolumeUpTo: 10 }] };
    const of = (sizeBytes: number) => assessReadiness({ ...ready, settings, hours: withHour(20, sizeBytes) });
    expect(of(10_000).ready).toBe(true);
    expect(of(10_001).waitingFor).toEqual([expect.stringContaining('hold more than 10 times')]);
    expect(of(299).waitingFor).toEqual([expect.stringContaining('hold less than 0.3 times')]);
  });

  it('is held to the ordinary bound on all other days', () => {
    const spikes = [{ date: parseRunDate('2026-11-22'), acceptVolumeUpTo: 10 }];
    const settings = { ...defaultReadiness, spikes };
    expect(assessReadiness({ ...ready, settings, hours: withHour(20, 6000) }).ready).toBe(false);
  });
});
