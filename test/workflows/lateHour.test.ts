/** F6: an hour that comes two hours late, through the real looks and the real freezing over a lake in memory. */
import type { WorkflowHandle } from '@temporalio/client';
import { createCheckReadiness } from '../../src/activities/checkReadiness';
import { createFreezeManifest } from '../../src/activities/freezeManifest';
import type { DailyInput, FrozenManifest } from '../../src/contract';
import { clicksHourPrefix, partitionManifestKey } from '../../src/domain/keys';
import { dailyRecommendations } from '../../src/workflows';
import { createMemoryLake, type MemoryLake } from '../support/memoryLake';
import { activitiesOf, dailyInput, runDate, type Trace } from '../support/scenarios';
import { testbedOfFile } from '../support/workflowEnvironment';

const lookSeconds = 600;
const looksInTwoHours = 12;
const testbed = testbedOfFile();

async function put(lake: MemoryLake, hours: readonly number[]): Promise<void> {
  for (const hour of hours) await lake.put(`${clicksHourPrefix(runDate, hour)}x.gz`, `clicks of hour ${hour}`);
}

interface Waiting {
  readonly handle: WorkflowHandle<typeof dailyRecommendations>;
  readonly trace: Trace;
  readonly lake: MemoryLake;
  /** What was frozen for each training job. */
  readonly trainedOn: FrozenManifest[];
}

/** A run over a lake without hour 23, into which this comes after so many looks. */
async function start(
  workflowId: string,
  { after, hours }: { after: number; hours: readonly number[] },
): Promise<Waiting> {
  const lake = createMemoryLake();
  await put(
    lake,
    Array.from({ length: 23 }, (_, hour) => hour),
  );
  const look = createCheckReadiness({
    lake,
    deliveryMetrics: { freshness: async () => [{ atMs: Date.parse('2026-11-24T00:10:00Z'), ageSeconds: 60 }] },
  });
  const trainedOn: FrozenManifest[] = [];
  let looks = 0;
  const usual = activitiesOf().activities;
  const { activities, trace } = activitiesOf({
    checkReadiness: async (input) => {
      if (looks === after) await put(lake, hours);
      looks += 1;
      return look(input);
    },
    freezeManifest: createFreezeManifest({ lake }),
    startTraining: async (input) => {
      trainedOn.push(input.manifest);
      return usual.startTraining(input);
    },
  });
  testbed.use(activities);
  const { settings } = dailyInput;
  const input: DailyInput = {
    runDate,
    // A look takes the quiet from the wall's clock, which the skipped hours do not move.
    settings: { ...settings, readiness: { ...settings.readiness, lookSeconds, quietSeconds: 0 } },
  };
  const handle = await testbed.env.client.workflow.start(dailyRecommendations, {
    workflowId,
    taskQueue: testbed.taskQueue,
    args: [input],
  });
  return { handle, trace, lake, trainedOn };
}

it('F6: a day whose hour 23 comes two hours late is waited for, and trained on with all of its hours', async () => {
  const { handle, trace, lake, trainedOn } = await start('late-hour', { after: looksInTwoHours, hours: [23] });
  const result = await handle.result();
  if (result.outcome !== 'published') throw new Error(`the run did not publish but ${result.outcome}`);
  const [waited] = result.summary.stages;
  expect(waited?.stage).toBe('waiting for clicks');
  expect((waited?.endedAtMs ?? 0) - (waited?.startedAtMs ?? 0)).toBeGreaterThanOrEqual(2 * 3600 * 1000);
  expect(trace.calls.filter((name) => name === 'checkReadiness')).toHaveLength(looksInTwoHours + 1);
  expect(trainedOn).toMatchObject([{ clickObjects: 24, missingHours: [] }]);
  expect(lake.objects.get(partitionManifestKey(runDate))?.toString()).toContain('/hr=23/x.gz');
  expect(result.summary.degraded).toBeUndefined();
  expect(result.summary.readiness).toMatch(/^24 of 24 hours have objects/);
});

it('F6: a day whose hour 23 never comes trains nothing by default, and says which hour is missing', async () => {
  const { handle, trace, trainedOn, lake } = await start('hour-that-never-comes', { after: 0, hours: [] });
  await expect(handle.result()).rejects.toMatchObject({
    cause: { type: 'PartitionsIncomplete', message: expect.stringContaining('missing hours 23') },
  });
  expect(trainedOn).toEqual([]);
  expect(lake.objects.has(partitionManifestKey(runDate))).toBe(false);
  expect(trace.published).toEqual([]);
});
