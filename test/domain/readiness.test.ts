import { assessReadiness, type FreshnessPoint, watermarkMs } from '../../src/domain/readiness';
import { parseRunDate } from '../../src/domain/runDate';

const runDate = parseRunDate('2026-11-23');
const at = (time: string, ageSeconds: number): FreshnessPoint => ({ atMs: Date.parse(time), ageSeconds });
const allHours = Array.from({ length: 24 }, (_, hour) => ({ hour, objects: 3, sizeBytes: 1000 }));

describe('readiness', () => {
  it('holds when the watermark is past the end of the day plus margin and each hour has objects', () => {
    const readiness = assessReadiness({
      runDate,
      hours: allHours,
      freshness: [at('2026-11-24T00:12:00Z', 300)],
      marginSeconds: 300,
    });
    expect(readiness).toMatchObject({ ready: true, missingHours: [], hoursWithObjects: 24 });
  });

  it('waits while records of the day may still be in the stream, though each hour has objects', () => {
    const readiness = assessReadiness({
      runDate,
      hours: allHours,
      freshness: [at('2026-11-24T00:12:00Z', 900)],
      marginSeconds: 0,
    });
    expect(readiness.ready).toBe(false);
    expect(readiness.summary).toContain('everything that arrived before 2026-11-23T23:57:00Z is delivered');
    expect(readiness.summary).toContain('waiting for 2026-11-24T00:00:00Z');
  });

  it('names the hours that have no object once everything is delivered', () => {
    const readiness = assessReadiness({
      runDate,
      hours: allHours.map((hour) => (hour.hour === 7 ? { ...hour, objects: 0 } : hour)),
      freshness: [at('2026-11-24T01:00:00Z', 60)],
      marginSeconds: 300,
    });
    expect(readiness).toMatchObject({ ready: false, missingHours: [7] });
    expect(readiness.summary).toContain('missing hours 7');
  });

  it('takes a missing metric neither as proof nor as disproof: it waits and says so', () => {
    const readiness = assessReadiness({ runDate, hours: allHours, freshness: [], marginSeconds: 300 });
    expect(readiness.ready).toBe(false);
    expect(readiness.watermarkMs).toBeUndefined();
    expect(readiness.summary).toContain('no delivery metric yet');
  });

  it('believes the latest of all watermarks, for what was delivered stays delivered', () => {
    expect(watermarkMs([at('2026-11-24T00:10:00Z', 60), at('2026-11-24T00:11:00Z', 600)])).toBe(
      Date.parse('2026-11-24T00:09:00Z'),
    );
  });
});
