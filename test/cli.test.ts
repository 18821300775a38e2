import { describeLate, describeRun } from '../src/cli';
import type { RunView } from '../src/clients/runs';
import { parseRunDate } from '../src/domain/runDate';

const runDate = parseRunDate('2026-11-23');
const waiting: RunView = {
  runDate,
  workflowId: 'daily-recommendations-2026-11-23',
  startedAtMs: Date.parse('2026-11-24T00:30:00Z'),
  state: 'running',
};

describe('the lines of frontpage status', () => {
  it('show a run that waits hour by hour, with what it waits for and until when', () => {
    const lines = describeRun({
      ...waiting,
      waitingFor: 'the clicks of 2026-11-23 are not all delivered: 23 of 24 hours have objects; missing hours 7',
      readiness: {
        hours: Array.from({ length: 24 }, (_, hour) =>
          hour === 7
            ? { hour, objects: 0, sizeBytes: 0, state: 'missing' }
            : { hour, objects: 12, sizeBytes: 34_000, state: 'as usual' },
        ),
        waitingFor: ['missing hours 7'],
        waitsUntilMs: Date.parse('2026-11-24T06:30:00Z'),
      },
    });
    expect(lines).toHaveLength(16);
    expect(lines[1]).toContain('missing hours 7');
    expect(lines[10]).toBe('  07           0       0 B  missing       19          12   34.0 kB  as usual');
    expect(lines.at(-1)).toBe('  waits until 2026-11-24T06:30:00Z');
  });

  it('show the mark of a run that went on without a whole day', () => {
    const degraded = { reason: 'proceeded by the desk: noon is lost', missingHours: [12] };
    const lines = describeRun({ ...waiting, status: { runDate, stage: 'training', stages: [], degraded } });
    expect(lines).toContain('  DEGRADED: proceeded by the desk: noon is lost; missing hours 12');
  });
});

describe('the lines of frontpage late', () => {
  it.each([
    [2, 3000, '2 objects of 2026-11-23, 3.0 kB, arrived after its run had frozen what it reads'],
    [0, 0, 'nothing arrived below 2026-11-23 after its run had frozen what it reads'],
  ])('for %d objects', (objects, sizeBytes, line) => {
    expect(describeLate({ runDate, generation: 1, objects, sizeBytes, reportUri: 's3://lake/late.json' })).toEqual([
      line,
      'report: s3://lake/late.json',
    ]);
  });
});
