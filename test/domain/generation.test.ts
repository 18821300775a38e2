import { attemptsOf, maxGenerations } from '../../src/domain/generation';
import { clicksChannelKey, partitionManifestKey, reportKey } from '../../src/domain/keys';
import { parseRunDate } from '../../src/domain/runDate';
import { versionOf } from '../../src/domain/version';

const runDate = parseRunDate('2026-11-23');
const generations = Array.from({ length: maxGenerations }, (_, index) => index + 1);

describe('the generations of a day', () => {
  it('share no attempt number, and so no version', () => {
    const ranges = generations.map(attemptsOf);
    expect(ranges).toEqual([
      { first: 1, last: 24 },
      { first: 25, last: 48 },
      { first: 49, last: 72 },
      { first: 73, last: 96 },
    ]);
    expect(() => ranges.map(({ last }) => versionOf(runDate, last))).not.toThrow();
  });

  it('make versions that sort as they follow each other', () => {
    const versions = generations.map((generation) => versionOf(runDate, attemptsOf(generation).first));
    expect([...versions].sort()).toEqual(versions);
  });

  it('write beside each other, the first one under the plain name', () => {
    expect(partitionManifestKey(runDate, 1)).toBe('manifests/dt=2026-11-23/partitions.json');
    expect(partitionManifestKey(runDate, 2)).toBe('manifests/dt=2026-11-23/partitions.g02.json');
    expect(clicksChannelKey(runDate, 2)).toBe('manifests/dt=2026-11-23/clicks.g02.manifest');
    expect(reportKey(runDate, 3)).toBe('reports/dt=2026-11-23/run.g03.json');
  });
});
