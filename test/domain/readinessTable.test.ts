import { describeBytes, readinessTable } from '../../src/domain/readinessTable';

describe('the table of a day that is waited for', () => {
  it('shows its 24 hours in twelve lines', () => {
    const hours = Array.from({ length: 24 }, (_, hour) => ({
      hour,
      objects: hour === 7 ? 0 : 12,
      sizeBytes: hour === 7 ? 0 : 1_400_000,
      state: hour === 7 ? ('missing' as const) : ('as usual' as const),
    }));
    const lines = readinessTable(hours);
    expect(lines).toHaveLength(13);
    expect(lines[0]).toBe('hour   objects      size  state         hour   objects      size  state');
    expect(lines[8]).toBe('07           0       0 B  missing       19          12    1.4 MB  as usual');
  });

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [12_345_678, '12.3 MB'],
    [4e15, '4000.0 TB'],
  ])('says %d bytes as %s', (sizeBytes, text) => {
    expect(describeBytes(sizeBytes)).toBe(text);
  });
});
