/** A recorded Spot trace, played at a speed: when there is capacity, and what that does to a running job. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { droughtsOfTrace, endOfPlayMs, type TracePlay } from '../../local/sagemaker/spotTrace';
import { SageMakerBench } from './fixtures/sagemakerBench';

const stateSchema = z.object({ droughts: z.array(z.object({ from: z.string(), until: z.string() })) });

const trace = { metadata: { gap_seconds: 600 }, data: [1, 0, 0, 3, 0] };
const play: TracePlay = { startMs: 1_000_000, speed: 600, offsetSeconds: 0, repeat: 1 };
const dryMs = (how: Partial<TracePlay>) =>
  droughtsOfTrace(trace, { ...play, ...how }).map(({ fromMs, untilMs }) => [fromMs - 1_000_000, untilMs - 1_000_000]);

test('each run of zeros is a drought, as much shorter as the play is faster, and takes running instances', () => {
  expect(droughtsOfTrace(trace, play)).toEqual([
    { market: 'spot', instanceType: undefined, fromMs: 1_001_000, untilMs: 1_003_000, reclaimsRunning: true },
    { market: 'spot', instanceType: undefined, fromMs: 1_004_000, untilMs: 1_005_000, reclaimsRunning: true },
  ]);
  expect(endOfPlayMs(trace, play)).toBe(1_005_000);
});

test('a play can begin inside of the recording, also inside of a drought', () => {
  expect(dryMs({ offsetSeconds: 1200 })).toEqual([
    [-1000, 1000],
    [2000, 3000],
  ]);
  expect(dryMs({ offsetSeconds: 1800 })).toEqual([[1000, 2000]]);
  expect(endOfPlayMs(trace, { ...play, offsetSeconds: 1800 })).toBe(1_002_000);
});

test('a repeated play goes on with the first value after the last', () => {
  const dryAtBothEnds = { metadata: { gap_seconds: 600 }, data: [0, 1, 0] };
  const droughts = droughtsOfTrace(dryAtBothEnds, { ...play, repeat: 2 });
  expect(droughts.map(({ fromMs, untilMs }) => [fromMs - 1_000_000, untilMs - 1_000_000])).toEqual([
    [0, 1000],
    [2000, 4000],
    [5000, 6000],
  ]);
});

describe('a job under a trace', () => {
  let bench: SageMakerBench;
  const dir = mkdtempSync(join(tmpdir(), 'frontpage-trace-'));
  beforeAll(async () => {
    bench = await SageMakerBench.start();
  });
  afterAll(async () => {
    await bench.close();
    rmSync(dir, { recursive: true, force: true });
  });

  test('it waits through the droughts, loses its instance at the begin of each, and goes on from its checkpoint', async () => {
    const file = join(dir, 'trace.json');
    // At this speed a value lasts 1.5 seconds.
    writeFileSync(file, JSON.stringify({ metadata: { gap_seconds: 600 }, data: [0, 1, 0, 1, 0, 1, 1, 1] }));
    const { status, answer } = await bench.control('spot-trace', { file, speed: 400, instanceType: 'ml.m5.large' });
    expect([status, answer]).toEqual([200, { droughts: 3, until: expect.any(String) }]);
    await bench.create(bench.spotRequest('night', { HyperParameters: { iterations: '30', seconds: '0.1' } }));
    const { droughts } = stateSchema.parse(await bench.state());
    const job = await bench.finished('night');

    const isDry = (at: Date | undefined) =>
      droughts.some(({ from, until }) => new Date(from) <= (at ?? 0) && (at ?? 0) < new Date(until));
    const begins = (wanted: string) =>
      (job.SecondaryStatusTransitions ?? [])
        .filter(({ Status }) => Status === wanted)
        .map(({ StartTime }) => StartTime);
    expect(job.TrainingJobStatus).toBe('Completed');
    expect(begins('Interrupted').length).toBeGreaterThan(0);
    expect(begins('Interrupted').every(isDry)).toBe(true);
    expect(begins('Downloading').some(isDry)).toBe(false);
    expect((await bench.result('night')).resumed).toBeGreaterThan(0);
  });
});
