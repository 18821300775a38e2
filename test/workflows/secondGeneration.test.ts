/** Running a day again for clicks that came too late for its run. */
import { WorkflowFailedError } from '@temporalio/client';
import type { Activities, DailyInput, StartTrainingInput } from '../../src/contract';
import { failureIn } from '../../src/failures';
import { dailyRecommendations } from '../../src/workflows';
import { activitiesOf, dailyInput, runDate } from '../support/scenarios';
import { testbedOfFile } from '../support/workflowEnvironment';

const testbed = testbedOfFile();
let counter = 0;

const again: DailyInput = { ...dailyInput, generation: 2 };
const liveToday = async () => ({ version: '2026-11-23.01', runDate });

async function start(overrides: Partial<Activities>) {
  const { activities, trace } = activitiesOf(overrides);
  testbed.use(activities);
  const handle = await testbed.env.client.workflow.start(dailyRecommendations, {
    workflowId: `again-${++counter}`,
    taskQueue: testbed.taskQueue,
    args: [again],
  });
  return { handle, trace };
}

describe('a day that is run again', () => {
  it('is trained on a manifest of its own and takes the place of its first set', async () => {
    const frozen: unknown[] = [];
    const training: StartTrainingInput[] = [];
    const { handle, trace } = await start({
      readLive: liveToday,
      freezeManifest: async (input) => {
        frozen.push(input);
        return activitiesOf().activities.freezeManifest(input);
      },
      startTraining: async (input) => {
        training.push(input);
        return activitiesOf().activities.startTraining(input);
      },
    });
    expect(await handle.result()).toMatchObject({
      outcome: 'published',
      summary: { version: '2026-11-23.25', generation: 2 },
    });
    expect(frozen).toEqual([{ runDate, generation: 2, historyDays: dailyInput.settings.historyDays }]);
    expect(training).toMatchObject([{ generation: 2, attempt: 25 }]);
    expect(trace.published).toEqual(['2026-11-23.25']);
    expect(trace.reports).toMatchObject([{ outcome: 'published', summary: { generation: 2 } }]);
    expect(await handle.query('status')).toMatchObject({ generation: 2 });
  });

  it('names its generation also when it fails, so that the report of the first run stays', async () => {
    const { handle, trace } = await start({ readLive: liveToday, waitForTraining: async () => stopped });
    await expect(handle.result()).rejects.toBeInstanceOf(WorkflowFailedError);
    expect(trace.reports).toMatchObject([{ outcome: 'failed', failureType: 'TrainingStopped', generation: 2 }]);
  });

  it('ends when its attempts are used up rather than take the numbers of another generation', async () => {
    const attempts: number[] = [];
    const { handle } = await start({
      startTraining: async (input) => {
        attempts.push(input.attempt);
        return { ...(await activitiesOf().activities.startTraining(input)), adopted: true, spent: true };
      },
    });
    const error: unknown = await handle.result().catch((reason: unknown) => reason);
    expect(failureIn(error)).toMatchObject({ type: 'LadderExhausted' });
    expect([attempts[0], attempts.at(-1)]).toEqual([25, 48]);
  });
});

const stopped = {
  outcome: 'stopped',
  interruptions: 0,
  trainingSeconds: 0,
  billableSeconds: 0,
  resumedFrom: [],
} as const;
